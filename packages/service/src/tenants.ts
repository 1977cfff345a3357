// The tenants a service knows: kept in its own database, followed on the compacted topic, each with its own databases.
import { type Context, type PublishedTenant, type TenantDefinition, tenantsTopic } from '@dcms/contract'
import type { Broker } from '@dcms/events'
import type { Connection } from 'mongoose'
import type { Logger } from 'pino'
import type { DefinitionReader } from './definition-signature.ts'
import { databaseName, type TenantModel } from './store.ts'

/** One bank, with the database of this context in which all its documents live. */
export interface Tenant {
  readonly id: string
  readonly version: number
  readonly definition: TenantDefinition
  readonly database: Connection
}

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
  logger: Logger
}

/** Another process of the context may keep the same definition at the same moment. */
const KEEP_ATTEMPTS_MAX = 3

/** The tenants of one context. A tenant is served once its collections, indexes and keys exist. */
export class Tenants {
  readonly #options: TenantsOptions
  readonly #known = new Map<string, Tenant>()

  constructor(options: TenantsOptions) {
    this.#options = options
  }

  get(id: string): Tenant | undefined {
    return this.#known.get(id)
  }

  ids(): string[] {
    return [...this.#known.keys()]
  }

  all(): Tenant[] {
    return [...this.#known.values()]
  }

  #collection() {
    const { connection, installation, context } = this.#options
    return connection.useDb(databaseName(installation, context), { useCache: true }).collection<StoredTenant>('tenants')
  }

  /** What this context kept from earlier, so that it can serve while Kafka is away; verified again, for a database is not the gateway. */
  async load(): Promise<void> {
    for (const kept of await this.#collection().find({}).toArray()) {
      const genuine = this.#options.definitions.check(kept._id, kept)
      if (genuine) await this.#serve(kept._id, kept.version, genuine.definition)
    }
  }

  /** Follows the topic of definitions; resolves when everything published so far is served. */
  async follow(broker: Broker): Promise<void> {
    await broker.followCompacted(tenantsTopic, async (id, value) => {
      const genuine = value === null ? null : this.#options.definitions.read(id, value)
      if (!genuine) return
      const { version } = genuine.published
      if ((this.#known.get(id)?.version ?? 0) < version) await this.#serve(id, version, genuine.definition)
      await this.#keep(id, genuine.published)
    })
  }

  /** Keeps the newest of the gateway's; a copy that it did not sign gives way, whatever version it claims. */
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

  async #serve(id: string, version: number, definition: TenantDefinition): Promise<void> {
    const { connection, installation, context, models, prepare, logger } = this.#options
    const database = connection.useDb(databaseName(installation, context, id), { useCache: true })
    const tenant: Tenant = { id, version, definition, database }
    if (!this.#known.has(id)) {
      for (const modelOf of models) await modelOf(tenant).createIndexes()
      await prepare?.(tenant)
    }
    this.#known.set(id, tenant)
    logger.info({ tenant: id, version }, 'tenant served')
  }
}
