// The audit trail: one record per request, chained by hashes, sent to Kafka in batches beside the traffic.
import { hash, randomUUID } from 'node:crypto'
import { auditTopic } from '@dcms/contract'
import type { Broker } from '@dcms/events'
import type { Logger } from 'pino'
import type { CallerAddresses } from './caller-address.ts'
import type { Exchange } from './exchange.ts'

const SEND_EVERY_MS = 200
const PER_BATCH_MAX = 500
const PAUSE_MS = 1_000
/** What is kept while Kafka is away; beyond it the oldest records are dropped, and the log says how many. */
export const KEPT_MAX = 50_000
const DROPPED_AT_ONCE = 1_000
const STOP_WITHIN_MS = 5_000
const PATH_LENGTH_MAX = 100

/** Who did what, with which outcome. Never a body, a token or a card number. */
export interface AuditRecord {
  time: string
  requestId: string
  tenant: string
  user: string
  method: string
  path: string
  /** HTTP status; 499 when the caller went away before there was an answer. */
  status: number
  errorCode: string
  durationMs: number
  remote: string
}

/**
 * A record as published. `instance` is one gateway process, `sequence` counts its records from 1. `hash` is the SHA-256, in hex, of the JSON
 * text of the record without its last member `hash`; `prevHash` is the hash of the record before, 64 zeros for the first. A record that was changed, left out
 * or put in breaks the chain.
 */
export interface ChainedRecord extends AuditRecord {
  instance: string
  sequence: number
  prevHash: string
  hash: string
}

type Publish = Pick<Broker, 'publish'>
/** As noted beside the traffic; the text is made when it is sent. */
type Noted = Omit<AuditRecord, 'time'> & { timeMs: number }

/** Collects records and publishes them in batches, in order. */
export class AuditLog {
  readonly #broker: Publish
  readonly #logger: Logger
  readonly #addresses: CallerAddresses
  readonly #instance = randomUUID()
  #records: Noted[] = []
  #batch: { key: string; value: string }[] = []
  #sequence = 0
  #prevHash = '0'.repeat(64)
  #dropped = 0
  #sending: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(broker: Publish, addresses: CallerAddresses, logger: Logger) {
    this.#broker = broker
    this.#addresses = addresses
    this.#logger = logger
  }

  start(): void {
    this.#schedule(SEND_EVERY_MS)
  }

  /** Notes an exchange that was answered. */
  append(exchange: Exchange, status: number): void {
    const { request } = exchange
    this.#records.push({
      timeMs: exchange.nowMs,
      requestId: exchange.requestId,
      tenant: exchange.tenantId,
      user: exchange.username,
      method: request.method ?? '',
      path: exchange.auditPath,
      status,
      errorCode: exchange.errorCode,
      durationMs: performance.now() - exchange.startedMs,
      remote: this.#addresses.of(request),
    })
    if (this.#records.length > KEPT_MAX) this.#dropped += this.#records.splice(0, DROPPED_AT_ONCE).length
  }

  /** Sends what is left, for a few seconds at most. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    const endAtMs = Date.now() + STOP_WITHIN_MS
    await this.#sending
    while (this.#batch.length + this.#records.length > 0 && Date.now() < endAtMs) await this.#send()
    const lost = this.#batch.length + this.#records.length
    if (lost > 0) this.#logger.error({ lost }, 'audit records could not be sent before the end')
  }

  #schedule(afterMs: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#sending = this.#send().finally(() => {
        this.#sending = undefined
      })
    }, afterMs)
    this.#timer.unref()
  }

  /** Sends one batch; the same one again until Kafka took it, so that the chain keeps its order. */
  async #send(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#batch.length === 0) this.#batch = this.#records.splice(0, PER_BATCH_MAX).map((record) => this.#chained(record))
    if (this.#dropped > 0) {
      this.#logger.error({ dropped: this.#dropped }, 'audit records dropped: Kafka is away for too long')
      this.#dropped = 0
    }
    let pauseMs = SEND_EVERY_MS
    if (this.#batch.length > 0) {
      try {
        await this.#broker.publish(auditTopic, this.#batch)
        this.#batch = []
        if (this.#records.length >= PER_BATCH_MAX) pauseMs = 0
      } catch (error) {
        this.#logger.warn({ err: error, kept: this.#records.length }, 'audit records wait for Kafka')
        pauseMs = PAUSE_MS
      }
    }
    this.#schedule(pauseMs)
  }

  #chained({ timeMs, ...noted }: Noted): { key: string; value: string } {
    this.#sequence++
    const record = { time: new Date(timeMs).toISOString(), ...noted, durationMs: Math.round(noted.durationMs * 1000) / 1000 }
    const { json, digest } = chain(record, this.#instance, this.#sequence, this.#prevHash)
    this.#prevHash = digest
    return { key: this.#instance, value: json }
  }
}

/** The JSON of a chained record, and its hash. */
export function chain(record: AuditRecord, instance: string, sequence: number, prevHash: string): { json: string; digest: string } {
  const text = JSON.stringify({ ...record, instance, sequence, prevHash })
  const digest = hash('sha256', text)
  return { json: `${text.slice(0, -1)},"hash":"${digest}"}`, digest }
}

/** An unknown path for the audit: cut, and without runs of digits, for callers do put card numbers into paths. */
export const maskedPath = (path: string): string => path.slice(0, PATH_LENGTH_MAX).replace(/\d{6,}/g, 'XXXXXX')
