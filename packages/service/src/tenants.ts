// The tenants a service knows: kept in its own database, followed on the compacted topic, each with its own databases.
import { type Context, type PublishedTenant, type TenantDefinition, tenantsTopic } from '@dcms/contract'
import type { Broker } from '@dcms/events'
import type { Connection } from 'mongoose'
import type { Logger } from 'pino'
import { databaseName, type TenantModel } from './store.ts'

/** One bank, with the database of this context in which all its documents live. */
export interface Tenant {
  readonly id: string
  readonly version: number
  readonly definition: TenantDefinition
  readonly database: Connection
}

interface StoredTenant {
  _id: string
  version: number
  definition: TenantDefinition
}

export interface TenantsOptions {
  context: Context
  installation: string
  connection: Connection
  /** Collections to prepare before a tenant is served. */
  models: readonly TenantModel<never>[]
  /** Prepares what else the context needs for a tenant, such as keys. Must take a repeat. */
  prepare?: (tenant: Tenant) => Promise<void>
  logger: Logger
}

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

  /** What this context kept from earlier, so that it can serve while Kafka is away. */
  async load(): Promise<void> {
    for (const { _id, version, definition } of await this.#collection().find({}).toArray()) await this.#serve(_id, version, definition)
  }

  /** Follows the topic of definitions; resolves when everything published so far is served. */
  async follow(broker: Broker): Promise<void> {
    await broker.followCompacted(tenantsTopic, async (id, value) => {
      if (value === null) return
      const { version, definition }: PublishedTenant = JSON.parse(value)
      if ((this.#known.get(id)?.version ?? 0) >= version) return
      await this.#serve(id, version, definition)
      await this.#collection().updateOne({ _id: id, version: { $lt: version } }, { $set: { version, definition } })
      await this.#collection().updateOne({ _id: id }, { $setOnInsert: { version, definition } }, { upsert: true })
    })
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
