// The topic of definitions as this gateway sees it: what others apply arrives here, and what does
// not belong there is set right.
import { auditTopic, type PublishedTenant, tenantsTopic } from '@dcms/contract'
import type { Broker } from '@dcms/events'
import type { DefinitionReader } from '@dcms/service'
import type { mongo } from 'mongoose'
import type { Logger } from 'pino'
import { Counter } from 'prom-client'
import type { TenantDocument } from '../database.ts'
import type { Tenants } from './tenants.ts'

/**
 * Also the pause between two repairs of one bank: whoever keeps writing to the topic does not make
 * us write as often.
 */
const REPAIR_EVERY_MS = 5_000
const DOUBTED_MAX = 1_000

const repaired = new Counter({
  name: 'dcms_tenant_definitions_published_again_total',
  help: 'Definitions published again because something else, or nothing, stood in their place on the topic',
})

export interface TenantsTopicParts {
  readonly broker: Pick<Broker, 'ensureTopics' | 'followCompacted' | 'publish'>
  readonly tenants: Tenants
  readonly collection: mongo.Collection<TenantDocument>
  readonly definitions: DefinitionReader
  readonly sign: (unsigned: Pick<PublishedTenant, 'version' | 'definition'>) => PublishedTenant
  readonly logger: Logger
}

/**
 * The newest message under a bank's name is what compaction keeps and a new reader finds. Where
 * that is not the newest definition of the database, signed by our present key (a forged one, an
 * old one, a tombstone, none after the topic was lost), it is published again.
 */
export class TenantsTopic {
  readonly #parts: TenantsTopicParts
  /** Version of the newest message per bank; 0 where it is not to be believed. */
  readonly #standing = new Map<string, number>()
  readonly #doubted = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(parts: TenantsTopicParts) {
    this.#parts = parts
  }

  /** Reads what stands there, then follows. Goes on trying while Kafka is away. */
  async follow(): Promise<void> {
    const { broker, collection } = this.#parts
    await broker.ensureTopics([{ topic: tenantsTopic, partitions: 1, compacted: true }, { topic: auditTopic }])
    await broker.followCompacted(tenantsTopic, async (tenant, value) => this.#take(tenant, value))
    this.#timer = setInterval(() => void this.#repair(), REPAIR_EVERY_MS)
    this.#timer.unref()
    for (const { _id } of await collection.find({}, { projection: { _id: 1 } }).toArray()) this.#doubt(_id)
    await this.#repair()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #take(tenant: string, value: string | null): void {
    const { tenants, definitions, logger } = this.#parts
    const genuine = value === null ? null : definitions.read(tenant, value)
    // Of banks that nobody has applied nothing is remembered: their names are a stranger's.
    if (genuine !== null || tenants.find(tenant) !== undefined) this.#standing.set(tenant, genuine?.published.version ?? 0)
    if (genuine === null || genuine.published.version < tenants.versionOf(tenant)) {
      this.#doubt(tenant)
      return
    }
    const { published, definition } = genuine
    tenants.registerOrPass(tenant, { version: published.version, definition }, logger)
  }

  #doubt(tenant: string): void {
    if (this.#doubted.size < DOUBTED_MAX || this.#parts.tenants.find(tenant) !== undefined) this.#doubted.add(tenant)
  }

  async #repair(): Promise<void> {
    const doubted = [...this.#doubted]
    for (const tenant of doubted) {
      try {
        if (await this.#setRight(tenant)) this.#doubted.delete(tenant)
      } catch (error) {
        this.#parts.logger.warn({ err: error, tenant }, 'a definition could not be republished; trying again later')
      }
    }
  }

  /** True when nothing is left to do. */
  async #setRight(tenant: string): Promise<boolean> {
    const { broker, collection, sign, logger } = this.#parts
    const stored = await collection.findOne({ _id: tenant })
    if (stored === null || (this.#standing.get(tenant) ?? 0) >= stored.version) return true
    if (stored.outbox.length > 0) return false // on its way by the relay
    const { version, definition } = stored
    await broker.publish(tenantsTopic, [{ key: tenant, value: JSON.stringify(sign({ version, definition })) }])
    repaired.inc()
    logger.warn({ tenant, version }, 'a definition was republished: it was missing from the topic, or something else stood in its place')
    return false // until it is seen there
  }
}
