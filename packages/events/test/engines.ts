// The engines of a test file: document store and Kafka as `npm test` starts them, under an
// installation name of the file's own.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import mongoose, { type Connection, type mongo } from 'mongoose'
import { type Logger, pino } from 'pino'
import { Broker, type OutboxDocument, type ReceivedEvent, type Topic } from '../src/index.ts'

const WAIT_MS = 30_000

export interface RawMessage {
  key: string
  value: string
  headers: Record<string, string>
}

export class TestEngines {
  readonly installation = `t${randomBytes(5).toString('hex')}`
  readonly logger: Logger
  readonly logLines: string[] = []
  readonly brokers: string
  readonly #connection: Connection
  readonly #opened: { stop(): Promise<void> }[] = []

  private constructor(brokers: string, connection: Connection) {
    this.brokers = brokers
    this.#connection = connection
    this.logger = pino({ level: 'debug' }, { write: (line: string) => this.logLines.push(line) })
  }

  static async start(topics: readonly Topic[] = []): Promise<TestEngines> {
    const { MONGO_URL, KAFKA_BROKERS } = process.env
    if (!MONGO_URL || !KAFKA_BROKERS)
      throw new Error('MONGO_URL and KAFKA_BROKERS are not set: run this test by `npm test`, which starts the engines')
    const connection = await mongoose.createConnection(MONGO_URL, { serverSelectionTimeoutMS: 3_000 }).asPromise()
    const engines = new TestEngines(KAFKA_BROKERS, connection)
    if (topics.length > 0) await engines.broker().ensureTopics(topics)
    return engines
  }

  /** A process's connection to Kafka; `brokers` elsewhere for one that does not answer. */
  broker(brokers = this.brokers): Broker {
    const broker = new Broker({ brokers, clientId: 'test', installation: this.installation, logger: this.logger })
    this.#opened.push(broker)
    return broker
  }

  collection<Document extends mongo.Document>(name: string): mongo.Collection<Document> {
    return this.#connection.useDb(`${this.installation}_test`, { useCache: true }).collection<Document>(name)
  }

  /** The events of a topic from its beginning, as they come. */
  async eventsOf(topic: string): Promise<ReceivedEvent[]> {
    const events: ReceivedEvent[] = []
    this.#opened.push(await this.broker().tail([topic], { fromBeginning: true }, (event) => events.push(event)))
    return events
  }

  /** The same with messages that are no events, as they stand. */
  async messagesOf(topic: string): Promise<RawMessage[]> {
    const messages: RawMessage[] = []
    const kafka = new Kafka({ brokers: this.brokers.split(','), clientId: 'test', logLevel: logLevel.NOTHING })
    const consumer = kafka.consumer({ groupId: `${this.installation}.raw-${topic}`, maxWaitTimeInMs: 100 })
    this.#opened.push({ stop: () => consumer.disconnect() })
    await consumer.connect()
    await consumer.subscribe({ topic: `${this.installation}.${topic}`, fromBeginning: true })
    await consumer.run({
      async eachMessage({ message: { key, value, headers = {} } }) {
        const texts = Object.entries(headers).map(([name, header]) => [name, String(header)])
        messages.push({ key: String(key), value: String(value), headers: Object.fromEntries(texts) })
      },
    })
    return messages
  }

  /** Sends messages past the broker of DCMS, once each. */
  async producer(): Promise<Producer> {
    const kafka = new Kafka({ brokers: this.brokers.split(','), clientId: 'test', logLevel: logLevel.NOTHING })
    const producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 0 } })
    this.#opened.push({ stop: () => producer.disconnect() })
    await producer.connect()
    return producer
  }

  async close(): Promise<void> {
    const last = this.broker()
    await last.withAdmin(async (admin) => {
      const own = (await admin.listTopics()).filter((topic) => topic.startsWith(`${this.installation}.`))
      await Promise.all(this.#opened.map((broker) => broker.stop()))
      if (own.length > 0) await admin.deleteTopics({ topics: own })
    })
    await this.#connection.useDb(`${this.installation}_test`, { useCache: true }).dropDatabase()
    await this.#connection.close()
  }
}

/** Waits until something holds, and fails with its name when it does not in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await sleep(10)
  }
}

/** An aggregate with events `from` to `to` waiting. */
export function withOutbox(id: string, from: number, to: number, told: object = {}): OutboxDocument {
  const sequences = Array.from({ length: to - from + 1 }, (_, position) => from + position)
  return {
    _id: id,
    version: to,
    sequence: to,
    relayedSequence: from - 1,
    outbox: sequences.map((sequence) => ({
      id: `${id}-${sequence}`,
      type: 'StepTaken',
      dataVersion: 1,
      sequence,
      time: new Date('2026-11-20T10:00:00Z'),
      requestId: `request-${sequence}`,
      payload: { type: 'StepTaken', step: sequence, ...told },
    })),
    outboxAt: new Date(),
  }
}
