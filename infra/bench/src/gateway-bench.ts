// The gateway bench: sealed calls through the real gateway process beside two proxies that only
// pass clear bodies through.

import { bankServices, recordOf, settingPrefix } from '@dcms/contract'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { type Child, startChild } from './child.ts'
import type { Mode, Order, Round, RoundResult } from './load.ts'
import { versionsOf } from './machine.ts'
import { cpuSeconds, cpuSecondsAtRest } from './process-cpu.ts'
import { comparisonRow, figureRow, type Row } from './report.ts'
import { rotated, spreadOf } from './statistics.ts'
import { startSurroundings } from './surroundings.ts'

const CONNECTIONS = 32
const PATH = '/v1/kit-manager/manageKit'
const BODY = JSON.stringify({
  entityId: '10000000001234',
  oldKit: '4240001001',
  operation: 'LOCK',
  reason: 'Card misplaced, asked by phone',
  changer: 'branch-0042',
  channel: 'MOBILE',
})
const RESULT = JSON.stringify({ status: true })
const CPU_UNIT = 'CPU s per 1,000 calls'
/** Enough that each process uses more CPU in a round than one tick of its clock, 10 ms. */
const CALLS_MIN = 500
interface Amounts {
  roundSeconds: number
  warmUpRounds: number
  roundsMin: number
}
const AMOUNTS: Record<Size, Amounts> = {
  full: { roundSeconds: 1.25, warmUpRounds: 3, roundsMin: 3 },
  tiny: { roundSeconds: 0.25, warmUpRounds: 1, roundsMin: 1 },
}

interface Side {
  name: string
  mode: Mode
  baseUrl: string
  pid: number
  /** Calls of the next round. */
  calls: number
  rates: number[]
  cpuPer1000: number[]
}

/** What the aims compare with, by the names the rows carry. */
const EXPRESS = 'Express + http-proxy-middleware, clear'
const BARE = 'node:http + undici request, clear'

interface Measured {
  /** Calls per second. */
  rate: number
  cpuPer1000: number
  generatorCpuPer1000: number
}

/**
 * One round: messages for about the time of a round are prepared, then sent as fast as they are
 * answered.
 */
async function measure(side: Side, roundSeconds: number, generator: Child): Promise<Measured> {
  const { baseUrl, mode, pid } = side
  const round: Round = { baseUrl, path: PATH, mode, bodies: { body: BODY, count: side.calls }, connections: CONNECTIONS, result: RESULT }
  await generator.ask({ kind: 'prepare', round } satisfies Order)
  const before = await cpuSecondsAtRest(pid)
  const { calls, seconds, cpuSeconds: generatorCpu } = await generator.ask<RoundResult>({ kind: 'run' } satisfies Order)
  const used = (await cpuSecondsAtRest(pid)) - before
  side.calls = Math.max(CALLS_MIN, Math.round((calls / seconds) * roundSeconds))
  return { rate: calls / seconds, cpuPer1000: (used * 1000) / calls, generatorCpuPer1000: (generatorCpu * 1000) / calls }
}

const nothingYet = (): Pick<Side, 'calls' | 'rates' | 'cpuPer1000'> => ({ calls: CALLS_MIN, rates: [], cpuPer1000: [] })

async function run({ running, size, seconds, profileDir }: BenchOptions): ReturnType<Bench['run']> {
  const { progress, goOn } = running
  const { roundSeconds, warmUpRounds, roundsMin } = AMOUNTS[size]
  const upstream = await startChild('peers/upstream.ts', running)
  const upstreamUrl = await upstream.ask<string>({})
  const { installation, bank } = await startSurroundings(running, {
    profileDir,
    services: ['gateway'],
    environment: {
      gateway: recordOf(
        bankServices.map((name) => `${settingPrefix(name)}_URL`),
        () => upstreamUrl,
      ),
    },
  })
  const express = await startChild('peers/express-proxy.ts', running)
  const bare = await startChild('peers/pass-through.ts', running)
  const generator = await startChild('load-generator.ts', running)
  await generator.ask({ kind: 'log in', bank } satisfies Order)
  const gatewayPid = installation.process('gateway').pid
  if (gatewayPid === undefined) throw new Error('the gateway is not running')
  const ofGateway = (name: string, mode: Mode): Side => ({ name, mode, baseUrl: bank.baseUrl, pid: gatewayPid, ...nothingYet() })
  const session = ofGateway('session mode', 'session')
  const oneShotP256 = ofGateway('one-shot P-256', 'P-256')
  const oneShotX25519 = ofGateway('one-shot X25519', 'X25519')
  const peer = async (name: string, { pid, ask }: Child): Promise<Side> => ({
    name,
    mode: 'clear',
    baseUrl: await ask<string>({ upstream: upstreamUrl }),
    pid,
    ...nothingYet(),
  })
  const expressSide = await peer(EXPRESS, express)
  const bareSide = await peer(BARE, bare)
  const sides = [session, expressSide, bareSide, oneShotP256, oneShotX25519]

  for (let warmUp = 0; warmUp < warmUpRounds; warmUp++) {
    for (const side of sides) {
      goOn()
      await measure(side, roundSeconds, generator)
    }
  }
  const rounds = Math.max(roundsMin, Math.round(seconds / roundSeconds))
  for (let round = 0; round < rounds; round++) {
    for (const side of rotated(sides, round)) {
      goOn()
      const { rate, cpuPer1000, generatorCpuPer1000 } = await measure(side, roundSeconds, generator)
      side.rates.push(rate)
      side.cpuPer1000.push(cpuPer1000)
      progress(
        `round ${round + 1}/${rounds}  ${side.name.padEnd(40)} ${Math.round(rate)} calls/s, ` +
          `${cpuPer1000.toFixed(3)} CPU s per 1,000 (generator ${generatorCpuPer1000.toFixed(3)})`,
      )
    }
  }
  progress(`upstream: ${(await cpuSeconds(upstream.pid)).toFixed(1)} CPU s in all`)
  const rows = rowsOf({ session, oneShotP256, oneShotX25519, express: expressSide, bare: bareSide })
  return { rows, versions: await versionsOf(['express', 'http-proxy-middleware', 'undici']) }
}

type Sides = Record<'session' | 'oneShotP256' | 'oneShotX25519' | 'express' | 'bare', Side>

function rowsOf({ session, oneShotP256, oneShotX25519, express, bare }: Sides): Row[] {
  const rate = (side: Side, other: Side, aimRatio?: number): Row =>
    comparisonRow({
      name: `sealed pipeline, ${side.name}`,
      unit: 'calls/s',
      value: spreadOf(side.rates),
      better: 'high',
      comparedWith: other.name,
      baseline: spreadOf(other.rates),
      ...(aimRatio !== undefined && { aimRatio }),
    })
  const cpu = (side: Side, aimMax?: number): Row =>
    figureRow(`CPU of the gateway, ${side.name}`, CPU_UNIT, spreadOf(side.cpuPer1000), aimMax)
  const cpuBeside = (side: Side, other: Side): Row =>
    comparisonRow({
      name: `CPU of the gateway, ${side.name}`,
      unit: CPU_UNIT,
      value: spreadOf(side.cpuPer1000),
      better: 'low',
      comparedWith: other.name,
      baseline: spreadOf(other.cpuPer1000),
    })
  return [
    rate(session, express, 1.5),
    rate(session, bare, 0.75),
    rate(oneShotP256, express),
    rate(oneShotX25519, express),
    cpu(session, 0.05),
    cpu(oneShotP256, 0.145),
    cpu(oneShotX25519),
    cpuBeside(session, express),
    cpuBeside(session, bare),
    cpuBeside(oneShotP256, express),
  ]
}

export const gatewayBench: Bench = {
  name: 'gateway',
  summary: 'sealed calls through the gateway, beside Express + http-proxy-middleware and bare node:http + undici',
  run,
}
