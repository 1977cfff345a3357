// One worker as the lead sees it: its thread, the line to it, and whether it still answers.
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker as Thread } from 'node:worker_threads'
import type { Logger } from 'pino'
import { Line } from './line.ts'
import type { LeadAnswers, Snapshot, WorkerAnswers, WorkerStart } from './lines.ts'

/** How long the others wait for what one says of itself. */
const ANSWER_WITHIN_MS = 1_000
/** Between the answer that all is closed and the end of the thread. */
const END_WITHIN_MS = 1_000

/** What a worker is answered. */
export type AnswersTo = { [Name in keyof LeadAnswers]: (body: Parameters<LeadAnswers[Name]>[0]) => unknown }

/** A thread from its start to its end. */
export class Worker {
  readonly number: number
  readonly thread: number
  /** Serves, or says why not: from when it listens on. */
  listens = false
  readonly startedMs = performance.now()
  readonly #thread: Thread
  readonly #line: Line<WorkerAnswers>
  /** Resolves with what ended it, if that is known. */
  readonly ended: Promise<unknown>
  #beatsMissed = 0

  constructor(entry: URL, start: WorkerStart, answers: AnswersTo, logger: Logger) {
    this.number = start.worker
    this.thread = start.thread
    this.#thread = new Thread(entry, { workerData: start, name: `gateway worker ${start.worker}` })
    this.#line = new Line<WorkerAnswers>(this.#thread, answers, logger.child({ worker: start.worker }))
    let fault: unknown
    this.#thread.on('error', (error) => {
      fault = error
    })
    this.ended = new Promise((resolve) => {
      this.#thread.once('exit', () => {
        this.#line.end()
        resolve(fault)
      })
    })
  }

  /** Resolves when it has taken the change, or has ended: whoever takes its place reads it anew. */
  async tell<Name extends 'tenant' | 'user'>(name: Name, change: Parameters<WorkerAnswers[Name]>[0]): Promise<void> {
    await this.#line.ask(name, change as never).catch(() => undefined)
  }

  /** Why it cannot do its work; null when it does not say so in time. */
  async ownReadiness(): Promise<string[] | null> {
    return await this.#inTime(this.#line.ask('ownReadiness', null))
  }

  /** Its metrics; null when it does not say them in time. */
  async snapshot(): Promise<Snapshot | null> {
    return await this.#inTime(this.#line.ask('snapshot', null))
  }

  async #inTime<Body>(answer: Promise<Body>): Promise<Body | null> {
    return await Promise.race([answer.catch(() => null), sleep(ANSWER_WITHIN_MS, null, { ref: false })])
  }

  /** How many beats it has not answered, this one included. */
  beat(): number {
    this.#line
      .ask('beat', null)
      .then(() => {
        this.#beatsMissed = 0
      })
      .catch(() => undefined)
    return this.#beatsMissed++
  }

  /**
   * Calls in flight finish, the audit is sent, the thread ends; one that does not listen yet ends
   * at once.
   */
  async close(): Promise<void> {
    if (this.listens) {
      await this.#line.ask('close', null).catch(() => undefined)
      await Promise.race([this.ended, sleep(END_WITHIN_MS, undefined, { ref: false })])
    }
    await this.kill()
  }

  async kill(): Promise<void> {
    await this.#thread.terminate()
    await this.ended
  }
}
