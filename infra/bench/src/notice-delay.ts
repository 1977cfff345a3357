// How far cardholders' notices are behind their events: read from the histogram that the customer
// service keeps.
import { setTimeout as sleep } from 'node:timers/promises'

const NAME = 'dcms_notice_delay_seconds'
const AFTERMATH_MS_MAX = 180_000
const REST_MS = 3_000

/** Notices by the greatest delay of their bucket, in seconds, cumulated as Prometheus has them. */
export type NoticeDelays = ReadonlyMap<number, number>

export async function noticeDelays(customerUrl: string): Promise<NoticeDelays> {
  const text = await (await fetch(`${customerUrl}/metrics`)).text()
  const delays = new Map<number, number>()
  for (const [, bound = '', count] of text.matchAll(new RegExp(`^${NAME}_bucket\\{[^}]*le="([^"]+)"[^}]*\\} (\\d+)`, 'gm')))
    delays.set(bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), Number(count))
  return delays
}

/** Once no more notices come: those that are late count too. */
export async function delaysAtRest(customerUrl: string, goOn: () => void): Promise<NoticeDelays> {
  let before = await noticeDelays(customerUrl)
  for (const until = performance.now() + AFTERMATH_MS_MAX; performance.now() < until; ) {
    goOn()
    await sleep(REST_MS)
    const now = await noticeDelays(customerUrl)
    if (now.get(Number.POSITIVE_INFINITY) === before.get(Number.POSITIVE_INFINITY)) return now
    before = now
  }
  return before
}

/**
 * The delay below which this share of the notices between two readings lies; between the bounds of
 * a bucket in proportion, as Prometheus does it.
 */
export function delayQuantile(before: NoticeDelays, after: NoticeDelays, share: number): number {
  const bounds = [...after]
    .map(([bound, count]) => ({ bound, count: count - (before.get(bound) ?? 0) }))
    .toSorted((a, b) => a.bound - b.bound)
  const all = bounds.at(-1)?.count ?? 0
  if (all === 0) return 0
  const wanted = all * share
  let below = { bound: 0, count: 0 }
  for (const each of bounds) {
    if (each.count >= wanted && each.count > below.count) {
      if (each.bound === Number.POSITIVE_INFINITY) return below.bound
      return below.bound + ((each.bound - below.bound) * (wanted - below.count)) / (each.count - below.count)
    }
    below = each
  }
  return below.bound
}
