// How a process reaches Kafka, from its environment. In production nothing less than TLS with a
// password or certificate, and three copies.
import { readFileSync } from 'node:fs'
import type { KafkaAccess, KafkaSecurity, TopicCopies } from '@dcms/events'
import type { Settings } from './settings.ts'
import { SettingsError } from './settings-error.ts'

const protocols = ['PLAINTEXT', 'SSL', 'SASL_SSL'] as const
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
const REPLICATION_MIN = 3
const MIN_IN_SYNC_MIN = 2
const REPLICATION_MAX = 32_767

/** @throws SettingsError when a setting is wrong, or less than production takes */
export function kafkaAccess(brokers: string, read: Settings): KafkaAccess {
  const isStrict = read.environment() === 'production' && !isTrial(read)
  const security = kafkaSecurity(read)
  if (isStrict && !(security?.sasl || security?.tls.cert))
    throw new SettingsError('KAFKA_SECURITY must be SASL_SSL in production, or SSL with a client certificate (KAFKA_CERT_FILE)')
  const copies = copiesOf(read, isStrict)
  return { brokers, ...(security && { security }), ...(copies && { copies }) }
}

/**
 * Engines of one node, without TLS and passwords, for trying DCMS out: said explicitly, what they
 * acknowledged may be lost.
 */
export function isTrial(read: Settings): boolean {
  return oneOf(read, 'DCMS_ENGINES', ['production', 'trial'], 'production') === 'trial'
}

/** TLS and password; undefined for a connection in clear. */
export function kafkaSecurity(read: Settings): KafkaSecurity | undefined {
  const protocol = oneOf(read, 'KAFKA_SECURITY', protocols, 'PLAINTEXT')
  if (protocol === 'PLAINTEXT') return undefined
  const ca = fileOf(read, 'KAFKA_CA_FILE')
  const cert = fileOf(read, 'KAFKA_CERT_FILE')
  const key = fileOf(read, 'KAFKA_KEY_FILE')
  if ((cert === undefined) !== (key === undefined)) throw new SettingsError('KAFKA_CERT_FILE and KAFKA_KEY_FILE must be set together')
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
  return protocol === 'SSL' ? { tls } : { tls, sasl: saslOf(read) }
}

function saslOf(read: Settings): NonNullable<KafkaSecurity['sasl']> {
  const mechanism = oneOf(read, 'KAFKA_SASL_MECHANISM', mechanisms, 'SCRAM-SHA-512')
  const username = read.text('KAFKA_USERNAME')
  const password = read.optional('KAFKA_PASSWORD') ?? fileOf(read, 'KAFKA_PASSWORD_FILE')?.trim()
  if (!password) throw new SettingsError('neither KAFKA_PASSWORD nor KAFKA_PASSWORD_FILE is set')
  return { mechanism: mechanism.toLowerCase() as NonNullable<KafkaSecurity['sasl']>['mechanism'], username, password }
}

function copiesOf(read: Settings, isStrict: boolean): TopicCopies | undefined {
  const replication = wholeNumber(read, 'KAFKA_TOPIC_REPLICATION')
  const minInSync = wholeNumber(read, 'KAFKA_TOPIC_MIN_ISR')
  if (!isStrict && replication === undefined && minInSync === undefined) return undefined
  const copies = isStrict
    ? { replication: replication ?? REPLICATION_MIN, minInSync: minInSync ?? MIN_IN_SYNC_MIN, isRequired: true }
    : { replication: replication ?? 1, minInSync: minInSync ?? 1, isRequired: false }
  if (copies.minInSync > copies.replication) throw new SettingsError('KAFKA_TOPIC_MIN_ISR must not be above KAFKA_TOPIC_REPLICATION')
  if (isStrict && copies.replication < REPLICATION_MIN)
    throw new SettingsError(`KAFKA_TOPIC_REPLICATION must be at least ${REPLICATION_MIN} in production`)
  if (isStrict && copies.minInSync < MIN_IN_SYNC_MIN)
    throw new SettingsError(`KAFKA_TOPIC_MIN_ISR must be at least ${MIN_IN_SYNC_MIN} in production`)
  return copies
}

function wholeNumber(read: Settings, name: string): number | undefined {
  const text = read.optional(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > REPLICATION_MAX) throw new SettingsError(`${name} must be a whole number, at least 1`)
  return value
}

function oneOf<const Value extends string>(read: Settings, name: string, values: readonly Value[], fallback: Value): Value {
  const value = read.text(name, fallback)
  const known = values.find((each) => each === value)
  if (!known) throw new SettingsError(`${name} must be one of ${values.join(', ')}`)
  return known
}

function fileOf(read: Settings, name: string): string | undefined {
  const file = read.optional(name)
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new SettingsError(`${name} names a file that cannot be read`)
  }
}
