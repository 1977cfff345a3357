// The look-up bench: what the kit and customer services ask the store to find a card or an account,
// beside a look-up by _id; and what the inventory-order service asks it of a large stock, beside
// the same of a hundredth of it.
import { randomBytes } from 'node:crypto'
import type { mongo } from 'mongoose'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { accountNoOf, inOneBin, inSmallBins, kitNoOf, type LookupKits, loadLookupKits, maskedPanOf, panIndexOf } from './lookup-kits.ts'
import { branchesFor, LookupStock } from './lookup-stock.ts'
import { versionsOf } from './machine.ts'
import { comparisonRow, figureRow, type Row } from './report.ts'
import { rotated, spreadOf } from './statistics.ts'
import { connectTo, startBenchEngines, storeVersion } from './surroundings.ts'

/** Kept for the next run. */
const DATABASE = 'benchlookups'
interface Amounts {
  kitCount: number
  /** Kits of the small stock beside the large one. */
  smallCount: number
  warmUpMs: number
  rounds: number
}
const AMOUNTS: Record<Size, Amounts> = {
  full: { kitCount: 1_000_000, smallCount: 10_000, warmUpMs: 1_500, rounds: 10 },
  tiny: { kitCount: 5_000, smallCount: 500, warmUpMs: 50, rounds: 2 },
}
/** Coprime with either number of kits: each call asks for another kit, far from the one before. */
const STRIDE = 387_407
const KITS_MAX = 500
const ENTITIES_MAX = 1_000
/** Under three times the time of what it is compared with. */
const AIM_RATIO = 0.333

interface Side {
  name: string
  /** Looks for a kit, or what belongs to it, and gives what was found. */
  find(at: number): Promise<unknown>
  /** Not held against the aim: it answers many documents, or is asked seldom. */
  forInformation?: true
  /** What it is compared with, where that is not the look-up by _id. */
  beside?: Side
}

const shown = { projection: { outbox: 0 } } as const

/**
 * The queries of the services, word for word; that each uses its index a test of the service says.
 */
function sidesOf({ count, kits, pans, customers }: LookupKits): readonly [Side, ...Side[]] {
  const byPan = async (indexes: readonly string[]): Promise<unknown> => {
    const [reserved] = await pans
      .find({ _id: { $in: [...indexes] } })
      .limit(1)
      .toArray()
    return reserved && (await kits.findOne({ _id: reserved.kitNo }, shown))
  }
  const byMask = async (maskedPan: string): Promise<unknown> =>
    (
      await kits
        .find({ maskedPan, entityId: { $exists: true }, status: { $ne: 'RESERVED' } }, { projection: { entityId: 1 } })
        .sort({ entityId: 1 })
        .limit(ENTITIES_MAX)
        .toArray()
    )[0]
  return [
    { name: 'a kit by _id', find: (at) => kits.findOne({ _id: kitNoOf(at) }, shown) },
    { name: 'card number (v2/fetchByCardNo, fetchAccountsByCardNo)', find: (at) => byPan([panIndexOf(at)]) },
    { name: 'card number while the index key rotates', find: (at) => byPan([panIndexOf(at, 2), panIndexOf(at)]) },
    { name: 'masked number, one card (fetchCifByMaskedCard)', find: (at) => byMask(maskedPanOf(inSmallBins(at, count), count)) },
    { name: 'masked number, 50 cards', find: (at) => byMask(maskedPanOf(inOneBin(at, count), count)), forInformation: true },
    {
      name: 'kits of an account (fetchKitsByAccountNo)',
      find: async (at) =>
        (
          await kits
            .find({ accountNo: accountNoOf(at), entityId: { $exists: true } }, shown)
            .sort({ createdAt: 1, _id: 1 })
            .limit(KITS_MAX)
            .toArray()
        )[0],
    },
    {
      name: 'holders of an account',
      find: async (at) =>
        (
          await customers
            .find({ 'accountInfo.accountNo': accountNoOf(at), status: 'ACTIVE' }, { projection: { accountInfo: 1 } })
            .limit(100)
            .toArray()
        )[0],
    },
  ]
}

/** @param small a hundredth of the large one */
function sidesOfStock(large: LookupStock, small: LookupStock): Side[] {
  const both = (name: string, ask: (stock: LookupStock, at: number) => Promise<unknown>): Side => ({
    name,
    find: (at) => ask(large, at),
    beside: { name: 'the same in a hundredth of the stock', find: (at) => ask(small, at) },
  })
  const first = both('kits of an orderer, first page (fetchKitDetailsFromInventory)', (stock) => stock.firstOfParty())
  return [
    both('kits of a branch, first page (fetchKitSummary)', (stock, at) => stock.ofBranch(at)),
    first,
    { name: 'kits of an orderer, last page (fetchKitDetailsFromInventory)', find: () => large.lastOfParty(), beside: first },
    both('orders of a branch (fetchCardOrderDetailsFromInventory)', (stock, at) => stock.ordersOf(at)),
    { ...both('counting the kits of an orderer, now and then', (stock) => stock.countParty()), forInformation: true },
  ]
}

interface Stretch {
  /** How many kits there are. */
  count: number
  forMs: number
  first: number
}

/**
 * Milliseconds per look-up, one after the other, for so long. @throws when something that is there
 * is not found
 */
async function timeOf(side: Side, { count, forMs, first }: Stretch): Promise<{ ms: number; next: number }> {
  const begun = performance.now()
  let at = first
  let calls = 0
  do {
    at = (at + STRIDE) % count
    if (!(await side.find(at))) throw new Error(`${side.name}: nothing was found for kit ${kitNoOf(at)}`)
    calls++
  } while (performance.now() - begun < forMs)
  return { ms: (performance.now() - begun) / calls, next: at }
}

/** A tiny run loads a database of its own and drops it: the kits of full runs stay as they are. */
function databaseOf(size: Size, client: mongo.MongoClient, { cleanUp }: BenchOptions['running']): mongo.Db {
  if (size === 'full') return client.db(DATABASE)
  const database = client.db(`${DATABASE}_${randomBytes(3).toString('hex')}`)
  cleanUp(async () => void (await database.dropDatabase()))
  return database
}

async function run({ running, size, seconds }: BenchOptions): ReturnType<Bench['run']> {
  const { kitCount, smallCount, warmUpMs, rounds } = AMOUNTS[size]
  const engines = await startBenchEngines(running)
  const client = await connectTo(engines.mongoUrl)
  running.cleanUp(() => client.close())
  const database = databaseOf(size, client, running)
  const [byId, ...ofKits] = sidesOf(await loadLookupKits(database, kitCount, running))
  const branches = branchesFor(smallCount)
  const large = await LookupStock.load(database, kitCount, branches, running)
  const ofStock = sidesOfStock(large, await LookupStock.load(database, smallCount, branches, running))
  await large.countBranches() // what a first page of each costs more is a matter of its own: see "counting"
  const shownSides = [byId, ...ofKits, ...ofStock] as const
  const sides = [...new Set(shownSides.flatMap((side) => [side, ...(side.beside ? [side.beside] : [])]))]
  const times = new Map<Side, number[]>(sides.map((side) => [side, []]))
  let at = 0
  const measure = async (side: Side, forMs: number): Promise<number> => {
    running.goOn()
    const { ms, next } = await timeOf(side, { count: kitCount, forMs, first: at })
    at = next
    return ms
  }
  for (const side of sides) await measure(side, warmUpMs)
  for (let round = 0; round < rounds; round++) {
    for (const side of rotated(sides, round)) times.get(side)?.push(await measure(side, (seconds * 1_000) / rounds))
    running.progress(`round ${round + 1}/${rounds}: by _id ${times.get(byId)?.at(-1)?.toFixed(2)} ms`)
  }
  return { rows: rowsOf(kitCount, shownSides, times), versions: { ...(await versionsOf(['mongoose'])), store: await storeVersion(client) } }
}

function rowsOf(kitCount: number, [byId, ...others]: readonly [Side, ...Side[]], times: ReadonlyMap<Side, readonly number[]>): Row[] {
  const spread = (side: Side) => spreadOf(times.get(side) ?? [])
  const compared = others.map((side) =>
    comparisonRow({
      name: side.name,
      unit: 'ms',
      value: spread(side),
      better: 'low',
      comparedWith: (side.beside ?? byId).name,
      baseline: spread(side.beside ?? byId),
      ...(!side.forInformation && { aimRatio: AIM_RATIO }),
    }),
  )
  return [figureRow(`${byId.name}, of ${kitCount.toLocaleString('en')}`, 'ms', spread(byId)), ...compared]
}

export const lookupsBench: Bench = {
  name: 'lookups',
  summary: 'cards and accounts found among 1,000,000 kits, beside a look-up by _id; pages of as large a stock',
  run,
}
