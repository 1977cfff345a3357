// The activation bench: kits activated through gateway and kit service, beside bare
// findOneAndUpdate on the same engine.
import { databaseName } from '@dcms/service'
import type { mongo } from 'mongoose'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { type Child, startChild } from './child.ts'
import { clientOf, type IssuedKit, issueKits, whenKnown } from './issue-kits.ts'
import type { Order, Round, RoundResult } from './load.ts'
import { versionsOf } from './machine.ts'
import { cpuSecondsAtRest } from './process-cpu.ts'
import { comparisonRow, figureRow, type Row } from './report.ts'
import { spreadOf } from './statistics.ts'
import { connectTo, type Surroundings, startSurroundings, storeVersion, TENANT } from './surroundings.ts'

const CONNECTIONS = 32
const PATH = '/v1/kit-manager/kitActivation'
interface Amounts {
  warmUpKits: number
  /** Enough that the gateway uses more CPU in a round than one tick of its clock, 10 ms. */
  kitsPerRound: number
  /** Of each of the two parts: with and without the followers of the kit's events. */
  roundsMin: number
}
const AMOUNTS: Record<Size, Amounts> = {
  full: { warmUpKits: 200, kitsPerRound: 200, roundsMin: 3 },
  tiny: { warmUpKits: 20, kitsPerRound: 100, roundsMin: 1 },
}
const KITS_PER_ROUND_MIN = 40
const ROUNDS_PER_SECOND = 0.5
const BARE_CALLS_PER_KIT = 4

interface Figures {
  rates: number[]
  bareRates: number[]
  gatewayCpu: number[]
  kitCpu: number[]
}

type Document = { _id: string; version: number; status: string }

interface Parts {
  surroundings: Surroundings
  generator: Child
  /** A copy of the kits, document by document, for the bare side. */
  copies: mongo.Collection<Document>
  kits: mongo.Collection<Document>
}

async function activate({ surroundings, generator }: Parts, kits: readonly IssuedKit[]): Promise<RoundResult> {
  const bodies = kits.map(({ kitNo, entityId }) => JSON.stringify({ kitNo, entityId }))
  const { baseUrl } = surroundings.bank
  const round: Round = { baseUrl, path: PATH, mode: 'session', bodies, connections: CONNECTIONS, result: '"success"' }
  await generator.ask({ kind: 'prepare', round } satisfies Order)
  return generator.ask<RoundResult>({ kind: 'run' } satisfies Order)
}

/**
 * What the store alone does: one conditional update per call, as many at once, on documents as
 * large and as many.
 */
async function updateBare({ copies }: Parts, ids: readonly string[]): Promise<number> {
  const begun = performance.now()
  let next = 0
  const lane = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      const now = new Date()
      const found = await copies.findOneAndUpdate(
        { _id: id },
        { $set: { status: 'ACTIVE', activatedAt: now, changedAt: now }, $inc: { version: 1 } },
      )
      if (!found) throw new Error('the bare update found no document')
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  return ids.length / ((performance.now() - begun) / 1000)
}

async function measure(parts: Parts, rounds: IssuedKit[][], name: string, { running }: BenchOptions): Promise<Figures> {
  const { installation } = parts.surroundings
  const pids = { gateway: installation.process('gateway').pid ?? 0, kit: installation.process('kit').pid ?? 0 }
  const figures: Figures = { rates: [], bareRates: [], gatewayCpu: [], kitCpu: [] }
  for (const [round, ofRound] of rounds.entries()) {
    running.goOn()
    const bareIds = Array.from({ length: BARE_CALLS_PER_KIT }, () => ofRound.map(({ kitNo }) => kitNo)).flat()
    const bareFirst = round % 2 === 1
    if (bareFirst) figures.bareRates.push(await updateBare(parts, bareIds))
    const [gatewayBefore, kitBefore] = [await cpuSecondsAtRest(pids.gateway), await cpuSecondsAtRest(pids.kit)]
    const { calls, seconds } = await activate(parts, ofRound)
    const per1000 = (used: number): number => (used * 1000) / calls
    figures.rates.push(calls / seconds)
    figures.kitCpu.push(per1000((await cpuSecondsAtRest(pids.kit)) - kitBefore))
    figures.gatewayCpu.push(per1000((await cpuSecondsAtRest(pids.gateway)) - gatewayBefore))
    await whenPublished(parts.kits, running.goOn)
    if (!bareFirst) figures.bareRates.push(await updateBare(parts, bareIds))
    running.progress(
      `round ${round + 1}/${rounds.length}  ${name}: ${Math.round(calls / seconds)} activations/s, ` +
        `bare ${Math.round(figures.bareRates.at(-1) ?? 0)}; CPU s per 1,000: gateway ${figures.gatewayCpu.at(-1)?.toFixed(2)}, kit ${figures.kitCpu.at(-1)?.toFixed(2)}`,
    )
  }
  return figures
}

/** Events that wait are work put off: it must not fall into the next round. */
async function whenPublished(kits: mongo.Collection<Document>, goOn: () => void): Promise<void> {
  while ((await kits.countDocuments({ outboxAt: { $exists: true } })) > 0) {
    goOn()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function run(options: BenchOptions): ReturnType<Bench['run']> {
  const { running, size, seconds, profileDir } = options
  const { warmUpKits, kitsPerRound, roundsMin } = AMOUNTS[size]
  const rounds = Math.max(roundsMin, Math.round(seconds * ROUNDS_PER_SECOND))
  const surroundings = await startSurroundings(running, { profileDir })
  const { installation, engines, bank } = surroundings
  const generator = await startChild('load-generator.ts', running)
  await generator.ask({ kind: 'log in', bank } satisfies Order)
  const dcms = clientOf(bank)
  running.cleanUp(() => dcms.close())
  const kits = await issueKits(dcms, warmUpKits + 2 * rounds * kitsPerRound, running)
  await whenKnown(engines.mongoUrl, databaseName(installation.installation, 'pin-preference', TENANT), 'cards', kits.length, running)

  const client = await connectTo(engines.mongoUrl)
  running.cleanUp(() => client.close())
  const stored = client.db(databaseName(installation.installation, 'kit', TENANT)).collection<Document>('kits')
  const copies = client.db(`${installation.installation}_bare`).collection<Document>('kits')
  await copies.insertMany(await stored.find().toArray())
  const parts: Parts = { surroundings, generator, copies, kits: stored }
  const perRound = Math.min(kitsPerRound, Math.floor((kits.length - warmUpKits) / (2 * rounds)))
  if (perRound < KITS_PER_ROUND_MIN) throw new Error(`only ${kits.length} kits could be issued in time: too few to measure with`)
  const activated = warmUpKits + 2 * rounds * perRound
  const take = (count: number): IssuedKit[] => kits.splice(0, count)
  const takeRounds = (): IssuedKit[][] => Array.from({ length: rounds }, () => take(perRound))
  await activate(parts, take(warmUpKits))
  await updateBare(
    parts,
    (await copies.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id),
  )
  await whenPublished(stored, running.goOn)

  const followed = await measure(parts, takeRounds(), 'all services running', options)
  await Promise.all([installation.process('customer').stop(), installation.process('pin-preference').stop()])
  const alone = await measure(parts, takeRounds(), 'gateway and kit service', options)

  const active = await stored.countDocuments({ status: 'ACTIVE' })
  if (active !== activated) throw new Error(`${active} kits are ACTIVE, not ${activated}: an answer was wrong`)
  return { rows: rowsOf(alone, followed), versions: { ...(await versionsOf(['mongoose'])), store: await storeVersion(client) } }
}

function rowsOf(alone: Figures, followed: Figures): Row[] {
  const row = (name: string, { rates, bareRates }: Figures, aimRatio?: number): Row =>
    comparisonRow({
      name,
      unit: 'calls/s',
      value: spreadOf(rates),
      better: 'high',
      comparedWith: 'bare findOneAndUpdate',
      baseline: spreadOf(bareRates),
      ...(aimRatio !== undefined && { aimRatio }),
    })
  return [
    row('kit activation, gateway + kit service', alone, 0.3),
    row('kit activation, its followers running too', followed),
    figureRow('CPU, gateway', 'CPU s per 1,000 calls', spreadOf(alone.gatewayCpu)),
    figureRow('CPU, kit service with its relay', 'CPU s per 1,000 calls', spreadOf(alone.kitCpu)),
  ]
}

export const activationBench: Bench = {
  name: 'activation',
  summary: 'kits activated through gateway and kit service, beside bare findOneAndUpdate',
  run,
}
