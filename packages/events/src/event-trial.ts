// One try to apply one event, and what its outcome says: about the event, its bank, or the engines.
import { Counter } from 'prom-client'
import { fromMessage, MalformedEvent, type ReceivedEvent } from './cloud-event.ts'
import type { PlacedMessage } from './dead-letters.ts'
import { isStoreAway } from './store-away.ts'
import type { TenantGates } from './tenant-gates.ts'

/** A handler that takes longer is taken for hung; what it does later counts as a repeat. */
export const HANDLER_MAX_MS = 30_000

const failures = new Counter({
  name: 'dcms_event_failures_total',
  help: 'Tries of events that failed, by what that says: the store, something else that is away, or the event',
  labelNames: ['topic', 'group', 'kind'],
})

export type Verdict =
  | { readonly kind: 'applied' }
  /** No event at all: nobody can ever apply it. */
  | { readonly kind: 'malformed'; readonly error: Error }
  | { readonly kind: 'not-served' }
  /** Nobody's event can be applied now. */
  | { readonly kind: 'store-away'; readonly error: unknown }
  /** What this event or its bank needs is away. */
  | { readonly kind: 'unavailable'; readonly error: unknown; readonly tooSlow?: true }
  | { readonly kind: 'failed'; readonly error: unknown }

export interface TrialOptions {
  topic: string
  group: string
  handle(event: ReceivedEvent): Promise<void>
  /** Whether this process serves the bank; all banks when left out. */
  serves?: (tenant: string) => boolean
  /** An event that takes longer is set aside, so that nothing waits for it; 30 s when left out. */
  withinMs?: number
}

class TooSlow extends Error {}

interface Running {
  readonly verdict: Promise<Verdict>
  readonly sinceMs: number
}

/** Tries events for one follower. */
export class EventTrial {
  readonly #options: TrialOptions
  readonly #gates: TenantGates
  /**
   * Tries that nobody waited for any longer, so that the next one of the same event comes after
   * them.
   */
  readonly #stillRunning = new Map<string, Running>()

  constructor(options: TrialOptions, gates: TenantGates) {
    this.#options = options
    this.#gates = gates
  }

  serves(tenant: string): boolean {
    return this.#options.serves?.(tenant) ?? true
  }

  /**
   * Tries once. What is `patient` waits until the handler must be hung, the others only as long as
   * others may wait for it.
   */
  async attempt(message: PlacedMessage, { patient = false } = {}): Promise<Verdict> {
    const { topic, withinMs = HANDLER_MAX_MS } = this.#options
    const begunMs = performance.now()
    let event: ReceivedEvent
    try {
      event = fromMessage(topic, message.partition, message)
    } catch (error) {
      if (error instanceof MalformedEvent) return { kind: 'malformed', error }
      throw error
    }
    if (!this.serves(event.tenant)) return { kind: 'not-served' }
    const place = `${message.partition}/${message.offset}`
    const running = this.#runningAt(place) ?? { verdict: this.#run(event), sinceMs: performance.now() }
    const verdict = await this.#within(running, place, patient ? HANDLER_MAX_MS : withinMs)
    if (verdict.kind === 'applied' && performance.now() - begunMs <= withinMs) this.#gates.succeeded(event.tenant)
    else if (verdict.kind === 'applied') this.#gates.succeededSlowly(event.tenant)
    else if (verdict.kind === 'unavailable' && concernsTenant(verdict.error)) this.#gates.failed(event.tenant)
    if (verdict.kind !== 'applied') failures.inc({ topic, group: this.#options.group, kind: verdict.kind })
    return verdict
  }

  async #run(event: ReceivedEvent): Promise<Verdict> {
    try {
      await this.#options.handle(event)
      return { kind: 'applied' }
    } catch (error) {
      if (isStoreAway(error)) return { kind: 'store-away', error }
      return { kind: isUnavailable(error) ? 'unavailable' : 'failed', error }
    }
  }

  /** A handler that hangs is not waited for again. */
  #runningAt(place: string): Running | undefined {
    const running = this.#stillRunning.get(place)
    return running && performance.now() - running.sinceMs < HANDLER_MAX_MS ? running : undefined
  }

  async #within(running: Running, place: string, withinMs: number): Promise<Verdict> {
    let timer: NodeJS.Timeout | undefined
    const tooSlow = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), withinMs)
    })
    const verdict = await Promise.race([running.verdict, tooSlow])
    clearTimeout(timer)
    if (verdict) {
      this.#stillRunning.delete(place)
      return verdict
    }
    this.#stillRunning.set(place, running)
    // Its outcome is kept a moment for the next try, which may find it done.
    setTimeout(() => this.#forget(place, running), 2 * HANDLER_MAX_MS).unref()
    return { kind: 'unavailable', error: new TooSlow(`not done within ${withinMs} ms`), tooSlow: true }
  }

  #forget(place: string, running: Running): void {
    if (this.#stillRunning.get(place) === running) this.#stillRunning.delete(place)
  }
}

/** Something that is needed says that it is away: another service, a partner. */
const isUnavailable = (error: unknown): boolean => error instanceof Error && 'unavailable' in error && error.unavailable === true

/**
 * Unless it says that only this aggregate has to wait, whatever is away is so for the whole bank.
 */
const concernsTenant = (error: unknown): boolean => !(error instanceof Error && 'concerns' in error && error.concerns === 'aggregate')
