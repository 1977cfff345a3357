// The stock ledger: entries in the kits' own documents, written by the same update that moves the
// kit, so that their sums always equal the stock.
import type { StockEntry, StockEntryType } from './stock-kit.ts'

/** Entries that a kit keeps; older ones are brought forward as one. */
export const ENTRIES_MAX = 32
/** The newest stay as they are: a step that is repeated finds itself among them. */
const ENTRIES_KEPT = 16

/** By how much an entry changes the stock of its branch. */
export const amountOf = {
  RECEIVED: 1,
  TRANSFER_IN: 1,
  BROUGHT_FORWARD: 1,
  TRANSFER_OUT: -1,
  ALLOCATED: -1,
  RETURNED: -1,
  EXPIRED: -1,
  DAMAGED: -1,
} as const satisfies Record<StockEntryType, 1 | -1>

/** The sums of entries by branch; branches whose entries cancel out are left out. */
export function sumsOf(entries: readonly StockEntry[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { type, branchId } of entries) sums.set(branchId, (sums.get(branchId) ?? 0) + amountOf[type])
  for (const [branchId, sum] of sums) if (sum === 0) sums.delete(branchId)
  return sums
}

/** The branch in whose stock a kit is by its entries; null for one that is in none. */
export function standsIn(entries: readonly StockEntry[]): string | null {
  for (const [branchId, sum] of sumsOf(entries)) if (sum > 0) return branchId
  return null
}

/**
 * A kit's entries with further ones. More than 32 are kept as 17: what the oldest ones come to
 * together is brought forward, so that the sums stay.
 */
export function withEntries(entries: readonly StockEntry[], more: readonly StockEntry[]): StockEntry[] {
  const all = [...entries, ...more]
  if (all.length <= ENTRIES_MAX) return all
  const [older, kept] = [all.slice(0, -ENTRIES_KEPT), all.slice(-ENTRIES_KEPT)]
  const branchId = standsIn(older)
  const last = older.at(-1)
  return last && branchId !== null ? [{ ...last, type: 'BROUGHT_FORWARD', branchId }, ...kept] : kept
}
