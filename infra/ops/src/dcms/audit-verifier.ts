// Reads the audit trail as it stands on its topic and says what is wrong with it.
import type { AuditHead, AuditInstance, ChainedRecord } from '@dcms/contract'
import { FIRST_PREV_HASH, recordsWithin, unchain } from '@dcms/service'

/** A batch that was sent twice, because its answer was lost, is recognised: no batch is longer. */
const REMEMBERED_MAX = 600
const FAULTS_TOLD_MAX = 200

export interface AuditReport {
  /** Runs of processes on the topic. */
  runs: number
  records: number
  /** Records that stand there twice, word for word: sent again when an answer was lost. */
  repeats: number
  /** Records that processes themselves gave up, by their own word. */
  dropped: number
  /** Runs without an end that no register gives an end to either: they go on, or were killed. */
  open: number
  faultCount: number
  /** At most 200 of them. */
  faults: string[]
}

interface Run {
  readonly process: string
  /** How far the chain was followed. */
  head: AuditHead
  signedUpTo: number
  isEnded: boolean
  /** Hashes by sequence, of the newest records. */
  readonly recent: Map<number, string>
}

export type VerifyHead = (process: string, head: AuditHead, signature: string) => boolean

/**
 * Takes the messages of the topic, each partition in order, then compares with what the processes
 * noted elsewhere.
 */
export class AuditVerifier {
  readonly #verifyHead: VerifyHead
  readonly #runs = new Map<string, Run>()
  /** How far runs went by the word of later ones. */
  readonly #named = new Map<string, AuditHead>()
  readonly #faults: string[] = []
  #faultCount = 0
  #records = 0
  #repeats = 0
  #dropped = 0

  constructor(verifyHead: VerifyHead) {
    this.#verifyHead = verifyHead
  }

  take(key: string | null, message: string | null): void {
    for (const text of recordsWithin(message ?? '')) this.#takeRecord(key, text)
  }

  #takeRecord(key: string | null, text: string): void {
    const record = recordOf(text)
    const hashes = unchain(text)
    if (record === null || hashes === null || record.instance !== key)
      return void this.#fault(`a message under the key ${shown(key)} is no record`)
    const { instance, sequence } = record
    const run = this.#runs.get(instance)
    if (run !== undefined && sequence <= run.head.sequence) return void this.#takeAgain(run, sequence, hashes.found)
    this.#records++
    if (hashes.said !== hashes.found) this.#fault(`${nameOf(record)}: record ${sequence} was changed`)
    this.#link(run, record)
    const next = run ?? this.#newRun(record)
    next.head = { instance, sequence, hash: hashes.said }
    next.recent.set(sequence, hashes.said)
    next.recent.delete(sequence - REMEMBERED_MAX)
    if (record.process !== next.process) this.#fault(`${nameOf(record)}: record ${sequence} names another process`)
    if (hashes.signature !== undefined) this.#checkSignature(next, { ...next.head, hash: hashes.found }, hashes.signature)
    this.#takeKind(next, record)
  }

  #newRun(record: ChainedRecord): Run {
    const head = { instance: record.instance, sequence: 0, hash: FIRST_PREV_HASH }
    const run: Run = { process: record.process, head, signedUpTo: 0, isEnded: false, recent: new Map() }
    this.#runs.set(record.instance, run)
    return run
  }

  #takeAgain({ head, process, recent }: Run, sequence: number, found: string): void {
    if (recent.get(sequence) === found) this.#repeats++
    else this.#fault(`${nameOf({ ...head, process })}: a record ${sequence} was put in behind record ${head.sequence}`)
  }

  /** Whether the record follows on the one before. */
  #link(run: Run | undefined, record: ChainedRecord): void {
    const { sequence, prevHash, kind } = record
    const before = run?.head ?? { sequence: 0, hash: FIRST_PREV_HASH }
    if (sequence > before.sequence + 1) this.#fault(`${nameOf(record)}: ${span(before.sequence + 1, sequence - 1)} missing`)
    else if (prevHash !== before.hash) this.#fault(`${nameOf(record)}: record ${sequence} does not follow on the one before it`)
    if (run?.isEnded) this.#fault(`${nameOf(record)}: record ${sequence} stands behind the end`)
    if (sequence === 1 && kind !== 'begin') this.#fault(`${nameOf(record)}: it has no beginning`)
  }

  #checkSignature(run: Run, head: AuditHead, signature: string): void {
    if (this.#verifyHead(run.process, head, signature)) run.signedUpTo = head.sequence
    else
      this.#fault(
        `${nameOf({ ...head, process: run.process })}: the signature of record ${head.sequence} is not that of ${shown(run.process)}`,
      )
  }

  #takeKind(run: Run, { kind, known, dropped }: ChainedRecord): void {
    if (kind === 'dropped') this.#dropped += dropped ?? 0
    if (kind === 'begin') for (const head of known ?? []) this.#name(head)
    if (kind !== 'end') return
    run.isEnded = true
    for (const sequence of run.recent.keys()) if (sequence !== run.head.sequence) run.recent.delete(sequence)
  }

  #name(head: AuditHead): void {
    if (head.sequence > (this.#named.get(head.instance)?.sequence ?? 0)) this.#named.set(head.instance, head)
  }

  /**
   * @param registered runs as the processes noted them in their databases, read before the topic
   * was
   */
  finish(registered: readonly AuditInstance[]): AuditReport {
    for (const { head, process, signedUpTo } of this.#runs.values())
      if (signedUpTo < head.sequence) this.#fault(`${nameOf({ ...head, process })}: ${span(signedUpTo + 1, head.sequence)} not signed`)
    for (const head of registered) {
      this.#name(head)
      if (head.endedAt !== undefined && this.#runs.get(head.instance)?.isEnded === false)
        this.#fault(`${nameOf(head)}: it ended, and its end is missing`)
    }
    for (const head of this.#named.values()) this.#compare(head)
    const ends = new Map(registered.map(({ instance, endedAt }) => [instance, endedAt]))
    return {
      runs: this.#runs.size,
      records: this.#records,
      repeats: this.#repeats,
      dropped: this.#dropped,
      open: [...this.#runs].filter(([instance, { isEnded }]) => !isEnded && ends.get(instance) === undefined).length,
      faultCount: this.#faultCount,
      faults: this.#faults,
    }
  }

  #compare(noted: AuditHead): void {
    const run = this.#runs.get(noted.instance)
    if (run === undefined) return void this.#fault(`${nameOf(noted)}: the whole run is missing, with ${noted.sequence} records`)
    const { head, process, recent } = run
    if (head.sequence < noted.sequence)
      return void this.#fault(`${nameOf({ ...head, process })}: ${span(head.sequence + 1, noted.sequence)} missing at its end`)
    const hash = recent.get(noted.sequence)
    if (hash !== undefined && hash !== noted.hash)
      this.#fault(`${nameOf({ ...head, process })}: record ${noted.sequence} is another than the one that was written`)
  }

  #fault(what: string): void {
    this.#faultCount++
    if (this.#faults.length < FAULTS_TOLD_MAX) this.#faults.push(what)
  }
}

function recordOf(text: string): ChainedRecord | null {
  try {
    const record: unknown = JSON.parse(text)
    if (typeof record !== 'object' || record === null) return null
    const { process, instance, sequence, prevHash }: { process?: unknown; instance?: unknown; sequence?: unknown; prevHash?: unknown } =
      record
    const isRecord = typeof process === 'string' && typeof instance === 'string' && typeof prevHash === 'string'
    return isRecord && Number.isSafeInteger(sequence) && Number(sequence) > 0 ? (record as ChainedRecord) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** What a stranger may have written is cut, and brings no control characters to the terminal. */
const shown = (text: string | null): string => JSON.stringify((text ?? '').slice(0, 40)).slice(1, -1)
const nameOf = ({ instance, process }: { instance: string; process?: string }): string =>
  `run ${shown(instance)}${process === undefined ? '' : ` of ${shown(process)}`}`
const span = (from: number, to: number): string => (from === to ? `record ${from} is` : `records ${from} to ${to} are`)
