// Who may say what a bank is: the gateway signs each definition, and every reader verifies and
// validates it before it counts.
import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { type PublishedTenant, type TenantDefinition, tenantFaults, tenantSchema, validatorOf } from '@dcms/contract'
import canonicalize from 'canonicalize'
import type { Logger } from 'pino'
import { Counter } from 'prom-client'
import { readCallerKey, readJson } from '../settings/key-files.ts'
import { jwt } from '../when-needed.ts'

/**
 * Audience of no process: a context token is never a signature of a definition, nor the other way
 * round.
 */
const AUDIENCE = 'dcms.tenants'
const SIGNER = 'gateway'
const LOG_EVERY_MS = 60_000
const FAULTS_TOLD_MAX = 5

const passedOver = new Counter({
  name: 'dcms_tenant_definitions_passed_over_total',
  help: 'Definitions that were not believed: not signed by the gateway, or not valid',
  labelNames: ['reason'],
})

type Unsigned = Pick<PublishedTenant, 'version' | 'definition'>

/** Signs definitions with the gateway's own key, a private JWK file. */
export function definitionSigner(keyFile: string): (unsigned: Unsigned) => PublishedTenant {
  const { privateKey } = readCallerKey(keyFile)
  return ({ version, definition }) => {
    const claims = { version, digest: digestOf(definition) }
    const signature = jwt().sign(claims, privateKey, {
      algorithm: 'ES256',
      keyid: SIGNER,
      issuer: SIGNER,
      audience: AUDIENCE,
      subject: definition.tenant,
      noTimestamp: true, // the same definition under the same key is the same again, whenever it is published anew
    })
    return { version, definition, signature }
  }
}

/**
 * A definition that may be served: what the gateway published, and its definition as this release
 * reads it.
 */
export interface GenuineTenant {
  readonly published: PublishedTenant
  readonly definition: TenantDefinition
}

export interface DefinitionReader {
  /**
   * What stands on the topic under a bank's name; null for what is not to be believed, which is
   * counted and told.
   */
  read(tenant: string, text: string): GenuineTenant | null
  /** The same of a copy that was kept. */
  check(tenant: string, kept: unknown): GenuineTenant | null
  /** Whether the gateway signed it, without a word about it. */
  isSigned(tenant: string, kept: unknown): boolean
}

/** Verifies with the gateway's key of the callers' file (public JWKS), then validates. */
export function definitionReader({ callersFile, logger }: { callersFile: string; logger: Logger }): DefinitionReader {
  const { keys } = readJson<{ keys: (JsonWebKey & { kid: string })[] }>(callersFile)
  const jwk = keys.find(({ kid }) => kid === SIGNER)
  const key = jwk && createPublicKey({ key: jwk, format: 'jwk' })
  const validate = validatorOf<TenantDefinition>(tenantSchema)
  const tell = boundedTeller(logger)

  const signedOf = (tenant: string, kept: unknown): PublishedTenant | null =>
    key !== undefined && isPublished(kept) && kept.definition.tenant === tenant && isGenuine(kept, key) ? ownMembers(kept) : null
  const check = (tenant: string, kept: unknown): GenuineTenant | null => {
    const published = signedOf(tenant, kept)
    if (published === null) return tell('signature', { tenant })
    const validated = validate(structuredClone(published.definition))
    const faults = validated.valid ? tenantFaults(validated.value) : validated.fieldError
    if (!validated.valid || faults.length > 0) return tell('invalid', { tenant, faults: faults.slice(0, FAULTS_TOLD_MAX) })
    return { published, definition: validated.value }
  }
  return {
    check,
    isSigned: (tenant, kept) => signedOf(tenant, kept) !== null,
    read(tenant, text) {
      try {
        return check(tenant, JSON.parse(text))
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        return tell('signature', { tenant })
      }
    },
  }
}

/**
 * Whoever can write to the topic could otherwise fill the log: one line a minute says how many
 * there were.
 */
function boundedTeller(logger: Logger) {
  let silent = 0
  let nextAtMs = 0
  return (reason: 'signature' | 'invalid', about: { tenant: string; faults?: readonly string[] }): null => {
    passedOver.inc({ reason })
    if (Date.now() < nextAtMs) {
      silent++
      return null
    }
    logger.error({ ...about, tenant: about.tenant.slice(0, 40), reason, silent }, 'a definition was ignored: it cannot be trusted')
    silent = 0
    nextAtMs = Date.now() + LOG_EVERY_MS
    return null
  }
}

function isPublished(value: unknown): value is PublishedTenant {
  if (typeof value !== 'object' || value === null) return false
  const { version, definition, signature }: { version?: unknown; definition?: unknown; signature?: unknown } = value
  return Number.isSafeInteger(version) && typeof definition === 'object' && definition !== null && typeof signature === 'string'
}

/** A kept copy has further members. */
const ownMembers = ({ version, definition, signature }: PublishedTenant): PublishedTenant => ({ version, definition, signature })

function isGenuine({ version, definition, signature }: PublishedTenant, key: KeyObject): boolean {
  try {
    const claims = jwt().verify(signature, key, { algorithms: ['ES256'], issuer: SIGNER, audience: AUDIENCE, subject: definition.tenant })
    return typeof claims === 'object' && claims.version === version && claims.digest === digestOf(definition)
  } catch {
    return false // whatever a stranger's text made the library throw: it did not verify
  }
}

/** Of the canonical form (RFC 8785): a store or a parser may bring the members in another order. */
const digestOf = (definition: object): string =>
  createHash('sha256')
    .update(canonicalize(definition) ?? '')
    .digest('base64url')
