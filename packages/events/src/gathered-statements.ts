// Statements on single documents of a collection, asked for side by side and sent together: one
// find and one bulk write where followers of many aggregates each had their own.
import type { mongo } from 'mongoose'

const DOCUMENTS_MAX = 200
const DUPLICATE_KEY = 11000

/** A write of one document; no match and a taken `_id` are no errors. */
export type SingleWrite<Document extends { _id: string }> =
  | { updateOne: { filter: { _id: string; [field: string]: unknown }; update: mongo.UpdateFilter<Document> } }
  | { insertOne: { document: Document } }

interface Asked<What, Result> {
  what: What
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/**
 * Collects what is asked for until the statement before has come back, and sends it as one: under
 * load the statements get fewer, at rest nobody waits.
 */
class Gathered<What, Result> {
  readonly #send: (whats: What[]) => Promise<PromiseSettledResult<Result>[]>
  #asked: Asked<What, Result>[] = []
  #working = false

  /**
   * @param send gives an outcome for each that was asked for, or throws what is the fault of none
   */
  constructor(send: (whats: What[]) => Promise<PromiseSettledResult<Result>[]>) {
    this.#send = send
  }

  ask(what: What): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ what, resolve, reject })
      if (!this.#working) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#working = true
    while (this.#asked.length > 0) {
      await new Promise((resolve) => setImmediate(resolve)) // those of the same turn go together
      const asked = this.#asked.splice(0, DOCUMENTS_MAX)
      try {
        const outcomes = await this.#send(asked.map(({ what }) => what))
        for (const [at, { resolve, reject }] of asked.entries()) {
          const outcome = outcomes[at]
          if (outcome?.status === 'fulfilled') resolve(outcome.value)
          else reject(outcome?.reason)
        }
      } catch (error) {
        for (const { reject } of asked) reject(error)
      }
    }
    this.#working = false
  }
}

/** Reads and writes of one collection. */
export class GatheredStatements<Document extends { _id: string }> {
  readonly #collection: mongo.Collection<Document>
  readonly #reads: Gathered<string, Document | null>
  readonly #writes: Gathered<SingleWrite<Document>, boolean>

  /** @param projection of what is read */
  constructor(collection: mongo.Collection<Document>, projection: Readonly<Record<string, 0 | 1>>) {
    this.#collection = collection
    this.#reads = new Gathered(async (ids) => {
      const found = await collection.find({ _id: { $in: [...new Set(ids)] } } as mongo.Filter<Document>, { projection }).toArray()
      const byId = new Map(found.map((document) => [document._id as string, document as unknown as Document]))
      return ids.map((id) => fulfilled(byId.get(id) ?? null))
    })
    this.#writes = new Gathered((writes) => this.#write(writes))
  }

  read(id: string): Promise<Document | null> {
    return this.#reads.ask(id)
  }

  /**
   * @returns whether it is certain that this very write was done; false also where only some of
   * those sent together were and it is not known which: look at the document again
   */
  write(write: SingleWrite<Document>): Promise<boolean> {
    return this.#writes.ask(write)
  }

  async #write(writes: SingleWrite<Document>[]): Promise<PromiseSettledResult<boolean>[]> {
    if (writes.length === 1) return await this.#writeEach(writes)
    try {
      const done = await this.#collection.bulkWrite(writes as mongo.AnyBulkWriteOperation<Document>[], { ordered: false })
      const isAll = done.matchedCount + done.insertedCount === writes.length
      return writes.map(() => fulfilled(isAll))
    } catch (error) {
      if (!isBulkFault(error)) throw error
      const taken = takenAmong(error, writes.length)
      if (taken) return writes.map((_write, at) => fulfilled(!taken.has(at)))
      return await this.#writeEach(writes) // each by itself, so that the fault of one is its own
    }
  }

  #writeEach(writes: SingleWrite<Document>[]): Promise<PromiseSettledResult<boolean>[]> {
    return Promise.allSettled(writes.map((write) => this.#writeOne(write)))
  }

  async #writeOne(write: SingleWrite<Document>): Promise<boolean> {
    if ('updateOne' in write) {
      const { filter, update } = write.updateOne
      return (await this.#collection.updateOne(filter as mongo.Filter<Document>, update)).matchedCount === 1
    }
    try {
      await this.#collection.insertOne(write.insertOne.document as mongo.OptionalUnlessRequiredId<Document>)
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY) return false
      throw error
    }
  }
}

interface BulkFault extends Error {
  readonly matchedCount: number
  readonly insertedCount: number
  readonly writeErrors: mongo.WriteError | readonly mongo.WriteError[]
  readonly result: mongo.BulkWriteResult
}

/**
 * Which writes met an `_id` that is taken; null unless that is all that went wrong and every other
 * one was certainly done.
 */
function takenAmong({ matchedCount, insertedCount, writeErrors, result }: BulkFault, writes: number): ReadonlySet<number> | null {
  const faults = [writeErrors].flat() as readonly mongo.WriteError[]
  const isConfirmed = result.getWriteConcernError() === undefined
  if (!isConfirmed || faults.length === 0 || faults.some(({ code }) => code !== DUPLICATE_KEY)) return null
  const taken = new Set(faults.map(({ index }) => index))
  return matchedCount + insertedCount === writes - taken.size ? taken : null
}

/**
 * Known by its name: the driver is not loaded for it, as programs that only send calls read this
 * package too.
 */
const isBulkFault = (error: unknown): error is BulkFault => error instanceof Error && error.name === 'MongoBulkWriteError'

/**
 * Those who use one collection side by side share its statements.
 * @param projection of what is read
 * @returns the statements of a collection, the same each time it is asked for
 */
export function gathering<Document extends { _id: string }>(
  projection: Readonly<Record<string, 0 | 1>>,
): (collection: mongo.Collection<Document>) => GatheredStatements<Document> {
  const ofCollections = new WeakMap<object, GatheredStatements<Document>>()
  return (collection) => {
    let statements = ofCollections.get(collection)
    if (!statements) {
      statements = new GatheredStatements(collection, projection)
      ofCollections.set(collection, statements)
    }
    return statements
  }
}

const fulfilled = <Value>(value: Value): PromiseFulfilledResult<Value> => ({ status: 'fulfilled', value })
