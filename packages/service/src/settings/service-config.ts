// The settings that all services share.
import type { KafkaAccess } from '@dcms/events'
import { kafkaAccess } from './kafka-settings.ts'
import { type Environment, type Settings, SettingsError } from './settings.ts'

const DRAIN_SECONDS_MAX = 60

/** What every service needs to run. */
export interface ServiceConfig {
  mongoUrl: string
  kafka: KafkaAccess
  installation: string
  /** Where the public listener stands … */
  host: string
  /** … and the internal one, which is a network of its own. */
  internalHost: string
  port: number
  internalPort: number
  /** Private key of this caller, a JWK file. */
  callerKeyFile: string
  /** Public keys of all callers, a JWKS file. */
  callersFile: string
  /** Public keys, names and roles of operators, a JWKS file; without it no operator is let in. */
  operatorsFile?: string | undefined
  logLevel: string
  environment: Environment
  /**
   * How long a process that is told to end goes on answering: not ready, and asking callers to
   * connect anew.
   */
  drainMs: number
  /**
   * Listens on ports that another process of this user may share, and only once it can serve: the
   * next one takes over without a gap.
   */
  sharesPorts: boolean
}

function drainSecondsOf(text: string): number {
  const seconds = Number(text)
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > DRAIN_SECONDS_MAX)
    throw new SettingsError(`DRAIN_SECONDS must be a whole number up to ${DRAIN_SECONDS_MAX}`)
  return seconds
}

function yesOrNo(name: string, text: string): boolean {
  if (text !== 'yes' && text !== 'no') throw new SettingsError(`${name} must be yes or no`)
  return text === 'yes'
}

/** Reads the part of the settings that all services share. */
export const serviceConfig = (read: Settings): ServiceConfig => ({
  mongoUrl: read.text('MONGO_URL'),
  kafka: kafkaAccess(read.text('KAFKA_BROKERS'), read),
  installation: read.installation(),
  host: read.text('HOST', '127.0.0.1'),
  internalHost: read.text('INTERNAL_HOST', '127.0.0.1'),
  port: read.port('PORT'),
  internalPort: read.port('INTERNAL_PORT'),
  callerKeyFile: read.text('DCMS_CALLER_KEY_FILE'),
  callersFile: read.text('DCMS_CALLERS_FILE'),
  operatorsFile: read.optional('DCMS_OPERATORS_FILE'),
  logLevel: read.logLevel(),
  environment: read.environment(),
  drainMs: drainSecondsOf(read.text('DRAIN_SECONDS', '5')) * 1000,
  sharesPorts: yesOrNo('SHARED_PORTS', read.text('SHARED_PORTS', 'no')),
})
