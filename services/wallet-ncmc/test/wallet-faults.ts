// Whether a wallet's balances are what its entries come to: what must hold at every moment.
import { balancesOf } from '../src/ledger.ts'
import type { Entry, Purse } from '../src/purse.ts'

/** What is wrong with a wallet, in sentences. */
export function walletFaults(purse: Purse, entries: readonly Entry[], maxPaise: number): string[] {
  const { offlinePaise, stagedPaise, committedPaise, staged, openLoads } = purse
  const { STAGED, CHIP, ...others } = balancesOf(entries)
  const ofQueue = sum(staged.map(({ amountPaise }) => amountPaise))
  const ofOpen = sum(openLoads.map(({ amountPaise }) => amountPaise))
  const total = STAGED + CHIP + others.FUNDING + others.ACQUIRER
  return [
    ...(STAGED === stagedPaise ? [] : [`entries stage ${STAGED}, the purse ${stagedPaise}`]),
    ...(CHIP === offlinePaise ? [] : [`entries bring ${CHIP} to the chip, the purse ${offlinePaise}`]),
    ...(ofQueue === stagedPaise ? [] : [`the queue holds ${ofQueue}, the purse ${stagedPaise}`]),
    ...(committedPaise === offlinePaise + stagedPaise + ofOpen ? [] : [`${committedPaise} are committed`]),
    ...(committedPaise <= maxPaise ? [] : [`${committedPaise} are more than ${maxPaise}`]),
    ...(total === 0 ? [] : [`all accounts together hold ${total}`]),
    ...(new Set(entries.map(({ id }) => id)).size === entries.length ? [] : ['an entry stands there twice']),
  ]
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, each) => total + each, 0)
