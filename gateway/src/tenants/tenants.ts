// The registered banks, as the pipeline needs them: in memory, by name.
import type { PublishedTenant, TenantDefinition } from '@dcms/contract'
import { EncryptionKey } from '@dcms/sealing'
import type { Environment } from '@dcms/service'
import type { Logger } from 'pino'
import { Gauge } from 'prom-client'
import { type Bucket, fullBucket, type RateLimits } from '../exchange/limit-rate.ts'

/** Where the bank's definition says nothing: an hour, or with `rememberMe` a working day. */
const TOKEN_LIFE_SECONDS = 60 * 60
const REMEMBERED_LIFE_SECONDS = 8 * 60 * 60

export interface RegisteredTenant {
  readonly id: string
  readonly version: number
  /** Setting OPTIONAL: clear JSON is taken and answered clear. */
  readonly clearAllowed: boolean
  /** Sealed messages must name the tenant and the call they are for; else they may. */
  readonly sealedForRequired: boolean
  readonly clientKeys: ReadonlyMap<string, EncryptionKey>
  /** Answers are sealed to it unless `reply_kid` names another. */
  readonly newestKey: EncryptionKey
  readonly limits: RateLimits
  readonly bucket: Bucket
  /**
   * Logging in has buckets of its own, as it needs no token: for callers that logged in lately, so
   * that strangers cannot use up their rate …
   */
  readonly loginBucket: Bucket
  /** … and for those that did not. */
  readonly strangersLoginBucket: Bucket
  readonly tokenLifeSeconds: number
  /** With `rememberMe`. Never longer than the bank says that a token lives. */
  readonly rememberedLifeSeconds: number
}

const unusable = new Gauge({
  aggregator: 'max', // every worker counts the same banks
  name: 'dcms_gateway_banks_not_served',
  help: 'Banks whose newest definition cannot be used: unserved, or served by the one before it (outdated)',
  labelNames: ['state'],
})

/** The bucket of a tenant's calls, full where there is none yet. */
export type BucketFor = (tenantId: string, limits: RateLimits, nowMs: number) => Bucket
const ownBucket: BucketFor = (_tenantId, limits, nowMs) => fullBucket(limits, nowMs)

export interface TenantsOptions {
  /** Where buckets come from that are not this thread's own. */
  readonly bucketFor?: BucketFor
  /** Is told each definition that was taken. */
  readonly whenRegistered?: (taken: Pick<PublishedTenant, 'version' | 'definition'>) => void
}

/**
 * Every tenant this process knows. Filled from the database at the start, then by `applyTenant` and
 * the topic of definitions.
 */
export class Tenants {
  readonly #tenants = new Map<string, RegisteredTenant>()
  readonly #environment: Environment
  readonly #logger: Logger
  readonly #options: TenantsOptions
  /**
   * Banks whose newest definition cannot be used: by a fault of that bank alone, which concerns no
   * other.
   */
  readonly #unusable = new Set<string>()

  constructor(environment: Environment, logger: Logger, options: TenantsOptions = {}) {
    this.#environment = environment
    this.#logger = logger
    this.#options = options
  }

  find(id: string): RegisteredTenant | undefined {
    return this.#tenants.get(id)
  }

  /** Version of the definition in use, 0 for an unknown tenant. */
  versionOf(id: string): number {
    return this.#tenants.get(id)?.version ?? 0
  }

  /**
   * Whether a bank is registered that cannot be served: its calls are answered "not now", not "no
   * such bank".
   */
  isUnserved(id: string): boolean {
    return this.#unusable.has(id) && !this.#tenants.has(id)
  }

  /**
   * As `register`, for definitions that come in a row with those of other banks: one that cannot be
   * used is told in the log and counted, and the bank keeps the definition it had.
   */
  registerOrPass(id: string, published: Parameters<Tenants['register']>[0], logger: Logger): void {
    try {
      this.register(published)
      this.#unusable.delete(id)
    } catch (error) {
      this.#unusable.add(id)
      logger.error({ err: error, tenant: id }, 'a definition cannot be used; the previous one stays in effect and other banks are served')
    }
    const unserved = [...this.#unusable].filter((each) => !this.#tenants.has(each)).length
    unusable.set({ state: 'unserved' }, unserved)
    unusable.set({ state: 'outdated' }, this.#unusable.size - unserved)
  }

  /**
   * Takes a definition unless a newer one or the same is in use. Throws SealingError for a client
   * key that is none.
   */
  register({ version, definition }: Pick<PublishedTenant, 'version' | 'definition'>): void {
    const known = this.#tenants.get(definition.tenant)
    if (known !== undefined && known.version >= version) return
    const keys = definition.clientKeys.keys.map((jwk) => EncryptionKey.fromJwk(jwk))
    const [newestKey] = keys
    if (newestKey === undefined) throw new Error(`tenant ${definition.tenant} has no client key`)
    const nowMs = Date.now()
    this.#tenants.set(definition.tenant, {
      id: definition.tenant,
      version,
      clearAllowed: this.#isClearAllowed(definition),
      sealedForRequired: definition.settings?.sealedFor !== 'OPTIONAL',
      clientKeys: new Map(keys.map((key) => [key.kid, key])),
      newestKey,
      limits: definition.limits,
      bucket: known?.bucket ?? (this.#options.bucketFor ?? ownBucket)(definition.tenant, definition.limits, nowMs),
      loginBucket: known?.loginBucket ?? fullBucket(definition.limits, nowMs),
      strangersLoginBucket: known?.strangersLoginBucket ?? fullBucket(definition.limits, nowMs),
      tokenLifeSeconds: definition.settings?.tokenLifeSeconds ?? TOKEN_LIFE_SECONDS,
      rememberedLifeSeconds: definition.settings?.tokenLifeSeconds ?? REMEMBERED_LIFE_SECONDS,
    })
    this.#options.whenRegistered?.({ version, definition })
  }

  /**
   * In production a definition with `encryption: OPTIONAL` is not applied; one that was stored
   * before that counts as REQUIRED.
   */
  #isClearAllowed({ tenant, encryption }: TenantDefinition): boolean {
    if (encryption !== 'OPTIONAL') return false
    if (this.#environment !== 'production') return true
    this.#logger.error(
      { tenant },
      'the definition sets encryption to OPTIONAL, which production does not allow: sealed bodies are required',
    )
    return false
  }
}
