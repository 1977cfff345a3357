// The registered banks, as the pipeline needs them: in memory, by name.
import type { PublishedTenant } from '@dcms/contract'
import { EncryptionKey } from '@dcms/sealing'
import { type Bucket, fullBucket, type RateLimits } from './limit-rate.ts'

const TOKEN_LIFE_SECONDS = 3600

export interface RegisteredTenant {
  readonly id: string
  readonly version: number
  /** Setting OPTIONAL: clear JSON is taken and answered clear. */
  readonly clearAllowed: boolean
  readonly clientKeys: ReadonlyMap<string, EncryptionKey>
  /** Answers are sealed to it unless `reply_kid` names another. */
  readonly newestKey: EncryptionKey
  readonly limits: RateLimits
  readonly bucket: Bucket
  /** Logging in has a bucket of its own: it needs no token, so a stranger must not be able to use up the bank's rate. */
  readonly loginBucket: Bucket
  readonly tokenLifeSeconds: number
}

/** Every tenant this process knows. Filled from the database at the start, then by `applyTenant` and the topic of definitions. */
export class Tenants {
  readonly #tenants = new Map<string, RegisteredTenant>()

  find(id: string): RegisteredTenant | undefined {
    return this.#tenants.get(id)
  }

  /** Version of the definition in use, 0 for an unknown tenant. */
  versionOf(id: string): number {
    return this.#tenants.get(id)?.version ?? 0
  }

  /** Takes a definition unless a newer one or the same is in use. Throws SealingError for a client key that is none. */
  register({ version, definition }: PublishedTenant): void {
    const known = this.#tenants.get(definition.tenant)
    if (known !== undefined && known.version >= version) return
    const keys = definition.clientKeys.keys.map((jwk) => EncryptionKey.fromJwk(jwk))
    const [newestKey] = keys
    if (newestKey === undefined) throw new Error(`tenant ${definition.tenant} has no client key`)
    const nowMs = Date.now()
    this.#tenants.set(definition.tenant, {
      id: definition.tenant,
      version,
      clearAllowed: definition.encryption === 'OPTIONAL',
      clientKeys: new Map(keys.map((key) => [key.kid, key])),
      newestKey,
      limits: definition.limits,
      bucket: known?.bucket ?? fullBucket(definition.limits, nowMs),
      loginBucket: known?.loginBucket ?? fullBucket(definition.limits, nowMs),
      tokenLifeSeconds: definition.settings?.tokenLifeSeconds ?? TOKEN_LIFE_SECONDS,
    })
  }
}
