// How far the followers of this process are behind, and what they have set aside.
import { Counter, Gauge } from 'prom-client'
import type { SetAsideReason } from './set-aside-store.ts'
import type { WaitingEvents } from './waiting-events.ts'

const labelNames = ['topic', 'group'] as const

const lag = new Gauge({ name: 'dcms_consumer_lag_events', help: 'Events of a topic that a group has not taken yet', labelNames })
const waitingEvents = new Gauge({ name: 'dcms_set_aside_events', help: 'Events that wait in set_aside', labelNames })
const oldest = new Gauge({ name: 'dcms_set_aside_oldest_seconds', help: 'How long the oldest aggregate has waited', labelNames })
const banks = new Gauge({ name: 'dcms_set_aside_banks', help: 'Banks whose events are set aside untried', labelNames })
const setAside = new Counter({ name: 'dcms_set_aside_total', help: 'Events set aside', labelNames: [...labelNames, 'reason'] })

export interface Followed {
  topic: string
  group: string
}

export const countSetAside = (followed: Followed, reason: SetAsideReason, count: number): void =>
  setAside.inc({ ...followed, reason }, count)

export const showLag = (followed: Followed, events: number): void => lag.set({ ...followed }, events)

/** The events of the partitions that this process has; over all processes, the sum. */
export function showWaiting(followed: Followed, all: readonly WaitingEvents[], closedGates: number): void {
  let count = 0
  let sinceMs = Number.POSITIVE_INFINITY
  for (const waiting of all) {
    count += waiting.count
    for (const aggregate of waiting.aggregates.values()) sinceMs = Math.min(sinceMs, aggregate.sinceMs)
  }
  waitingEvents.set({ ...followed }, count)
  oldest.set({ ...followed }, count === 0 ? 0 : Math.max(0, (Date.now() - sinceMs) / 1000))
  banks.set({ ...followed }, closedGates)
}
