// What this context keeps of a card's wallet: balances, loads under way, staged money, the newest
// entries of its ledger, and the auto-reload that its holder chose.
import type { WalletStaged } from '@dcms/contract'
import { aggregateModel, newlyStored, type Scope, type Stored } from '@dcms/service'
import type { FlowType, Posting } from './ledger.ts'

/** Entry ids that a purse remembers: whoever repeats a step finds it done. */
export const ENTRY_IDS_KEPT = 64
/** Entries that may wait for their way into the ledger collection. */
export const ENTRIES_WAITING_MAX = 200
export const OPEN_LOADS_MAX = 256
/** One tap at a terminal for each: nobody taps as often. */
export const STAGED_MAX = 256

/** A load whose money has been asked for, and of whose outcome nothing is stored yet. */
export interface OpenLoad {
  txnId: string
  transactionType: WalletStaged['transactionType']
  amountPaise: number
  /** The account that pays. */
  accountNo: string
  since: Date
  /** Nobody waits for it any more, and the core banking system is told to undo what it did. */
  isUndone?: true
}

/** Money that waits for a tap; each is brought to the chip by a tap of its own, in this order. */
export interface StagedLoad {
  txnId: string
  amountPaise: number
  accountNo: string
  stagedAt: Date
}

/** A line of the ledger. One that failed moves nothing and has no postings. */
export interface Entry {
  /** Made of what it is about, so that a step done twice is one entry. */
  id: string
  transactionType: FlowType
  status: 'SUCCESS' | 'FAILED'
  amountPaise: number
  at: Date
  txnId: string
  txnOrigin: 'WEB' | 'AUTO'
  errorCode?: 'TX0051' | 'TX0057' | 'service.timeout'
  postings: Posting[]
  /** Where the wallet stood afterwards. */
  offlinePaise: number
  stagedPaise: number
}

/** The auto-reload as it was set last. */
export interface ReloadSetting {
  enabled: boolean
  thresholdPaise: number
  loadAmountPaise: number
  accountNo: string
  createdAt: Date
  changedAt: Date
}

export interface Purse extends Stored {
  _id: string // kitNo
  entityId: string
  /** Confirmed: what the chip holds as far as it is known; below zero while spends come late. */
  offlinePaise: number
  /** The sum of `staged`. */
  stagedPaise: number
  /** Confirmed, staged and open loads together: what the product's maximum is held against. */
  committedPaise: number
  openLoads: OpenLoad[]
  staged: StagedLoad[]
  /** Entries that are not in the ledger collection yet, oldest first. */
  entries: Entry[]
  /** Ids of the newest entries, here or there. */
  entryIds: string[]
  /** Since when there are entries to be moved; absent when there are none. */
  entriesSince?: Date
  reload?: ReloadSetting
}

/** The purses of one bank: each tenant has its own database. */
export const pursesOf = aggregateModel<Purse>(
  'purses',
  {
    entityId: { type: String, required: true },
    offlinePaise: { type: Number, required: true },
    stagedPaise: { type: Number, required: true },
    committedPaise: { type: Number, required: true },
    openLoads: { type: [Object], required: true },
    staged: { type: [Object], required: true },
    entries: { type: [Object], required: true },
    entryIds: { type: [String], required: true },
    entriesSince: Date,
    reload: Object,
  },
  [
    [{ 'openLoads.since': 1 }, { partialFilterExpression: { 'openLoads.since': { $exists: true } } }],
    [{ entriesSince: 1 }, { partialFilterExpression: { entriesSince: { $exists: true } } }],
  ],
)

/** Reads leave the outbox where it is: it may be long while Kafka is away. */
export const withoutOutbox = { outbox: 0 } as const

export const newPurse = (kitNo: string, entityId: string): Purse =>
  newlyStored({
    _id: kitNo,
    entityId,
    offlinePaise: 0,
    stagedPaise: 0,
    committedPaise: 0,
    openLoads: [] as OpenLoad[],
    staged: [] as StagedLoad[],
    entries: [] as Entry[],
    entryIds: [] as string[],
  })

export const readPurse = ({ tenant }: Pick<Scope, 'tenant'>, kitNo: string): Promise<Purse | null> =>
  pursesOf(tenant).findById(kitNo, withoutOutbox).lean<Purse>()

/** The purse of an NCMC card; made where the card's KitIssued is still on its way. */
export async function readOrOpenPurse(scope: Scope, kitNo: string, entityId: string): Promise<Purse> {
  const known = await readPurse(scope, kitNo)
  if (known) return known
  await scope.create(pursesOf, newPurse(kitNo, entityId))
  const opened = await readPurse(scope, kitNo)
  if (!opened) throw new Error(`the purse of kit ${kitNo} was opened and has disappeared`)
  return opened
}
