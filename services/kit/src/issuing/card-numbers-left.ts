// How many card numbers the BINs of a bank still have. Contract:
// packages/contract/src/kit/card-numbers-left.ts.
import { cardNumbersLeftEndpoint } from '@dcms/contract'
import { answer, type Command, command } from '@dcms/service'
import type { CardNumbering } from './number-cards.ts'

/** Numbers that a process has leased and not used are not counted: there may be a few more. */
export const cardNumbersLeft = (numbering: Pick<CardNumbering, 'left'>): Command =>
  command(cardNumbersLeftEndpoint, async ({ bins }, { tenant }) => {
    const counted = await numbering.left([tenant])
    return answer({ left: counted.filter(({ bin }) => bins.includes(bin)).map(({ bin, left }) => ({ bin, left })) })
  })
