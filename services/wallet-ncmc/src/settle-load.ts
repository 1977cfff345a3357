// The end of a load, for calls and for the sweep: what the core banking system said is stored once.
import { type Decision, type Scope, ServiceUnavailable, unchanged } from '@dcms/service'
import type { CoreBanking, Outcome } from './core-banking.ts'
import { entryOf, type LedgerRow, ledgerOf } from './ledger-row.ts'
import { decideFailed, decideStaged, entryIdOf, type LoadEvent, openLoadOf, referenceOf } from './load.ts'
import { type Entry, type OpenLoad, type Purse, pursesOf } from './purse.ts'
import { inTurn } from './purse-turns.ts'

/**
 * Has the account pay for a load; asking again moves nothing more.
 * @throws CoreBankingUnavailable when the outcome is not known
 */
export const debitFor = ({ txnId, accountNo, amountPaise }: OpenLoad, scope: Scope, coreBanking: CoreBanking): Promise<Outcome> =>
  coreBanking.debit(scope.tenant, { reference: referenceOf(txnId), accountNo, amountPaise }, scope.deadlineAtMs)

/**
 * Stores the outcome of a load that is open, unless somebody else has done so.
 * @param purse as it was read last
 * @returns the entry that it ended with; null for one that is being undone
 */
export async function settleLoad(purse: Purse, txnId: string, outcome: Outcome, scope: Scope): Promise<Entry | null> {
  const own = scope.ofCommand(`${outcome.kind}/${txnId}`)
  const decide = (present: Purse | null) => (present ? decideOutcome(present, txnId, outcome, scope.now) : unchanged)
  const settled = await inTurn(scope, purse._id, () => own.change(pursesOf, purse._id, decide, { known: purse }))
  if (settled.kind !== 'answer') throw new ServiceUnavailable('the purse changes all the time')
  const { before, decision } = settled.result
  if (decision.kind === 'changed') return decision.set.entries?.at(-1) ?? null
  return await endOf(before, txnId, scope)
}

function decideOutcome(purse: Purse, txnId: string, outcome: Outcome, now: Date): Decision<Purse, LoadEvent, never> {
  switch (outcome.kind) {
    case 'applied':
      return decideStaged(purse, txnId, now)
    case 'refused':
      return decideFailed(purse, txnId, 'TX0051', now)
    case 'reversed':
      return decideFailed(purse, txnId, 'service.timeout', now)
  }
}

/** The entry that a load has ended with; null for one that is open or was never begun. */
export async function endOf(purse: Purse | null, txnId: string, { tenant }: Pick<Scope, 'tenant'>): Promise<Entry | null> {
  if (purse && openLoadOf(purse, txnId)) return null
  const id = entryIdOf(txnId)
  const here = purse?.entries.find((entry) => entry.id === id)
  if (here) return here
  const row = await ledgerOf(tenant).findById(id).lean<LedgerRow>()
  return row ? entryOf(row) : null
}
