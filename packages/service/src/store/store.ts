// The document store: connection settings said explicitly, one database per tenant, models that are
// chosen by tenant.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '@dcms/contract'
import type { OutboxDocument, OutboxEvent, Projected } from '@dcms/events'
import type { Connection, IndexOptions, Model, Schema, SchemaDefinition } from 'mongoose'
import type { Logger } from 'pino'
import { watchPool } from '../request-metrics.ts'
import { mongoose } from '../when-needed.ts'
import type { Tenant } from './tenant.ts'

/**
 * More than the calls that one bank may have in hand on both listeners together (see routes.ts):
 * others always find a connection.
 */
const POOL_MAX = 120
const POOL_WAIT_MS_MAX = 2_000
const OPENING_PAUSE_MS = 500
const SERVER_SELECTION_TIMEOUT_MS = 3_000
const SOCKET_TIMEOUT_MS = 20_000

/** What every aggregate has besides its own fields. */
export interface Stored extends OutboxDocument {
  /**
   * The last few commands that changed it, so that a repeat of one whose answer was lost finds
   * itself done.
   */
  commandIds: string[]
}

/** Schema fields of `Stored` apart from `_id`. */
const storedFields = {
  version: { type: Number, required: true },
  sequence: { type: Number, required: true },
  relayedSequence: { type: Number, required: true },
  outbox: { type: [Object], required: true },
  outboxAt: Date,
  outboxAside: Object,
  commandIds: { type: [String], required: true },
}
const projectedFields = {
  version: { type: Number, required: true },
  lastSequence: { type: Number, required: true },
  parked: { type: [Object], required: true },
  parkedAt: Date,
}

/** Chooses the collection of one tenant. There is no other way to one. */
export interface TenantModel<State> {
  (tenant: Tenant): Model<State>
  readonly collectionName: string
  readonly isAggregate: boolean
}

/** Names models of any state in one list. */
export const anyModel = <State>(modelOf: TenantModel<State>): TenantModel<never> => modelOf as unknown as TenantModel<never>

const options = { versionKey: false, minimize: false, autoIndex: false, autoCreate: false, strict: 'throw' } as const

const tenantModel = <State>(collectionName: string, makeSchema: () => Schema, isAggregate: boolean): TenantModel<State> => {
  let made: Schema | undefined
  const schema = (): Schema => (made ??= makeSchema())
  return Object.assign(
    // Mongoose derives a model's type from its schema; ours are written once, as interfaces, so the
    // derived one is set aside here.
    (tenant: Tenant) =>
      (tenant.database.models[collectionName] ??
        tenant.database.model(collectionName, schema(), collectionName)) as unknown as Model<State>,
    { collectionName, isAggregate },
  )
}

type Fields = SchemaDefinition
type Indexes = readonly (readonly [Record<string, 1 | -1>, IndexOptions?])[]

/**
 * A collection of aggregates: state with version, outbox and the index that the relay's sweep
 * reads.
 */
export const aggregateModel = <State extends Stored>(collectionName: string, fields: object, indexes: Indexes = []): TenantModel<State> =>
  tenantModel(
    collectionName,
    schemaMaker({ ...fields, ...storedFields } as Fields, [
      ...indexes,
      [{ outboxAt: 1 }, { partialFilterExpression: { outboxAt: { $exists: true } } }],
      [{ 'outboxAside.at': 1 }, { partialFilterExpression: { 'outboxAside.at': { $exists: true } } }],
    ]),
    true,
  )

/** A collection kept up to date by another context's events; `_id` is the source aggregate's id. */
export const projectionModel = <State extends Projected>(
  collectionName: string,
  fields: object,
  indexes: Indexes = [],
): TenantModel<State> => tenantModel(collectionName, schemaMaker({ ...fields, ...projectedFields } as Fields, indexes), false)

/**
 * A collection that is both: aggregates of this context, kept in step with the aggregate of another
 * context that has the same id.
 */
export const followingAggregateModel = <State extends Stored & Projected>(
  collectionName: string,
  fields: object,
  indexes: Indexes = [],
): TenantModel<State> => aggregateModel(collectionName, { ...fields, ...projectedFields }, indexes)

/** Any other small collection of a tenant. */
export const plainModel = <State>(collectionName: string, fields: object, indexes: Indexes = []): TenantModel<State> =>
  tenantModel(collectionName, schemaMaker(fields as Fields, indexes), false)

const schemaMaker = (fields: Fields, indexes: Indexes) => (): Schema => {
  const schema: Schema = new (mongoose().Schema)({ _id: String, ...fields }, options)
  for (const [keys, indexOptions] of indexes) schema.index(keys, indexOptions)
  return schema
}

/** The document as it is first written. */
export const newlyStored = <const Own extends object>(own: Own): Own & Omit<Stored, '_id'> => ({
  ...own,
  version: 0,
  sequence: 0,
  relayedSequence: 0,
  outbox: [] as OutboxEvent[],
  commandIds: [] as string[],
})

/**
 * Connects in the background and goes on trying; reads and writes wait a few seconds for the store
 * and then fail. Write concern majority with journal and primary reads are set here for everything.
 */
export function connectStore(mongoUrl: string, logger: Logger): Connection {
  const connection = mongoose().createConnection()
  void keepOpening(connection, mongoUrl, logger)
  return connection
}

/**
 * The driver reconnects by itself once it was connected; the first time it gives up, so the first
 * time is repeated here.
 */
async function keepOpening(connection: Connection, mongoUrl: string, logger: Logger): Promise<void> {
  for (;;) {
    try {
      await connection.openUri(mongoUrl, {
        writeConcern: { w: 'majority', journal: true },
        readPreference: 'primary',
        readConcern: { level: 'majority' },
        retryWrites: false,
        maxPoolSize: POOL_MAX,
        waitQueueTimeoutMS: POOL_WAIT_MS_MAX,
        serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
        socketTimeoutMS: SOCKET_TIMEOUT_MS,
        autoIndex: false,
        autoCreate: false,
      })
      watchPool(connection.getClient())
      return
    } catch (error) {
      logger.warn({ err: error }, 'the document store is not answering yet; trying again')
      await sleep(OPENING_PAUSE_MS)
    }
  }
}

/**
 * `kit_acme_bank`, or `<installation>_kit_acme_bank`; without a tenant the context's own database,
 * `kit`.
 */
export const databaseName = (installation: string, context: Context, tenant?: string): string =>
  [installation, context, tenant?.toLowerCase()].filter((part) => part).join('_')
