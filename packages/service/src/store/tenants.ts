// The tenants a service knows: kept in its own database, followed on the compacted topic, each
// served by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, type PublishedTenant, tenantsTopic } from '@dcms/contract'
import type { Broker } from '@dcms/events'
import type { Connection } from 'mongoose'
import pLimit from 'p-limit'
import type { Logger } from 'pino'
import { Gauge } from 'prom-client'
import type { DefinitionReader, GenuineTenant } from './definition-signature.ts'
import { databaseName, type TenantModel } from './store.ts'
import type { Tenant } from './tenant.ts'

/** So many banks are prepared at a time; the others wait their turn. */
const AT_ONCE_MAX = 8
/** A bank whose store or key hangs gives its place to the next after this long. */
const ATTEMPT_MS_MAX = 30_000
const AGAIN_MS_MIN = 1_000
const AGAIN_MS_MAX = 60_000
/** Another process of the context may keep the same definition at the same moment. */
const KEEP_ATTEMPTS_MAX = 3

interface StoredTenant extends PublishedTenant {
  _id: string
}

export interface TenantsOptions {
  context: Context
  installation: string
  connection: Connection
  /** Says which definitions are the gateway's. */
  definitions: DefinitionReader
  /** Collections to prepare before a tenant is served. */
  models: readonly TenantModel<never>[]
  /** Prepares what else the context needs for a tenant, such as keys. Must take a repeat. */
  prepare?: (tenant: Tenant) => Promise<void>
  /** Told of each bank that is served from now on. */
  onServed?: (tenant: Tenant) => void
  /** No bank is tried again after it. */
  signal?: AbortSignal
  logger: Logger
}

/** A definition that is not served yet, and how often that was tried. */
interface Wanted {
  genuine: GenuineTenant
  /** Not in this context's own database yet. */
  isNew: boolean
  failures: number
  trying?: Promise<void>
}

const notServed = new Gauge({
  name: 'dcms_banks_not_served',
  help: 'Banks this process cannot serve (unserved), or serves by an earlier definition than it was told of (outdated)',
  labelNames: ['state'],
})

/**
 * The tenants of one context. A tenant is served once its collections, indexes and keys exist. Each
 * is served by itself: one that cannot be is tried again with growing pauses and keeps none of the
 * others waiting.
 */
export class Tenants {
  readonly #options: TenantsOptions
  readonly #served = new Map<string, Tenant>()
  readonly #wanted = new Map<string, Wanted>()
  readonly #limit = pLimit(AT_ONCE_MAX)

  constructor(options: TenantsOptions) {
    this.#options = options
  }

  /** The bank when it is served. */
  get(id: string): Tenant | undefined {
    return this.#served.get(id)
  }

  /** Whether this process was told of the bank, be it served or not. */
  isKnown(id: string): boolean {
    return this.#served.has(id) || this.#wanted.has(id)
  }

  /** Ids of the banks that are served. */
  ids(): string[] {
    return [...this.#served.keys()]
  }

  all(): Tenant[] {
    return [...this.#served.values()]
  }

  /** Banks that this process knows of and cannot serve. */
  unserved(): string[] {
    return [...this.#wanted.keys()].filter((id) => !this.#served.has(id))
  }

  #collection() {
    const { connection, installation, context } = this.#options
    return connection.useDb(databaseName(installation, context), { useCache: true }).collection<StoredTenant>('tenants')
  }

  /**
   * What this context kept from earlier, so that it can serve while Kafka is away; verified again,
   * for a database is not the gateway. Resolves when every bank was tried once.
   * @throws when the store does not answer
   */
  async load(): Promise<void> {
    const kept = await this.#collection().find({}).toArray()
    await Promise.all(
      kept.map((each) => {
        const genuine = this.#options.definitions.check(each._id, each)
        return genuine && this.#take(each._id, genuine, false)
      }),
    )
  }

  /** Follows the topic of definitions; resolves when everything published so far was tried once. */
  async follow(broker: Broker): Promise<void> {
    const tried = new Set<Promise<void>>()
    await broker.followCompacted(tenantsTopic, async (id, value) => {
      const genuine = value === null ? null : this.#options.definitions.read(id, value)
      if (!genuine) return
      const trying = this.#take(id, genuine, true)
      tried.add(trying)
      void trying.finally(() => tried.delete(trying))
    })
    await Promise.all(tried)
  }

  /** Never rejects: what fails is tried again later. */
  #take(id: string, genuine: GenuineTenant, isNew: boolean): Promise<void> {
    const { version } = genuine.published
    const wantedBefore = this.#wanted.get(id)
    if ((wantedBefore?.genuine.published.version ?? 0) >= version) return wantedBefore?.trying ?? Promise.resolve()
    if ((this.#served.get(id)?.version ?? 0) > version || (!isNew && this.#served.get(id)?.version === version)) return Promise.resolve()
    const wanted: Wanted = { genuine, isNew, failures: 0 }
    this.#wanted.set(id, wanted)
    // After an attempt that is under way, so that an earlier definition never comes over a later
    // one.
    const begin = (): Promise<void> => this.#limit(() => this.#try(id, wanted))
    wanted.trying = wantedBefore?.trying === undefined ? begin() : wantedBefore.trying.then(begin)
    return wanted.trying
  }

  async #try(id: string, wanted: Wanted): Promise<void> {
    const { logger, signal } = this.#options
    if (this.#wanted.get(id) !== wanted || signal?.aborted) return
    const { version } = wanted.genuine.published
    try {
      await withinTime(this.#serve(id, wanted))
      if (this.#wanted.get(id) === wanted) this.#wanted.delete(id)
    } catch (error) {
      const againInMs = Math.min(AGAIN_MS_MIN * 2 ** wanted.failures++, AGAIN_MS_MAX)
      logger.error(
        { err: error, tenant: id, version, againInMs },
        'a bank cannot be served; other banks are served, and it will be tried again',
      )
      void sleep(againInMs, undefined, { ref: false }).then(() => this.#limit(() => this.#try(id, wanted)))
    } finally {
      delete wanted.trying
      this.#count()
    }
  }

  async #serve(id: string, wanted: Wanted): Promise<void> {
    const { connection, installation, context, models, prepare, onServed, logger } = this.#options
    const database = connection.useDb(databaseName(installation, context, id), { useCache: true })
    const { published, definition } = wanted.genuine
    const tenant: Tenant = { id, version: published.version, definition, database }
    const isFirst = !this.#served.has(id)
    if (isFirst) {
      for (const modelOf of models) await modelOf(tenant).createIndexes()
      await prepare?.(tenant)
    }
    if (this.#wanted.get(id) !== wanted) return // a newer definition came meanwhile, or this attempt took too long and another was faster
    if ((this.#served.get(id)?.version ?? 0) < published.version) {
      this.#served.set(id, tenant)
      logger.info({ tenant: id, version: published.version }, 'tenant is served')
    }
    if (isFirst) onServed?.(tenant)
    if (wanted.isNew) await this.#keep(id, published)
  }

  /**
   * Keeps the newest of the gateway's; a copy that it did not sign gives way, whatever version it
   * claims.
   */
  async #keep(_id: string, published: PublishedTenant): Promise<void> {
    const collection = this.#collection()
    for (let attempt = 0; attempt < KEEP_ATTEMPTS_MAX; attempt++) {
      const kept = await collection.findOne({ _id })
      if (kept && kept.version >= published.version && this.#options.definitions.isSigned(_id, kept)) return
      if (kept) {
        const { version, signature } = kept // no signature in a copy of an earlier release
        if ((await collection.replaceOne({ _id, version, ...(signature !== undefined && { signature }) }, published)).matchedCount === 1)
          return
      } else if ((await collection.updateOne({ _id }, { $setOnInsert: published }, { upsert: true })).upsertedCount === 1) return
    }
  }

  #count(): void {
    const unserved = this.unserved().length
    notServed.set({ state: 'unserved' }, unserved)
    notServed.set({ state: 'outdated' }, this.#wanted.size - unserved)
  }
}

/**
 * @throws when the attempt takes too long; it may still end later, which the next attempt takes as
 * a repeat
 */
async function withinTime(attempt: Promise<void>): Promise<void> {
  const late = new AbortController()
  const timeOut = sleep(ATTEMPT_MS_MAX, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new Error(`it took longer than ${ATTEMPT_MS_MAX} ms`)
  })
  timeOut.catch(() => undefined) // ended by the attempt's own end
  try {
    await Promise.race([attempt, timeOut])
  } finally {
    late.abort()
  }
}
