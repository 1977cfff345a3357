// Tests on another day: how their processes are told, and which of them deal with dates.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * 29 February 2028, half a minute before midnight in the banks' zone: the day, the month and the
 * leap day end while tests run.
 */
export const OTHER_DAY = new Date('2028-02-29T18:29:30Z')

/**
 * What keeps, compares or shows times; the whole suite can be run so by hand, see
 * `DCMS_TEST_CLOCK`.
 */
export const datedSuites = [
  'packages/service/src/(commands/(idempotency|command|kept-answers)|jobs/jobs|callers/context-token)',
  'services/kit/(test/jobs.store|src/(kit|vault/get-cvv.store))\\.test',
  'services/customer/(test/registration|src/update-proof-of-identity)',
  'services/pin-preference/(src/limit-failures|test/pin-mailers)',
  'gateway/test/(authenticate|sealed-calls|sealed-for)',
  'packages/sdk/test/(dcms|sessions|tries)\\.wire',
  'infra/ops/src/demo/demo-registration',
]

const preload = pathToFileURL(join(import.meta.dirname, '..', 'moved-clock.mjs')).href

/**
 * Environment of processes whose clock stands at `at` now and goes on from there. The engines keep
 * the real time.
 */
export function clockAt(at: Date): Record<string, string> {
  const nodeOptions = [process.env.NODE_OPTIONS, `--import=${preload}`].filter(Boolean).join(' ')
  const realNowMs = Date.now() - Number(process.env.DCMS_CLOCK_OFFSET_MS ?? 0) // this process may be on another day itself
  return { DCMS_CLOCK_OFFSET_MS: String(at.getTime() - realNowMs), NODE_OPTIONS: nodeOptions }
}

/**
 * For a run by hand: `DCMS_TEST_CLOCK=2028-02-29T18:29:30Z npm test`. @throws when it is no time
 */
export function whichClock(): Record<string, string> {
  const text = process.env.DCMS_TEST_CLOCK
  if (!text) return {}
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new Error('DCMS_TEST_CLOCK must be a time such as 2028-02-29T18:29:30Z')
  return clockAt(at)
}
