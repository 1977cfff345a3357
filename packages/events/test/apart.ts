// What tests of messages that are published apart share: a bank's card, what Kafka takes, and what
// came of it.
import type { KitActivated } from '@dcms/contract'
import { ConfigResourceTypes } from 'kafkajs'
import { register } from 'prom-client'
import type { OutboxDocument, OutboxSource, ReceivedEvent } from '../src/index.ts'
import { type TestEngines, until, withOutbox } from './engines.ts'

/** Aggregates of every bank, which is told of their events unless `more` says otherwise. */
export const sourceOf = (engines: TestEngines, name: string, more: Partial<OutboxSource> = {}): OutboxSource => ({
  name,
  topic: 'dcms.kit',
  source: '/dcms/kit',
  forBank: true,
  collection: (tenant) => engines.collection<OutboxDocument>(`${name}-${tenant.slice(0, 20)}`),
  ...more,
})

/** A card that was activated and locked: two events, three messages for its bank. */
export function card(kitNo: string): OutboxDocument {
  const document = withOutbox(kitNo, 1, 2)
  const activated: KitActivated = {
    type: 'KitActivated',
    kitNo,
    entityId: 'e1',
    previousStatus: 'INACTIVE',
    activatedAt: new Date().toISOString(),
  }
  const payloads = [activated, { ...activated, type: 'KitLocked' }]
  return {
    ...document,
    outbox: document.outbox.map((event, at) => ({ ...event, type: payloads[at]?.type ?? '', payload: payloads[at] ?? {} })),
  }
}

/** Their steps of one aggregate: in order, without repeats. */
export const stepsOf = (events: readonly ReceivedEvent[], id: string): number[] => [
  ...new Set(events.filter(({ subject }) => subject === id).map(({ sequence }) => sequence)),
]

export const isEmptyAt = async (source: OutboxSource, tenant: string): Promise<boolean> =>
  (await source.collection(tenant).countDocuments({ $or: [{ 'outbox.0': { $exists: true } }, { outboxAside: { $exists: true } }] })) === 0

/**
 * Sets how large a message Kafka takes on a topic, and waits until it does: it says yes to the
 * change before each broker has heard of it. `probeBytes`: the size of a message to ask with.
 */
export async function limitMessages(engines: TestEngines, topic: string, { toBytes, probeBytes }: MessageLimit): Promise<void> {
  const name = `${engines.installation}.${topic}`
  await engines.broker().withAdmin((admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries: [{ name: 'max.message.bytes', value: String(toBytes) }] }],
    }),
  )
  const producer = await engines.producer()
  const probe = { topic: name, messages: [{ key: 'probe', value: 'x'.repeat(probeBytes) }] }
  const answer = (): Promise<string | undefined> =>
    producer.send(probe).then(
      () => 'TAKEN',
      (error: { type?: string }) => error.type,
    )
  const due = probeBytes < toBytes ? 'TAKEN' : 'MESSAGE_TOO_LARGE'
  await until('Kafka keeps to the new limit', async () => (await answer()) === due)
}

interface MessageLimit {
  toBytes: number
  probeBytes: number
}

/** A metric of this process, summed over its labels. */
export const metric = async (name: string): Promise<number> => {
  const { values } = (await register.getSingleMetric(name)?.get()) ?? { values: [] }
  return values.reduce((sum, { value }) => sum + value, 0)
}
