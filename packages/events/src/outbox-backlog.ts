// How much waits in the outboxes and how long, as the sweeps find it.
import { Gauge } from 'prom-client'

const documents = new Gauge({
  name: 'dcms_outbox_documents',
  help: 'Documents whose events have waited for more than two seconds, as of the last sweep of their bank; counted to 1,000 per bank and collection',
})
const oldest = new Gauge({ name: 'dcms_outbox_oldest_seconds', help: 'How long the longest of them waits' })

export class OutboxBacklog {
  readonly #found = new Map<string, { count: number; oldest: number }>()

  /** What a sweep found of one collection of one tenant, the oldest first. */
  note(collection: string, tenant: string, found: readonly { outboxAt?: Date }[]): void {
    const name = `${collection} ${tenant}`
    const oldestAt = found[0]?.outboxAt
    if (oldestAt) this.#found.set(name, { count: found.length, oldest: oldestAt.getTime() })
    else this.#found.delete(name)
    let count = 0
    let first = Number.POSITIVE_INFINITY
    for (const each of this.#found.values()) {
      count += each.count
      first = Math.min(first, each.oldest)
    }
    documents.set(count)
    oldest.set(count === 0 ? 0 : Math.max(0, (Date.now() - first) / 1000))
  }
}
