// Applying events to a projection: repeats dropped, early ones parked in the document, gaps closed
// in one atomic update.
import type { mongo } from 'mongoose'
import { Counter } from 'prom-client'
import type { ReceivedEvent } from './cloud-event.ts'
import { type GatheredStatements, gathering } from './gathered-statements.ts'

const TRIES_MAX = 50
const PARKED_MAX = 500

const parkedEvents = new Counter({
  name: 'dcms_events_parked_total',
  help: 'Events that came before an earlier one of their aggregate',
  labelNames: ['topic'],
})

/**
 * What every document has that is kept up to date by another context's events. `_id` is the source
 * aggregate's id.
 */
export interface Projected {
  _id: string
  version: number
  /** Sequence of the last event applied; 0 in a placeholder that knows nothing yet. */
  lastSequence: number
  /** Events that came early, until the missing one arrives. */
  parked: ReceivedEvent[]
  parkedAt?: Date
}

/**
 * Decides what an event changes. A pure function: the same state and event give the same change.
 */
export type Apply<State extends Projected> = (state: State | null, event: ReceivedEvent) => Partial<Omit<State, keyof Projected>>

/** Events of many aggregates that are applied side by side share their statements. */
const documentsOf = gathering<Projected>({ outbox: 0 })
type Documents = GatheredStatements<Projected>

/**
 * Applies an event to the document of its aggregate, in the aggregate's own order.
 * Lower or equal sequence: dropped; the next: applied together with parked ones that follow it;
 * later: parked.
 * @param seed fields of a document that does not exist yet
 * @returns what happened; `repeated` changes nothing, so any event may be fed again
 * @throws when an aggregate has more than 500 parked events, so that the next one becomes a dead
 * letter and is seen
 */
export async function applyInOrder<State extends Projected>(
  collection: mongo.Collection<State>,
  event: ReceivedEvent,
  apply: Apply<State>,
  seed: Partial<State> = {},
): Promise<'applied' | 'repeated' | 'parked'> {
  const documents = documentsOf(collection as unknown as mongo.Collection<Projected>)
  if (event.sequence === 1 && (await place(documents, event, apply, seed))) return 'applied'
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const state = (await documents.read(event.subject)) as State | null
    const lastSequence = state?.lastSequence ?? 0
    if (event.sequence <= lastSequence) return 'repeated'
    if (event.sequence > lastSequence + 1) {
      if (await park(documents, state, event, seed)) return 'parked'
      continue
    }
    if (await advance(documents, state, event, apply, seed)) return 'applied'
  }
  throw new Error(`event ${event.id} met a concurrent change ${TRIES_MAX} times`)
}

/**
 * The first event of an aggregate nearly always finds nothing there: the document is inserted
 * without a look for it.
 * @returns false when something stands there, a placeholder or what a repeat finds
 */
async function place<State extends Projected>(
  documents: Documents,
  event: ReceivedEvent,
  apply: Apply<State>,
  seed: Partial<State>,
): Promise<boolean> {
  let change: ReturnType<Apply<State>>
  try {
    change = apply(null, event)
  } catch {
    return false // a repeat, which may go against today's rules, is dropped; any other fails once more
  }
  return await documents.write({ insertOne: { document: newDocument(event, seed, change) } })
}

const newDocument = <State extends Projected>(event: ReceivedEvent, seed: Partial<State>, change: Partial<State>) => ({
  ...seed,
  ...change,
  _id: event.subject,
  version: 1,
  lastSequence: event.sequence,
  parked: [],
})

async function advance<State extends Projected>(
  documents: Documents,
  before: State | null,
  event: ReceivedEvent,
  apply: Apply<State>,
  seed: Partial<State>,
): Promise<boolean> {
  let state = before && before.lastSequence > 0 ? before : null
  let change: Partial<State> = {}
  let lastSequence = event.sequence - 1
  const parked = before?.parked ?? []
  for (let next: ReceivedEvent | undefined = event; next; next = parked.find((each) => each.sequence === lastSequence + 1)) {
    const changed = apply(state, next)
    change = { ...change, ...changed }
    state = { ...(state ?? ({ ...before, ...seed, _id: event.subject } as State)), ...changed }
    lastSequence = next.sequence
  }
  const left = parked.filter((each) => each.sequence > lastSequence)
  if (!before) return await documents.write({ insertOne: { document: newDocument(event, seed, change) } })
  return await documents.write({
    updateOne: {
      filter: { _id: event.subject, version: before.version, lastSequence: before.lastSequence },
      update: {
        $set: { ...change, lastSequence, parked: left },
        $inc: { version: 1 },
        ...(left.length === 0 && before.parkedAt && { $unset: { parkedAt: '' as const } }),
      },
    },
  })
}

async function park<State extends Projected>(
  documents: Documents,
  state: State | null,
  event: ReceivedEvent,
  seed: Partial<State>,
): Promise<boolean> {
  parkedEvents.inc({ topic: event.topic })
  if (!state) {
    const placeholder = { ...seed, _id: event.subject, version: 1, lastSequence: 0, parked: [event], parkedAt: new Date() }
    return await documents.write({ insertOne: { document: placeholder } })
  }
  if (state.parked.some((each) => each.sequence === event.sequence)) return true
  if (state.parked.length >= PARKED_MAX)
    throw new Error(`more than ${PARKED_MAX} events wait for a missing one of aggregate ${event.subject}`)
  return await documents.write({
    updateOne: {
      filter: { _id: event.subject, version: state.version, lastSequence: state.lastSequence },
      update: { $push: { parked: event }, $set: { parkedAt: state.parkedAt ?? new Date() }, $inc: { version: 1 } },
    },
  })
}
