// Listing the ledger of a wallet. Contract:
// packages/contract/src/wallet/fetch-wallet-ledger-transactions.ts.
import {
  errorCatalogue,
  type FetchWalletLedgerTransactions,
  fetchWalletLedgerTransactionsEndpoint,
  type Pagination,
  type WalletLedgerRow,
  walletRowsMax,
} from '@dcms/contract'
import { answer, command, type InternalClient, refuse, type Tenant } from '@dcms/service'
import { isWithin, localTimeOf, rangeOfDays, type TimeRange } from './days.ts'
import { findWallet } from './known-wallet.ts'
import { crDrOf } from './ledger.ts'
import { entryOf, type LedgerRow, ledgerOf } from './ledger-row.ts'
import { entryIdOf } from './load.ts'
import { rupeesOf } from './money.ts'
import type { Entry, OpenLoad, Purse } from './purse.ts'

/** ISO 4217: rupees. */
const CURRENCY = '356'

/** A line that is shown: an entry, or a load whose outcome is not known yet. */
type Line = Omit<Entry, 'status' | 'offlinePaise' | 'stagedPaise'> & { status: Entry['status'] | 'PENDING' }

interface Wanted {
  range: TimeRange
  isSuccess: boolean
  skip: number
  limit: number
}

export const fetchWalletLedgerTransactions = (kit: InternalClient) =>
  command(fetchWalletLedgerTransactionsEndpoint, async (input, scope) => {
    const { kitNo, entityId, isSuccessTransaction = false, pageNo = 1, pageSize = walletRowsMax } = input
    const { timeZone } = scope.tenant.definition
    const { range, faults } = rangeOfDays(input, timeZone, scope.now)
    if (faults.length > 0) return refuse('invalid.input.request', faults)
    const found = await findWallet({ kitNo, entityId }, scope, kit)
    if (found.kind === 'refused') return found
    const wanted: Wanted = { range, isSuccess: isSuccessTransaction, skip: (pageNo - 1) * pageSize, limit: pageSize }
    const newest = linesOf(found.purse).filter((line) => isWanted(line, wanted))
    const isPaged = isAskedForAPage(input)
    const inLedger = (filter: object) => ledgerOf(scope.tenant).countDocuments(filter)
    const total = isPaged ? newest.length + (await inLedger(filterOf(kitNo, wanted, found.purse))) : 0
    if (isPaged && pageNo > Math.max(1, Math.ceil(total / pageSize)))
      return refuse('invalid.input.request', ['pageNo is beyond the last page'])
    const lines = await pageOf(scope.tenant, kitNo, newest, wanted, found.purse)
    const all = lines.map((line) => rowShown(line, kitNo, timeZone))
    const ofChip = lines.flatMap((line, at) => (line.postings.some(({ account }) => account === 'CHIP') ? (all[at] ?? []) : []))
    return {
      ...answer({ entityId, kitNo, ledgerOfflineStagedTransactionData: all, ledgerOfflineTransactionData: ofChip }),
      ...(isPaged && { pagination: paginationOf(pageNo, pageSize, total) }),
    }
  })

const isAskedForAPage = ({ pageNo, pageSize }: FetchWalletLedgerTransactions): boolean => pageNo !== undefined || pageSize !== undefined

/** What stands in the purse itself, newest first. */
function linesOf(purse: Pick<Purse, 'entries' | 'openLoads'> | null): Line[] {
  const lines: Line[] = [...(purse?.entries ?? []), ...(purse?.openLoads ?? []).map(pendingLine)]
  return lines.sort(newestFirst)
}

const newestFirst = (one: Line, other: Line): number => other.at.getTime() - one.at.getTime()

const pendingLine = ({ txnId, transactionType, amountPaise, since }: OpenLoad): Line => ({
  id: entryIdOf(txnId),
  transactionType,
  status: 'PENDING',
  amountPaise,
  at: since,
  txnId,
  txnOrigin: transactionType === 'AUTO_RELOAD' ? 'AUTO' : 'WEB',
  postings: [],
})

const isWanted = ({ at, status }: Line, { range, isSuccess }: Wanted): boolean =>
  isWithin(at, range) && (!isSuccess || status === 'SUCCESS')

/** An entry on its way into the collection stands in both places for a moment: it is shown once. */
const filterOf = (kitNo: string, { range, isSuccess }: Wanted, purse: Pick<Purse, 'entries'> | null) => ({
  kitNo,
  ...((range.$gte || range.$lt) && { at: range }),
  ...(isSuccess && { status: 'SUCCESS' as const }),
  ...(purse && purse.entries.length > 0 && { _id: { $nin: purse.entries.map(({ id }) => id) } }),
})

/** Entries leave the purse in their order, so those in the collection are older than those here. */
async function pageOf(tenant: Tenant, kitNo: string, newest: readonly Line[], wanted: Wanted, purse: Purse | null): Promise<Line[]> {
  const here = newest.slice(wanted.skip, wanted.skip + wanted.limit)
  const missing = wanted.limit - here.length
  if (missing === 0) return here
  const rows = await rowsOfLedger(tenant, filterOf(kitNo, wanted, purse))
    .skip(Math.max(0, wanted.skip - newest.length))
    .limit(missing)
    .lean<LedgerRow[]>()
  return [...here, ...rows.map(entryOf)]
}

/** Newest first, by an index. */
export const rowsOfLedger = (tenant: Tenant, filter: object) => ledgerOf(tenant).find(filter).sort({ kitNo: 1, at: -1, _id: -1 })

const rowShown = (line: Line, kitNo: string, timeZone: string): WalletLedgerRow => ({
  accountNo: kitNo, // the wallet is the card's own
  amount: rupeesOf(line.amountPaise),
  convertedAmount: 0,
  crDr: crDrOf(line.transactionType),
  errorCode: line.errorCode ?? null,
  errorDescription: line.errorCode ? errorCatalogue[line.errorCode].shortMessage : null,
  kitNo,
  time: localTimeOf(line.at, timeZone),
  transactionCurrencyCode: CURRENCY,
  transactionStatus: line.status,
  transactionType: line.transactionType,
  txnId: line.txnId,
  txnOrigin: line.txnOrigin,
})

const paginationOf = (pageNo: number, pageSize: number, totalRecords: number): Pagination => ({
  pageNo,
  pageSize,
  totalRecords,
  totalElements: totalRecords,
  totalPages: Math.ceil(totalRecords / pageSize),
})
