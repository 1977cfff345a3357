// What a command runs in: tenant, clock, caller, and the one way to write state with its events.
import { randomUUID } from 'node:crypto'
import { type ErrorCode, eventTypes } from '@dcms/contract'
import type { OutboxEvent, Relay } from '@dcms/events'
import type { Model, QueryFilter, UpdateQuery } from 'mongoose'
import type { OutboxSources } from '../store/outbox-sources.ts'
import { place } from '../store/place.ts'
import type { Stored, TenantModel } from '../store/store.ts'
import type { Tenant } from '../store/tenant.ts'
import { answer, type Decision, type Outcome, ServiceUnavailable } from './decision.ts'

const COMMAND_IDS_KEPT = 8
const WAITING_EVENTS_MAX = 200
/**
 * So often a change is decided again while others are faster: more only where something writes
 * without end.
 */
const CHANGES_MAX = 50
const withoutQueues = { outbox: 0, parked: 0 } as const
const dataVersions = new Map(eventTypes.map(({ type, version }) => [type, version]))

export interface ScopeOptions {
  tenant: Tenant
  now: Date
  /** The same for a repeat of the same call, otherwise unique. */
  commandId: string
  /** Whether the caller gave a key by which a repeat is known; absent: no. */
  hasKey?: boolean
  requestId: string
  traceparent?: string
  user: string
  roles: readonly string[]
  /** The branch that bounds what the user does; absent for one who works for the whole bank. */
  branch?: string
  /**
   * Time of day in milliseconds after which the caller no longer waits; absent where nobody waits.
   */
  deadlineAtMs?: number
  /**
   * Told before anything is written for the bank, so that what this process may leave unfinished is
   * looked for.
   */
  touched?: (tenant: string) => void
  relay: Relay
  sources: OutboxSources
}

/** What a change was decided on last, and how. */
export interface Changed<State extends Stored, Event extends { type: string }, Code extends ErrorCode> {
  /** The document as it was read for it; null where there is none. */
  before: State | null
  decision: Decision<State, Event, Code>
}

type Changing<State, Event extends { type: string }> = Extract<Decision<State, Event, never>, { kind: 'changed' }>

/** Handed to every command. */
export class Scope {
  readonly tenant: Tenant
  readonly now: Date
  readonly commandId: string
  readonly hasKey: boolean
  readonly requestId: string
  readonly traceparent: string | undefined
  readonly user: string
  readonly roles: readonly string[]
  readonly branch: string | undefined
  readonly deadlineAtMs: number | undefined
  readonly #touched: ((tenant: string) => void) | undefined
  readonly #relay: Relay
  readonly #sources: OutboxSources
  readonly #options: ScopeOptions

  constructor(options: ScopeOptions) {
    this.#options = options
    this.tenant = options.tenant
    this.now = options.now
    this.commandId = options.commandId
    this.hasKey = options.hasKey ?? false
    this.requestId = options.requestId
    this.traceparent = options.traceparent
    this.user = options.user
    this.roles = options.roles
    this.branch = options.branch
    this.deadlineAtMs = options.deadlineAtMs
    this.#touched = options.touched
    this.#relay = options.relay
    this.#sources = options.sources
  }

  /**
   * The same surroundings for another command: what a command finishes for somebody else is not to
   * count as its own.
   */
  ofCommand(commandId: string): Scope {
    return new Scope({ ...this.#options, commandId })
  }

  /**
   * Turns a decision into one `findOneAndUpdate`-like update matched on `_id` and `version`: sets
   * the change, counts the version, appends the events. No match is `overtaken`: the command
   * decides again on fresh state.
   * @throws ServiceUnavailable when 200 events of the document wait to be published, unless the
   * decision is `evenWhenFull`
   */
  async commit<State extends Stored, Result, Code extends ErrorCode>(
    modelOf: TenantModel<State>,
    state: State | null,
    decision: Decision<State, { type: string }, Code>,
    result: Result,
  ): Promise<Outcome<Result, Code>> {
    if (state?.commandIds.includes(this.commandId)) return answer(result) // this very command was done before, its answer was lost
    if (decision.kind === 'refused') return decision
    if (decision.kind === 'unchanged') return answer(result)
    if (!state) throw new Error('a change needs a document; use create for a new one')
    const { filter, update, written } = this.#updateOf(state, decision)
    this.#touched?.(this.tenant.id)
    const changed = await modelOf(this.tenant).updateOne(filter as QueryFilter<State>, update as UpdateQuery<State>)
    if (changed.matchedCount === 0) return { kind: 'overtaken' }
    this.#nudge(modelOf, state, written)
    return answer(result)
  }

  /**
   * Reads documents, has the rule decide on each by itself and commits what it changes, all of them
   * by one statement; those that somebody else changed first are decided again, up to 50 times. For
   * hundreds of documents that do not depend on each other: each is changed or not, whatever
   * becomes of the others.
   * @param ids each once
   * @param decide pure: it is asked for each state anew. A document that this command has changed
   * before is passed over.
   * @returns what was decided for each of the documents that are there
   * @throws ServiceUnavailable when 200 events of a document wait to be published, or one changes
   * all the time
   */
  async changeMany<State extends Stored, Event extends { type: string }, Code extends ErrorCode>(
    modelOf: TenantModel<State>,
    ids: readonly string[],
    decide: (state: State) => Decision<State, Event, Code>,
  ): Promise<Map<string, { before: State; decision: Decision<State, Event, Code> | { kind: 'done-before' } }>> {
    const settled = new Map<string, { before: State; decision: Decision<State, Event, Code> | { kind: 'done-before' } }>()
    let open: readonly string[] = ids
    for (let tries = 0; open.length > 0 && tries < CHANGES_MAX; tries++) {
      const model: Model<State> = modelOf(this.tenant)
      // By `_id`, and so in one order for all: two that change the same documents do not lock each
      // other out.
      const states = await model
        .find({ _id: { $in: [...open] } } as QueryFilter<State>, withoutQueues)
        .sort({ _id: 1 })
        .batchSize(open.length)
        .lean<State[]>()
      const changes: { before: State; decision: Changing<State, Event> }[] = []
      for (const before of states) {
        const decision = before.commandIds.includes(this.commandId) ? ({ kind: 'done-before' } as const) : decide(before)
        if (decision.kind === 'changed') changes.push({ before, decision })
        else settled.set(before._id, { before, decision })
      }
      const overtaken = await this.#commitMany(modelOf, changes)
      for (const change of changes) if (!overtaken.has(change.before._id)) settled.set(change.before._id, change)
      open = [...overtaken]
    }
    if (open.length > 0) throw new ServiceUnavailable(`${open.length} documents change all the time`)
    return settled
  }

  /** @returns the ids of those that somebody else changed first */
  async #commitMany<State extends Stored>(
    modelOf: TenantModel<State>,
    changes: readonly { before: State; decision: Changing<State, { type: string }> }[],
  ): Promise<Set<string>> {
    if (changes.length === 0) return new Set()
    const updates = changes.map(({ before, decision }) => ({ before, ...this.#updateOf(before, decision) }))
    this.#touched?.(this.tenant.id)
    const { collection } = modelOf(this.tenant)
    const { matchedCount } = await collection.bulkWrite(updates.map(({ filter, update }) => ({ updateOne: { filter, update } })) as never, {
      ordered: false,
    })
    const overtaken = new Set(changes.map(({ before }) => before._id))
    if (matchedCount === changes.length) overtaken.clear()
    else {
      const ours = { _id: { $in: [...overtaken] }, commandIds: this.commandId }
      const changed = await collection.find<{ _id: string }>(ours as never, { projection: { _id: 1 } }).toArray()
      for (const { _id } of changed) overtaken.delete(_id)
    }
    for (const { before, written } of updates) if (!overtaken.has(before._id)) this.#nudge(modelOf, before, written)
    return overtaken
  }

  /** The one update that carries a decision out, and the events as it writes them. */
  #updateOf<State extends Stored>(state: State, { set, unset = [], events, evenWhenFull }: Changing<State, { type: string }>) {
    if (!evenWhenFull && state.sequence - state.relayedSequence + events.length > WAITING_EVENTS_MAX)
      throw new ServiceUnavailable('too many events of this document wait to be published')
    const written = this.#toOutbox(events, state.sequence)
    const update = {
      $set: { ...set, ...(events.length > 0 && { outboxAt: this.now }) },
      ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map((field) => [field, ''])) }),
      $inc: { version: 1, sequence: events.length },
      $push: {
        commandIds: { $each: [this.commandId], $slice: -COMMAND_IDS_KEPT },
        ...(events.length > 0 && { outbox: { $each: written } }),
      },
    }
    return { filter: { _id: state._id, version: state.version }, update, written }
  }

  #nudge<State extends Stored>(modelOf: TenantModel<State>, state: State, events: OutboxEvent[]): void {
    const { sequence: after, relayedSequence, outboxAside } = state
    if (events.length > 0)
      this.#relay.nudge(this.#sources.of(modelOf), this.tenant.id, state._id, { events, after, relayedSequence, outboxAside })
  }

  /**
   * Says that something is written for the bank beside commits: what this process may leave
   * unfinished is looked for.
   */
  touch(): void {
    this.#touched?.(this.tenant.id)
  }

  /**
   * Reads a document, has the rule decide and commits that; again on fresh state when somebody else
   * changed it first, up to 50 times. For a step of a longer work, and for work that nobody waits
   * for: a command that is one change returns `overtaken` and is run again as a whole.
   * @param decide pure: it is asked for each state anew, and for null when there is no such
   * document
   * @param known the document as it was read just before, which saves the first reading
   * @returns `overtaken` when the document changes all the time
   */
  async change<State extends Stored, Event extends { type: string }, Code extends ErrorCode>(
    modelOf: TenantModel<State>,
    id: string,
    decide: (state: State | null) => Decision<State, Event, Code>,
    { known }: { known?: State | null | undefined } = {},
  ): Promise<Outcome<Changed<State, Event, Code>, Code>> {
    const model: Model<State> = modelOf(this.tenant)
    for (let tries = 0; tries < CHANGES_MAX; tries++) {
      const before = tries === 0 && known ? known : await model.findById(id, withoutQueues).lean<State>()
      const decision = decide(before)
      const committed = await this.commit(modelOf, before, decision, { before, decision })
      if (committed.kind !== 'overtaken') return committed
    }
    return { kind: 'overtaken' }
  }

  /** Inserts a new document with its first events; false when the `_id` is taken. */
  async create<State extends Stored>(
    modelOf: TenantModel<State>,
    state: State,
    events: readonly { type: string }[] = [],
  ): Promise<boolean> {
    const written = this.#toOutbox(events, 0)
    const document = {
      ...state,
      sequence: events.length,
      outbox: written,
      ...(events.length > 0 && { outboxAt: this.now }),
    }
    this.#touched?.(this.tenant.id)
    if ((await place(modelOf(this.tenant), document)) === 'there') return false
    if (events.length > 0)
      this.#relay.nudge(this.#sources.of(modelOf), this.tenant.id, state._id, { events: written, after: 0, relayedSequence: 0 })
    return true
  }

  #toOutbox(events: readonly { type: string }[], after: number): OutboxEvent[] {
    return events.map((payload, position) => ({
      id: randomUUID(),
      type: payload.type,
      dataVersion: dataVersions.get(payload.type) ?? 1,
      sequence: after + position + 1,
      time: this.now,
      definitionVersion: this.tenant.version,
      requestId: this.requestId,
      ...(this.traceparent && { traceparent: this.traceparent }),
      payload,
    }))
  }
}
