// A healthy bank beside a hostile or broken one: its calls are timed alone and with the neighbour
// at work, and must not suffer.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from '@jest/globals'

/**
 * Calls of a round, and how many of them may be under way: a bank's ordinary traffic, far from what
 * the machine can do.
 */
const CALLS_PER_ROUND = 150
const CALLS_AT_ONCE = 2
const WARM_UP_CALLS = 30
/** The neighbour has this long to reach its full height before the bank is timed beside it. */
const NEIGHBOUR_RISES_MS = 500
/**
 * A machine that does other things too shows that now and then; what the neighbour does shows in
 * every round.
 */
const ROUNDS_MAX = 3
/** Below this p99 nothing is read into a ratio: it is the grain of a machine with two cores. */
const GRAIN_MS = 60
const RATIO_MAX = 2
const SHORTEST_PAUSE_MS = 1

export interface Latency {
  p50Ms: number
  p99Ms: number
  /** Messages of calls that failed, each once. */
  faults: string[]
}

export interface Beside {
  alone: Latency
  beside: Latency
}

/**
 * Times the healthy bank's call alone, then beside its neighbour, in up to three rounds until one
 * shows it unharmed; gives the last round.
 * @param call one call of the healthy bank; what it throws counts as a fault. It may wait for an
 * effect, so that events are timed as well.
 * @param neighbour does its harm until the signal; its own faults are its own affair
 * @param risen holds when the neighbour is at its full height; half a second when left out
 */
export async function besideNeighbour(
  call: () => Promise<unknown>,
  neighbour: (signal: AbortSignal) => Promise<unknown>,
  risen: () => Promise<unknown> = () => sleep(NEIGHBOUR_RISES_MS),
): Promise<Beside> {
  await timed(call, WARM_UP_CALLS)
  for (let round = 1; ; round++) {
    const alone = await timed(call, CALLS_PER_ROUND)
    const stop = new AbortController()
    const working = neighbour(stop.signal).catch(() => undefined)
    await risen()
    const beside = await timed(call, CALLS_PER_ROUND)
    stop.abort()
    await working
    if (round === ROUNDS_MAX || isUnharmed({ alone, beside })) return { alone, beside }
  }
}

/** No call failed, and p99 stayed within twice what it is without the neighbour. */
export function expectUnharmed(measured: Beside): void {
  expect(measured.beside.faults).toEqual([])
  expect(isUnharmed(measured) ? 'unharmed' : measured).toBe('unharmed')
}

const isUnharmed = ({ alone, beside }: Beside): boolean =>
  beside.faults.length === 0 && beside.p99Ms <= RATIO_MAX * Math.max(alone.p99Ms, GRAIN_MS)

async function timed(call: () => Promise<unknown>, calls: number): Promise<Latency> {
  const times: number[] = []
  const faults = new Set<string>()
  let begun = 0
  const lane = async (): Promise<void> => {
    while (begun++ < calls) {
      const before = performance.now()
      try {
        await call()
      } catch (error) {
        faults.add(error instanceof Error ? error.message : String(error))
      }
      times.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, lane))
  times.sort((left, right) => left - right)
  const at = (share: number): number => Math.round((times[Math.ceil(share * times.length) - 1] ?? 0) * 10) / 10
  return { p50Ms: at(0.5), p99Ms: at(0.99), faults: [...faults] }
}

/**
 * Keeps so many calls under way until the signal, whatever becomes of them: a neighbour's usual way
 * to press.
 * @param pauseMs between two calls of a lane. What is refused at once must not become a busy loop
 * in the process that measures.
 */
export async function pressing(
  atOnce: number,
  signal: AbortSignal,
  call: (turn: number) => Promise<unknown>,
  pauseMs = SHORTEST_PAUSE_MS,
): Promise<void> {
  let turn = 0
  const lane = async (): Promise<void> => {
    while (!signal.aborted) {
      await call(turn++).catch(() => undefined)
      await sleep(pauseMs)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
