// The look-up bench: what the kit and customer services ask the store to find a card or an account, beside a look-up by _id.
import type { Bench, BenchOptions } from './bench-kind.ts'
import {
  accountNoOf,
  inOneBin,
  inSmallBins,
  KITS,
  kitNoOf,
  type LookupKits,
  loadLookupKits,
  maskedPanOf,
  panIndexOf,
} from './lookup-kits.ts'
import { versionsOf } from './machine.ts'
import { comparisonRow, figureRow, type Row } from './report.ts'
import { rotated, spreadOf } from './statistics.ts'
import { connectTo, startBenchEngines, storeVersion } from './surroundings.ts'

const ROUNDS = 10
const WARM_UP_MS = 1_500
/** Coprime with the number of kits: each call asks for another kit, far from the one before. */
const STRIDE = 387_407
const KITS_MAX = 500
const ENTITIES_MAX = 1_000
/** Under three times the time of a look-up by _id. */
const AIM_RATIO = 0.333

interface Side {
  name: string
  /** Looks for a kit, or what belongs to it, and gives what was found. */
  find(at: number): Promise<unknown>
  /** Not held against the aim: it answers many documents. */
  forInformation?: true
}

const shown = { projection: { outbox: 0 } } as const

/** The queries of the services, word for word; that each uses its index a test of the service says. */
function sidesOf({ kits, pans, customers }: LookupKits): readonly [Side, ...Side[]] {
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
    { name: 'masked number, one card (fetchCifByMaskedCard)', find: (at) => byMask(maskedPanOf(inSmallBins(at))) },
    { name: 'masked number, 50 cards', find: (at) => byMask(maskedPanOf(inOneBin(at))), forInformation: true },
    {
      name: 'kits of an account (fetchKitsByAccountNo)',
      find: async (at) =>
        (
          await kits
            .find({ accountNo: accountNoOf(at) }, shown)
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

/** Milliseconds per look-up, one after the other, for so long. @throws when something that is there is not found */
async function timeOf(side: Side, forMs: number, first: number): Promise<{ ms: number; next: number }> {
  const begun = performance.now()
  let at = first
  let calls = 0
  do {
    at = (at + STRIDE) % KITS
    if (!(await side.find(at))) throw new Error(`${side.name}: nothing was found for kit ${kitNoOf(at)}`)
    calls++
  } while (performance.now() - begun < forMs)
  return { ms: (performance.now() - begun) / calls, next: at }
}

async function run({ running, seconds }: BenchOptions): ReturnType<Bench['run']> {
  const engines = await startBenchEngines(running)
  const client = await connectTo(engines.mongoUrl)
  running.cleanUp(() => client.close())
  const sides = sidesOf(await loadLookupKits(client, running))
  const times = new Map<Side, number[]>(sides.map((side) => [side, []]))
  let at = 0
  const measure = async (side: Side, forMs: number): Promise<number> => {
    running.goOn()
    const { ms, next } = await timeOf(side, forMs, at)
    at = next
    return ms
  }
  for (const side of sides) await measure(side, WARM_UP_MS)
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of rotated(sides, round)) times.get(side)?.push(await measure(side, (seconds * 1_000) / ROUNDS))
    running.progress(`round ${round + 1}/${ROUNDS}: by _id ${times.get(sides[0])?.at(-1)?.toFixed(2)} ms`)
  }
  return { rows: rowsOf(sides, times), versions: { ...(await versionsOf(['mongoose'])), store: await storeVersion(client) } }
}

function rowsOf([byId, ...others]: readonly [Side, ...Side[]], times: ReadonlyMap<Side, readonly number[]>): Row[] {
  const spread = (side: Side) => spreadOf(times.get(side) ?? [])
  const compared = others.map((side) =>
    comparisonRow({
      name: side.name,
      unit: 'ms',
      value: spread(side),
      better: 'low',
      comparedWith: byId.name,
      baseline: spread(byId),
      ...(!side.forInformation && { aimRatio: AIM_RATIO }),
    }),
  )
  return [figureRow(`${byId.name}, of ${KITS.toLocaleString('en')}`, 'ms', spread(byId)), ...compared]
}

export const lookupsBench: Bench = {
  name: 'lookups',
  summary: 'cards and accounts found among 1,000,000 kits, beside a look-up by _id',
  run,
}
