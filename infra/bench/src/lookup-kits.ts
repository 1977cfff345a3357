// A million kits to look up, loaded straight into the store and kept for the next run: kits, their card numbers' keyed indexes, customers.
import { createHash } from 'node:crypto'
import type { mongo } from 'mongoose'
import type { Running } from './running.ts'

export const KITS = 1_000_000
const KITS_PER_CUSTOMER = 2
const PER_BATCH = 2_000
const BATCHES_AT_ONCE = 4
const ONE_BIN_KITS = 500_000
const KITS_PER_BIN = 10_000
/** Another one when what is loaded changes, so that kits of an earlier release are not taken for these. */
const SHAPE = 1
const DATABASE = 'benchlookups'
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
/** Half of the kits under 50 BINs, 10,000 each: one card per mask. The other half under one BIN: 50 cards per mask. */
export const maskedPanOf = (at: number): string =>
  `${at < ONE_BIN_KITS ? 608_040 : 700_000 + Math.floor((at - ONE_BIN_KITS) / KITS_PER_BIN)}XXXXXX${String(at % KITS_PER_BIN).padStart(4, '0')}`
export const inOneBin = (at: number): number => at % ONE_BIN_KITS
export const inSmallBins = (at: number): number => ONE_BIN_KITS + (at % (KITS - ONE_BIN_KITS))

/** The collections with the indexes the services give theirs (services/kit/src/kit.ts, services/customer/src/customer.ts). */
export async function loadLookupKits(client: mongo.MongoClient, running: Running): Promise<LookupKits> {
  const database = client.db(DATABASE)
  const collections: LookupKits = {
    kits: database.collection<KitDocument>('kits'),
    pans: database.collection<PanDocument>('pans'),
    customers: database.collection<CustomerDocument>('customers'),
  }
  const done = database.collection<Loaded>('loaded')
  if ((await done.findOne({ _id: 'kits' }))?.shape === SHAPE) {
    running.progress(`kits: ${KITS.toLocaleString('en')} are there from an earlier run`)
    return collections
  }
  await database.dropDatabase()
  const { kits, pans, customers } = collections
  const customerCount = KITS / KITS_PER_CUSTOMER
  await insertAll(kits, KITS, kitAt, running)
  await insertAll(pans, KITS, (at) => ({ _id: panIndexOf(at), kitNo: kitNoOf(at), indexVersion: 1 }), running)
  await insertAll(customers, customerCount, (at) => customerAt(at * KITS_PER_CUSTOMER), running)
  running.progress('indexes are being made')
  await kits.createIndexes([
    { key: { entityId: 1, createdAt: 1 } },
    { key: { accountNo: 1, createdAt: 1 } },
    { key: { maskedPan: 1, entityId: 1 } },
    { key: { lastSixIndex: 1 } },
  ])
  await customers.createIndexes([{ key: { 'accountInfo.accountNo': 1 } }])
  await done.replaceOne({ _id: 'kits' }, { shape: SHAPE }, { upsert: true })
  return collections
}

async function insertAll<Document extends { _id: string }>(
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
const kitAt = (at: number): KitDocument => ({
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
  bin: maskedPanOf(at).slice(0, 6),
  maskedPan: maskedPanOf(at),
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
