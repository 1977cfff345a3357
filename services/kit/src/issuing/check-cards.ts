// Whether cards that a bank brings in a file can be taken. Contract:
// packages/contract/src/kit/check-cards.ts.
import { checkCardsEndpoint } from '@dcms/contract'
import { answer, type Command, command } from '@dcms/service'
import type { CardVault } from '../vault/card-vault.ts'
import { inspectCards } from './inspect-cards.ts'

/** Nothing is reserved: a file may wait for days, and many are never ordered. */
export const checkCards = (vault: CardVault): Command =>
  command(checkCardsEndpoint, async ({ cards }, { tenant }) => {
    const inspected = await inspectCards(tenant, cards, vault)
    return answer({ cards: inspected.map((card) => (card.fault === undefined ? { mark: card.mark } : { fault: card.fault })) })
  })
