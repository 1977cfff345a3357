// Kits to look up, loaded straight into the store: kits, their card numbers' keyed indexes,
// customers.
import { createHash } from 'node:crypto'
import type { mongo } from 'mongoose'
import type { Running } from './running.ts'

const KITS_PER_CUSTOMER = 2
const PER_BATCH = 2_000
const BATCHES_AT_ONCE = 4
/** Half of the kits stand under so many BINs, the other half under one. */
const SMALL_BINS = 50
/**
 * Another one when what is loaded changes, so that kits of an earlier release are not taken for
 * these.
 */
const SHAPE = 2
const BEGAN = Date.UTC(2024, 0, 1)

interface Loaded {
  _id: string
  shape: number
}
export interface KitDocument {
  _id: string
  entityId: string
  accountNo: string
  maskedPan: string
  [field: string]: unknown
}
interface PanDocument {
  _id: string
  kitNo: string
  indexVersion: number
}
interface CustomerDocument {
  _id: string
  accountInfo: { accountNo: string; [field: string]: unknown }[]
  [field: string]: unknown
}

export interface LookupKits {
  /** How many kits there are; a multiple of 100. */
  count: number
  kits: mongo.Collection<KitDocument>
  pans: mongo.Collection<PanDocument>
  customers: mongo.Collection<CustomerDocument>
}

export const kitNoOf = (at: number): string => String(4_240_000_000 + at)
const customerOf = (at: number): number => Math.floor(at / KITS_PER_CUSTOMER)
export const entityIdOf = (at: number): string => `CIF${String(customerOf(at)).padStart(8, '0')}`
export const accountNoOf = (at: number): string => String(221_000_000_000 + customerOf(at))
/** As a keyed index of a card number looks; which key made it does not matter here. */
export const panIndexOf = (at: number, version = 1): string => createHash('sha256').update(`${version}/${at}`).digest('base64url')
/**
 * Of `count` kits half stand under 50 BINs, one card per mask (of 1,000,000: 10,000 under each
 * BIN). The other half stand under one BIN: 50 cards per mask.
 */
export function maskedPanOf(at: number, count: number): string {
  const kitsPerBin = count / 2 / SMALL_BINS
  const bin = at < count / 2 ? 608_040 : 700_000 + Math.floor((at - count / 2) / kitsPerBin)
  return `${bin}XXXXXX${String(at % kitsPerBin).padStart(4, '0')}`
}
export const inOneBin = (at: number, count: number): number => at % (count / 2)
export const inSmallBins = (at: number, count: number): number => count / 2 + (at % (count / 2))

/**
 * So many kits in this database: those of an earlier run, or newly loaded in place of what is
 * there. The collections have the indexes the services give theirs (services/kit/src/kit.ts,
 * services/customer/src/customer.ts).
 */
export async function loadLookupKits(database: mongo.Db, count: number, running: Running): Promise<LookupKits> {
  const collections: LookupKits = {
    count,
    kits: database.collection<KitDocument>('kits'),
    pans: database.collection<PanDocument>('pans'),
    customers: database.collection<CustomerDocument>('customers'),
  }
  const done = database.collection<Loaded>('loaded')
  if ((await done.findOne({ _id: 'kits' }))?.shape === SHAPE) {
    running.progress(`kits: ${count.toLocaleString('en')} are there from an earlier run`)
    return collections
  }
  await database.dropDatabase()
  const { kits, pans, customers } = collections
  await insertAll(kits, count, (at) => kitAt(at, maskedPanOf(at, count)), running)
  await insertAll(pans, count, (at) => ({ _id: panIndexOf(at), kitNo: kitNoOf(at), indexVersion: 1 }), running)
  await insertAll(customers, count / KITS_PER_CUSTOMER, (at) => customerAt(at * KITS_PER_CUSTOMER), running)
  running.progress('indexes are being made')
  await kits.createIndexes([
    { key: { entityId: 1, createdAt: 1 }, ...owned },
    { key: { accountNo: 1, createdAt: 1 }, ...owned },
    { key: { maskedPan: 1, entityId: 1 } },
    { key: { lastSixIndex: 1 }, ...owned },
  ])
  await customers.createIndexes([{ key: { 'accountInfo.accountNo': 1 } }])
  await done.replaceOne({ _id: 'kits' }, { shape: SHAPE }, { upsert: true })
  return collections
}

const owned = { partialFilterExpression: { entityId: { $exists: true } } }

/** Several batches at once. */
export async function insertAll<Document extends { _id: string }>(
  collection: mongo.Collection<Document>,
  count: number,
  documentAt: (at: number) => Document,
  { goOn, progress }: Running,
): Promise<void> {
  const begun = performance.now()
  let next = 0
  const worker = async (): Promise<void> => {
    for (let first = next; first < count; first = next) {
      next += PER_BATCH
      goOn()
      const documents = Array.from({ length: Math.min(PER_BATCH, count - first) }, (_, position) => documentAt(first + position))
      await collection.insertMany(documents as never, { ordered: false, writeConcern: { w: 1 } })
    }
  }
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, worker))
  progress(`${collection.collectionName}: ${count.toLocaleString('en')} loaded in ${Math.round((performance.now() - begun) / 1000)} s`)
}

/** A kit as the kit service stores it, in members and size. */
const kitAt = (at: number, maskedPan: string): KitDocument => ({
  _id: kitNoOf(at),
  entityId: entityIdOf(at),
  accountNo: accountNoOf(at),
  status: 'ACTIVE',
  issuedBy: panIndexOf(at, 8),
  productId: '2003_PHYSICAL',
  productName: 'Savings physical',
  cardType: 'PHYSICAL',
  cardCategory: 'DEBIT',
  networkType: 'RUPAY',
  plasticCode: 'PCLAS',
  bin: maskedPan.slice(0, 6),
  maskedPan,
  encryptedPan: `${panIndexOf(at, 9)}AAAAAAAAAAAAAAAAA=`,
  panKeyVersion: 1,
  lastSixIndex: panIndexOf(at, 7),
  indexVersion: 1,
  cvkVersion: 1,
  expiry: '3111',
  createdAt: new Date(BEGAN + at),
  changedAt: new Date(BEGAN + at),
  activatedAt: new Date(BEGAN + at),
  version: 2,
  sequence: 2,
  relayedSequence: 2,
  outbox: [],
  commandIds: [panIndexOf(at, 6), panIndexOf(at, 5)],
})

const customerAt = (at: number): CustomerDocument => ({
  _id: entityIdOf(at),
  status: 'ACTIVE',
  firstName: 'Asha',
  lastName: 'Rao',
  accountInfo: [
    {
      accountNo: accountNoOf(at),
      accountStatus: 'ACTIVE',
      accountType: 'SAVING',
      accountsCurrency: 'INR',
      schemeCode: '2003',
      defaultAccount: true,
      isPrimary: true,
    },
  ],
  version: 1,
})
