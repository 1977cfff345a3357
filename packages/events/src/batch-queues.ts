// The messages of a batch by aggregate, given out so that every bank gets its share of the places.
import type { KafkaMessage } from 'kafkajs'
import type { PlacedMessage } from './dead-letters.ts'

/** Messages of one aggregate, in order. */
export interface Queue {
  readonly key: string
  readonly tenant: string
  readonly messages: PlacedMessage[]
}

/** Hands out the queues of a batch, next the one of the bank that has the fewest under way. */
export class BatchQueues {
  readonly #perTenant = new Map<string, { queues: Queue[]; underWay: number }>()
  #count: number

  constructor(queues: readonly Queue[]) {
    this.#count = queues.length
    for (const queue of queues) {
      const present = this.#perTenant.get(queue.tenant)
      if (present) present.queues.push(queue)
      else this.#perTenant.set(queue.tenant, { queues: [queue], underWay: 0 })
    }
    for (const { queues: own } of this.#perTenant.values()) own.reverse() // taken from the end
  }

  get count(): number {
    return this.#count
  }

  take(): Queue | undefined {
    let least: { queues: Queue[]; underWay: number } | undefined
    for (const each of this.#perTenant.values()) if (each.queues.length > 0 && (!least || each.underWay < least.underWay)) least = each
    if (!least) return undefined
    least.underWay++
    this.#count--
    return least.queues.pop()
  }

  done({ tenant }: Queue): void {
    const own = this.#perTenant.get(tenant)
    if (own) own.underWay--
  }
}

/** The messages of a partition by key. */
export function queuesOf(partition: number, messages: readonly KafkaMessage[]): Queue[] {
  const byKey = new Map<string, Queue>()
  for (const message of messages) {
    const placed = placedMessage(partition, message)
    const queue = byKey.get(placed.key)
    if (queue) queue.messages.push(placed)
    else byKey.set(placed.key, { key: placed.key, tenant: tenantOf(placed), messages: [placed] })
  }
  return [...byKey.values()]
}

function placedMessage(partition: number, { offset, key, value, headers = {} }: KafkaMessage): PlacedMessage {
  const texts: Record<string, string> = {}
  for (const [name, header] of Object.entries(headers)) {
    const first = Array.isArray(header) ? header[0] : header
    if (first !== undefined) texts[name] = first.toString()
  }
  return { partition, offset, key: key?.toString() ?? '', value: value?.toString() ?? null, headers: texts }
}

/** The bank that a message names; empty for one that is no event. */
export const tenantOf = ({ headers }: PlacedMessage): string => headers.ce_tenantid ?? ''
