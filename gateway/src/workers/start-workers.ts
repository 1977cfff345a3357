// A gateway on several cores: the lead, on the main thread, and worker threads that serve the banks
// at one port.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { faultAnswer } from '@dcms/service'
import type { Logger } from 'pino'
import type { GatewayConfig } from '../config.ts'
import { Refusal } from '../exchange/exchange.ts'
import { type PlacedGateway, type RunningGateway, startGateway } from '../gateway.ts'
import { serviceUnavailable } from '../pipeline/upstream.ts'
import type { LeadPlace } from '../place.ts'
import { type Refused, refusedBy } from './lines.ts'
import { freeLockOf } from './shared-lock.ts'
import { newSharedMemory } from './shared-memory.ts'
import { TeamMetrics } from './team-metrics.ts'
import { type AnswersTo, Worker } from './worker.ts'

const BEAT_EVERY_MS = 1_000
/** A worker that has not answered so many beats is in a loop that does not end. */
const BEATS_MISSED_MAX = 15
/** Before a place is filled again whose worker lived for less than this. */
const SHORT_LIFE_MS = 10_000
const PAUSE_MS = 1_000
const UNAVAILABLE = 503
const internalError = new Refusal('internal.error')

/** How long a command of an operator waits for workers to take what it changed. */
const TELL_WITHIN_MS = 2_000

/**
 * Starts the lead and its workers; as `startGateway`.
 * @param entry what each worker runs
 * @throws Error when the port is taken
 */
export async function startWorkers(
  config: GatewayConfig,
  logger: Logger,
  entry = new URL('./worker-thread.ts', import.meta.url),
): Promise<WorkingGateway> {
  if (!config.sharesPorts) await requireFree(config)
  const team = new Team(config, logger, entry)
  const lead = await startGateway(config, logger, team.place)
  const ready = Promise.all([lead.ready, team.serves]).then(() => undefined)
  ready.catch(() => undefined) // whoever asks for it is told
  const port = await team.start(lead)
  return { port, internalPort: lead.internalPort, ready, close: () => lead.close(), workers: () => team.workers }
}

/** A gateway whose workers can be seen. */
export interface WorkingGateway extends RunningGateway {
  workers(): readonly Worker[]
}

/** Workers would share a port with whoever else lets it be shared, and say nothing. */
async function requireFree({ host, port }: GatewayConfig): Promise<void> {
  const server = createServer().listen({ host, port })
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

/** The workers of a process, as many as are wanted, for as long as it does not end. */
class Team {
  readonly #config: GatewayConfig
  readonly #logger: Logger
  readonly #entry: URL
  readonly #memory = newSharedMemory(Date.now())
  readonly #metrics = new TeamMetrics()
  /** By place, from 1. */
  readonly #workers = new Map<number, Worker>()
  /** Changes that not all workers have taken yet. */
  readonly #told = new Set<Promise<unknown>>()
  readonly #listening = Promise.withResolvers<number>()
  readonly #serves = Promise.withResolvers<void>()
  readonly #readiness = together(() => this.#reasons())
  readonly #metricsOfAll = together(() => this.#metricsText())
  #started: PlacedGateway | undefined
  #beats: NodeJS.Timeout | undefined
  /** What the workers listen on, as soon as one does. */
  #port: number | undefined
  #threads = 0
  #isEnding = false

  constructor(config: GatewayConfig, logger: Logger, entry: URL) {
    this.#config = config
    this.#logger = logger
    this.#entry = entry
  }

  get workers(): readonly Worker[] {
    return [...this.#workers.values()]
  }

  /** Resolves when one of them serves. */
  get serves(): Promise<void> {
    return this.#serves.promise
  }

  readonly place: LeadPlace = {
    kind: 'lead',
    tenantRegistered: (taken) => this.#tell((worker) => worker.tell('tenant', taken)),
    userTaken: (change) => this.#tell((worker) => worker.tell('user', change)),
    allKnow: async () => {
      await Promise.all(this.#told)
    },
    endWorkers: async () => {
      this.#isEnding = true
      clearInterval(this.#beats)
      await Promise.all(this.workers.map((worker) => worker.close()))
    },
  }

  /** Starts all; resolves with the port when the first listens, which the others then share. */
  async start(lead: PlacedGateway): Promise<number> {
    this.#started = lead
    this.#fill(1)
    this.#port = await this.#listening.promise
    for (let number = 2; number <= this.#config.workers; number++) this.#fill(number)
    this.#beats = setInterval(() => this.#beat(), BEAT_EVERY_MS)
    this.#beats.unref()
    return this.#port
  }

  get #lead(): PlacedGateway {
    if (this.#started === undefined) throw new Error('the workers have no lead yet')
    return this.#started
  }

  #fill(number: number): void {
    const start = {
      config: { ...this.#config, port: this.#port ?? this.#config.port },
      worker: number,
      thread: ++this.#threads,
      listensAtOnce: !this.workers.some(({ listens }) => listens),
      memory: this.#memory,
    }
    const worker: Worker = new Worker(
      this.#entry,
      start,
      this.#answersTo(() => worker),
      this.#logger,
    )
    this.#workers.set(number, worker)
    void worker.ended.then((fault) => this.#replace(worker, fault))
  }

  async #replace(worker: Worker, fault: unknown): Promise<void> {
    const { number, thread } = worker
    this.#workers.delete(number)
    freeLockOf(new Int32Array(this.#memory.control), thread)
    await this.#metrics.forget(thread).catch((error: unknown) => this.#logger.error({ err: error }, 'what a worker had counted is lost'))
    if (this.#isEnding) return
    if (this.#port === undefined) return this.#listening.reject(fault ?? new Error('the first worker ended before it listened'))
    this.#logger.error({ err: fault, worker: number }, 'a worker has ended, and its calls with it; another takes its place')
    if (performance.now() - worker.startedMs < SHORT_LIFE_MS) await sleep(PAUSE_MS, undefined, { ref: false })
    if (!this.#isEnding) this.#fill(number)
  }

  #beat(): void {
    for (const worker of this.workers) {
      if (worker.beat() < BEATS_MISSED_MAX) continue
      this.#logger.error({ worker: worker.number }, 'a worker does not answer and is ended')
      void worker.kill()
    }
  }

  #tell(tellOne: (worker: Worker) => Promise<void>): void {
    if (this.#workers.size === 0) return
    const taken = Promise.all(this.workers.map(tellOne))
    const told = Promise.race([taken, sleep(TELL_WITHIN_MS, undefined, { ref: false })]).finally(() => this.#told.delete(told))
    this.#told.add(told)
  }

  #answersTo(self: () => Worker): AnswersTo {
    const { desk } = this.#lead
    return {
      listening: (port) => {
        self().listens = true
        this.#listening.resolve(port)
      },
      ready: () => this.#serves.resolve(),
      admit: ({ tenantId, source, nowMs }) => this.#judged(async () => passed(await desk.admit(tenantId, source, nowMs))),
      check: (applicant) =>
        this.#judged(async () => {
          const user = await desk.check(applicant)
          return user instanceof Refusal ? refusedBy(user) : { user }
        }),
      letIn: (applicant) => desk.letIn(applicant),
      readiness: this.#readiness,
      metrics: this.#metricsOfAll,
    }
  }

  /** A fault is told here, where it is known what it is. */
  async #judged<Answer>(judge: () => Promise<Answer>): Promise<Answer | Refused> {
    try {
      return await judge()
    } catch (error) {
      this.#logger.error({ err: error }, 'a log-in could not be judged')
      return refusedBy(faultAnswer(error).status === UNAVAILABLE ? serviceUnavailable : internalError)
    }
  }

  /** What is wrong with the lead, or with a worker that calls may reach. */
  async #reasons(): Promise<string[]> {
    const listening = this.workers.filter(({ listens }) => listens)
    const ofWorkers = listening.map(async (worker) => (await worker.ownReadiness()) ?? [`worker ${worker.number} does not answer`])
    return [...new Set([...this.#lead.ownReadiness(), ...(await Promise.all(ofWorkers)).flat()])]
  }

  /** A worker that does not answer counts with what it said last. */
  async #metricsText(): Promise<string> {
    const note = async (worker: Worker): Promise<void> => {
      const snapshot = await worker.snapshot()
      if (snapshot !== null && this.#workers.get(worker.number) === worker) this.#metrics.note(worker.thread, snapshot)
    }
    await Promise.all(this.workers.map(note))
    return this.#metrics.text()
  }
}

/** Who asks while it is being found out gets the same answer: anybody may ask, at any rate. */
function together<Answer>(find: () => Promise<Answer>): () => Promise<Answer> {
  let found: Promise<Answer> | undefined
  return () => {
    found ??= find().finally(() => {
      found = undefined
    })
    return found
  }
}

const passed = (refusal: Refusal | null): Refused | null => (refusal === null ? null : refusedBy(refusal))
