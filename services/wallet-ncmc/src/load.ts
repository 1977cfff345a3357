// The life of one load, as pure rules over its purse: begun within the product's maximum, then
// staged, failed, or undone. Each step is taken once, however often it comes.
import type { WalletLoadFailed, WalletStaged } from '@dcms/contract'
import { type Decision, refuse, unchanged } from '@dcms/service'
import { postingsOf } from './ledger.ts'
import { ENTRIES_WAITING_MAX, ENTRY_IDS_KEPT, type Entry, OPEN_LOADS_MAX, type OpenLoad, type Purse, STAGED_MAX } from './purse.ts'

/** What followers are told of a load. */
export type LoadEvent = WalletStaged | WalletLoadFailed

/** What a load is refused with for good. */
export type LoadFailure = NonNullable<Entry['errorCode']>

/** The id of the one entry that a load ends with. */
export const entryIdOf = (txnId: string): string => `load/${txnId}`

/**
 * The same for a repeat, so that the core banking system does it once. It stands in paths, so that
 * no txnId may make a step of one.
 */
export const referenceOf = (txnId: string): string => `wallet-${encodeURIComponent(txnId)}`

export const openLoadOf = ({ openLoads }: Pick<Purse, 'openLoads'>, txnId: string): OpenLoad | undefined =>
  openLoads.find((load) => load.txnId === txnId)

/**
 * Takes room for a load, or notes that there is none. Open loads count, so that any number of loads
 * at once never pass the maximum.
 */
export function decideBegin(
  purse: Purse,
  load: OpenLoad,
  maxPaise: number,
  now: Date,
): Decision<Purse, WalletLoadFailed, 'service.unavailable'> {
  if (openLoadOf(purse, load.txnId) || purse.entryIds.includes(entryIdOf(load.txnId))) return unchanged
  const { openLoads, staged, entries, committedPaise } = purse
  if (openLoads.length >= OPEN_LOADS_MAX || openLoads.length + staged.length >= STAGED_MAX || entries.length >= ENTRIES_WAITING_MAX)
    return refuse('service.unavailable')
  if (committedPaise + load.amountPaise > maxPaise) return failed(purse, load, 'TX0057', now)
  return {
    kind: 'changed',
    set: { openLoads: [...openLoads, load], committedPaise: committedPaise + load.amountPaise },
    events: [],
  }
}

/** The account has paid: the money is staged. */
export function decideStaged(purse: Purse, txnId: string, now: Date): Decision<Purse, WalletStaged, never> {
  const load = openLoadOf(purse, txnId)
  if (!load || load.isUndone) return unchanged
  const { transactionType, amountPaise, accountNo } = load
  const { offlinePaise } = purse
  const stagedPaise = purse.stagedPaise + amountPaise
  const postings = postingsOf(transactionType, amountPaise)
  return {
    kind: 'changed',
    set: {
      openLoads: without(purse, txnId),
      staged: [...purse.staged, { txnId, amountPaise, accountNo, stagedAt: now }],
      stagedPaise,
      ...withEntry(purse, { ...entryOfLoad(load, now), status: 'SUCCESS', postings, offlinePaise, stagedPaise }, now),
    },
    events: [
      {
        type: 'WalletStaged',
        kitNo: purse._id,
        entityId: purse.entityId,
        txnId,
        transactionType,
        amountPaise,
        accountNo,
        offlineBalancePaise: offlinePaise,
        stagedBalancePaise: stagedPaise,
        stagedAt: now.toISOString(),
      },
    ],
    evenWhenFull: true, // the account has paid; how much can be staged is bounded
  }
}

/** The account has not paid, and never will for this load: its room is given back. */
export function decideFailed(purse: Purse, txnId: string, code: LoadFailure, now: Date): Decision<Purse, WalletLoadFailed, never> {
  const load = openLoadOf(purse, txnId)
  if (!load) return unchanged
  const failure = failed(purse, load, code, now)
  const committedPaise = purse.committedPaise - load.amountPaise
  return { ...failure, set: { ...failure.set, openLoads: without(purse, txnId), committedPaise } }
}

/**
 * From here on it cannot be staged any more; its room stays taken until it is known to be undone.
 */
export function decideUndoing(purse: Purse, txnId: string): Decision<Purse, never, never> {
  const load = openLoadOf(purse, txnId)
  if (!load || load.isUndone) return unchanged
  const openLoads = purse.openLoads.map((each): OpenLoad => (each.txnId === txnId ? { ...each, isUndone: true } : each))
  return { kind: 'changed', set: { openLoads }, events: [] }
}

function failed(purse: Purse, load: OpenLoad, errorCode: LoadFailure, now: Date) {
  const { offlinePaise, stagedPaise } = purse
  const { txnId, transactionType, amountPaise } = load
  const entry: Entry = { ...entryOfLoad(load, now), status: 'FAILED', errorCode, postings: [], offlinePaise, stagedPaise }
  const event: WalletLoadFailed = {
    type: 'WalletLoadFailed',
    kitNo: purse._id,
    entityId: purse.entityId,
    txnId,
    transactionType,
    amountPaise,
    errorCode,
    failedAt: now.toISOString(),
  }
  return { kind: 'changed', set: withEntry(purse, entry, now), events: [event] } as const
}

const entryOfLoad = ({ txnId, transactionType, amountPaise }: OpenLoad, at: Date) => ({
  id: entryIdOf(txnId),
  transactionType,
  amountPaise,
  at,
  txnId,
  txnOrigin: transactionType === 'AUTO_RELOAD' ? ('AUTO' as const) : ('WEB' as const),
})

const without = ({ openLoads }: Purse, txnId: string): OpenLoad[] => openLoads.filter((each) => each.txnId !== txnId)

const withEntry = ({ entries, entryIds, entriesSince = undefined }: Purse, entry: Entry, now: Date) => ({
  entries: [...entries, entry],
  entryIds: [...entryIds, entry.id].slice(-ENTRY_IDS_KEPT),
  entriesSince: entriesSince ?? now,
})
