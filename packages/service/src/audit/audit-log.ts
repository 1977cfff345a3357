// The audit trail of one process: records chained by hashes, sent to Kafka in batches beside the
// traffic, each batch signed once.
import { randomUUID } from 'node:crypto'
import { type AuditHead, type AuditRecord, auditTopic } from '@dcms/contract'
import type { Broker, PlainMessage } from '@dcms/events'
import type { Logger } from 'pino'
import { Counter, Gauge } from 'prom-client'
import { chain, FIRST_PREV_HASH, headSigner, withinMessages, withSignature } from './audit-chain.ts'
import type { AuditRegister } from './audit-register.ts'

const SEND_EVERY_MS = 200
const PER_BATCH_MAX = 500
const PAUSE_MS = 1_000
/**
 * What is kept while Kafka is away; beyond it the oldest calls are dropped, and a record of its own
 * says how many.
 */
export const KEPT_MAX = 50_000
/** Operators' commands are kept apart: no flood of calls pushes them out. */
const OPERATORS_KEPT_MAX = 10_000
const DROPPED_AT_ONCE = 1_000
const STOP_WITHIN_MS = 5_000
/** Under traffic the register follows the topic by this much. */
const REGISTER_EVERY_MS = 5_000

const dropped = new Counter({ name: 'dcms_audit_dropped_total', help: 'Audit records lost because Kafka was away for too long' })
const logs = new Set<AuditLog>()
new Gauge({
  name: 'dcms_audit_backlog',
  help: 'Audit records that wait for Kafka',
  collect() {
    let waiting = 0
    for (const log of logs) waiting += log.waiting
    this.set(waiting)
  },
})

export interface AuditLogParts {
  readonly broker: Pick<Broker, 'publish'>
  readonly register: AuditRegister
  /** The process's own key, which signs: a private JWK file. */
  readonly keyFile: string
  readonly logger: Logger
}

/** As noted beside the traffic; the text is made when it is sent. */
export type Noted = Omit<AuditRecord, 'time'> & { timeMs: number }

const ownRecord = { requestId: '', tenant: '', user: '', method: '', path: '', status: 0, errorCode: '', durationMs: 0, remote: '' }

/** Collects records and publishes them in batches, in order. */
export class AuditLog {
  readonly #parts: AuditLogParts
  readonly #signer: ReturnType<typeof headSigner>
  readonly instance = randomUUID()
  #records: Noted[] = []
  #operators: Noted[] = []
  /** The records of the batch under way; as a rule one message. */
  #batch: { messages: PlainMessage[]; records: number } | undefined
  #head: AuditHead = { instance: this.instance, sequence: 0, hash: FIRST_PREV_HASH }
  #sentHead: AuditHead | undefined
  #registeredAtMs = 0
  #dropped = 0
  #hasBegun = false
  #sending: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(parts: AuditLogParts) {
    this.#parts = parts
    this.#signer = headSigner(parts.keyFile)
    logs.add(this)
  }

  get waiting(): number {
    return (this.#batch?.records ?? 0) + this.#records.length + this.#operators.length
  }

  start(): void {
    this.#schedule(0)
  }

  /** Costs nothing but memory; never waits. */
  note(noted: Noted): void {
    if (noted.kind === 'operator') {
      this.#operators.push(noted)
      if (this.#operators.length > OPERATORS_KEPT_MAX) this.#drop(this.#operators.splice(0, 1).length)
      return
    }
    this.#records.push(noted)
    if (this.#records.length > KEPT_MAX) this.#drop(this.#records.splice(0, DROPPED_AT_ONCE).length)
  }

  #drop(count: number): void {
    this.#dropped += count
    dropped.inc(count)
  }

  /** Sends what is left and a last record, for a few seconds at most. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    const endAtMs = Date.now() + STOP_WITHIN_MS
    await this.#sending
    while (this.waiting > 0 && Date.now() < endAtMs) await this.#send()
    if (this.waiting === 0 && this.#hasBegun) {
      this.#batch = this.#signed([this.#chained({ ...ownRecord, timeMs: Date.now(), kind: 'end' })])
      await this.#send()
    }
    if (this.waiting > 0) this.#parts.logger.error({ lost: this.waiting }, 'audit records could not be sent before the process ended')
    else await this.#enter(new Date())
    logs.delete(this)
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
    this.#batch ??= this.#signed(await this.#nextBatch())
    let pauseMs = SEND_EVERY_MS
    if (this.#batch !== undefined) {
      try {
        await this.#parts.broker.publish(auditTopic, this.#batch.messages)
        this.#batch = undefined
        this.#sentHead = this.#head
        if (this.#records.length >= PER_BATCH_MAX) pauseMs = 0
      } catch (error) {
        this.#parts.logger.warn({ err: error, kept: this.waiting }, 'audit records are waiting for Kafka')
        pauseMs = PAUSE_MS
      }
    }
    if (this.#sentHead !== undefined && Date.now() - this.#registeredAtMs > REGISTER_EVERY_MS) await this.#enter()
    this.#schedule(pauseMs)
  }

  /** The texts of the next records. */
  async #nextBatch(): Promise<string[]> {
    const own = await this.#beginning()
    if (this.#dropped > 0) {
      this.#parts.logger.error({ dropped: this.#dropped }, 'audit records dropped: Kafka has been unavailable for too long')
      own.push({ ...ownRecord, timeMs: Date.now(), kind: 'dropped', dropped: this.#dropped })
      this.#dropped = 0
    }
    const operators = this.#operators.splice(0, PER_BATCH_MAX)
    const records = this.#records.splice(0, PER_BATCH_MAX - operators.length)
    return [...own, ...operators, ...records].map((record) => this.#chained(record))
  }

  /** The first record: it names the runs before, so that a whole run can be missed. */
  async #beginning(): Promise<Noted[]> {
    if (this.#hasBegun) return []
    const now = new Date()
    let known: AuditHead[] = []
    try {
      known = await this.#parts.register.begin(this.#signer.process, this.instance, now)
    } catch (error) {
      this.#parts.logger.error({ err: error }, 'the audit trail starts without the register of earlier runs')
    }
    this.#hasBegun = true
    return [{ ...ownRecord, timeMs: now.getTime(), kind: 'begin', known }]
  }

  #chained(noted: Noted): string {
    const { instance } = this
    const sequence = this.#head.sequence + 1
    const { json, digest } = chain(recordOf(noted), { process: this.#signer.process, instance, sequence, prevHash: this.#head.hash })
    this.#head = { instance, sequence, hash: digest }
    return json
  }

  /** One message with one signature, over its last record. */
  #signed(jsons: readonly string[]): { messages: PlainMessage[]; records: number } | undefined {
    const last = jsons.at(-1)
    if (last === undefined) return undefined
    const values = withinMessages(jsons.with(-1, withSignature(last, this.#signer.sign(this.#head))))
    return { messages: values.map((value) => ({ key: this.instance, value })), records: jsons.length }
  }

  async #enter(endedAt?: Date): Promise<void> {
    if (this.#sentHead === undefined) return
    this.#registeredAtMs = Date.now()
    try {
      await this.#parts.register.reached(this.#sentHead, endedAt)
      this.#sentHead = undefined
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'the end of the audit trail could not be registered; trying again later')
    }
  }
}

/**
 * Member by member: a copy by `...` costs several times as much, and this is done for every call.
 */
function recordOf(noted: Noted): AuditRecord {
  const { requestId, tenant, user, method, path, status, errorCode, remote, kind } = noted
  const time = isoTimeOf(noted.timeMs)
  const durationMs = Math.round(noted.durationMs * 1000) / 1000
  const record: AuditRecord = { time, requestId, tenant, user, method, path, status, errorCode, durationMs, remote }
  if (kind === undefined) return record // a call of a bank, as nearly all are
  const { timeMs: _, ...more } = noted
  return { ...record, ...more, durationMs }
}

let lastTime = { ms: 0, iso: new Date(0).toISOString() }

/** Under traffic many calls begin in the same millisecond. */
function isoTimeOf(ms: number): string {
  if (ms !== lastTime.ms) lastTime = { ms, iso: new Date(ms).toISOString() }
  return lastTime.iso
}
