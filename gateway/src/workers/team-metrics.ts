// The metrics of a gateway with workers: the sum over its threads.
import { AggregatorRegistry, register } from 'prom-client'
import type { Snapshot } from './lines.ts'

/** Metrics that a thread can only tell of the whole process; the lead tells them once. */
export const OF_THE_PROCESS = 'process_'
/** What only goes up, and so must not go down when a thread has died. */
const rising: readonly string[] = ['counter', 'histogram']

const sumOf = (snapshots: readonly Snapshot[]) => AggregatorRegistry.aggregate([...snapshots])

export class TeamMetrics {
  /** What each thread said last. */
  readonly #latest = new Map<number, Snapshot>()
  /** What threads that are gone had counted when they were last asked. */
  #gone: Snapshot = []

  /** Keeps what a thread says. */
  note(thread: number, snapshot: Snapshot): void {
    this.#latest.set(thread, snapshot)
  }

  /** The thread has ended. */
  async forget(thread: number): Promise<void> {
    const last = this.#latest.get(thread)
    this.#latest.delete(thread)
    if (last === undefined) return
    const counted = last.filter(({ type }) => rising.includes(String(type)))
    const sum = sumOf([this.#gone, counted])
    this.#gone = await sum.getMetricsAsJSON()
  }

  /** Of all threads, the lead included, in the text format of Prometheus. */
  async text(): Promise<string> {
    const own = (await register.getMetricsAsJSON()).map((metric) =>
      metric.name.startsWith(OF_THE_PROCESS) ? { ...metric, aggregator: 'first' as const } : metric,
    )
    return sumOf([own, this.#gone, ...this.#latest.values()]).metrics()
  }
}
