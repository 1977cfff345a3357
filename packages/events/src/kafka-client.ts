// How a process reaches Kafka: addresses, TLS, password; and what it asks of topics there.
import type { Admin, Kafka, SASLOptions } from 'kafkajs'
import type { Logger } from 'pino'
import { kafkaLogger } from './kafka-logger.ts'
import { kafkajs } from './kafkajs.ts'

const CONNECTION_TIMEOUT_MS = 3_000
const REQUEST_TIMEOUT_MS = 10_000

export interface KafkaSecurity {
  /**
   * PEM texts: whom to trust, Node's own list when left out; the client's certificate and its key,
   * where Kafka asks for one.
   */
  tls: { ca?: string; cert?: string; key?: string }
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
}

/**
 * In how many copies a topic is kept, and how many of them must have a message before it counts.
 */
export interface TopicCopies {
  replication: number
  minInSync: number
  /** Nothing is published to a topic with less; else that is only told. */
  isRequired: boolean
}

export interface KafkaAccess {
  /** Comma-separated `host:port` list. */
  brokers: string
  security?: KafkaSecurity
  /** What topics are made with and measured by; what the cluster gives them when left out. */
  copies?: TopicCopies
}

export function kafkaClient({ brokers, security, clientId, logger }: KafkaAccess & { clientId: string; logger: Logger }): Kafka {
  return new (kafkajs().Kafka)({
    clientId,
    brokers: brokers.split(','),
    ...(security && { ssl: security.tls, ...(security.sasl && { sasl: security.sasl as SASLOptions }) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    logCreator: kafkaLogger(logger),
  })
}

/** Lends a connected admin client. */
export async function withAdminOf<Result>(kafka: Kafka, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}
