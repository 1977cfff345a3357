// The operators of an installation: a JWKS file with a public key, a name and roles each; read
// again when it changes, without a restart.
import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { isOperatorRole, type OperatorRole, operatorNamePattern } from '@dcms/contract'
import canonicalize from 'canonicalize'

const LOOK_EVERY_MS = 1_000
const OPERATORS_MAX = 200
const KID_PREFIX = 'ops:'
const namePattern = new RegExp(operatorNamePattern)

export interface KnownOperator {
  readonly name: string
  readonly key: KeyObject
  /** RFC 7638 thumbprint: the same for the same key under whatever name. */
  readonly thumbprint: string
  readonly roles: readonly OperatorRole[]
}

export const operatorKid = (name: string): string => KID_PREFIX + name

/** The name in a `kid`; undefined when it is none of an operator. */
export function operatorNameOf(kid: string | undefined): string | undefined {
  const name = kid?.startsWith(KID_PREFIX) ? kid.slice(KID_PREFIX.length) : undefined
  return name !== undefined && namePattern.test(name) ? name : undefined
}

/** Who is in the file now, by name. A file that is not there or cannot be read lets nobody in. */
export function operatorDirectory(file: string | undefined): (name: string) => KnownOperator | undefined {
  let known: ReadonlyMap<string, KnownOperator> = new Map()
  let stamp = ''
  let lookAtMs = 0
  return (name) => {
    if (file !== undefined && Date.now() >= lookAtMs) {
      lookAtMs = Date.now() + LOOK_EVERY_MS
      const now = stampOf(file)
      if (now !== stamp) {
        known = now === '' ? new Map() : readOperators(file)
        stamp = now
      }
    }
    return known.get(name)
  }
}

function stampOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`
}

function readOperators(file: string): ReadonlyMap<string, KnownOperator> {
  try {
    const { keys }: { keys: unknown } = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(keys) ? operatorsOf(keys.slice(0, OPERATORS_MAX)) : new Map()
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return new Map() // nobody is let in by what cannot be read
    throw error
  }
}

/**
 * A name or a key that stands twice lets nobody in: one key under two names would be two officers.
 */
function operatorsOf(entries: readonly unknown[]): ReadonlyMap<string, KnownOperator> {
  const operators = entries.flatMap((entry) => operatorOf(entry) ?? [])
  const times = (of: (operator: KnownOperator) => string, value: string): number => operators.filter((each) => of(each) === value).length
  return new Map(
    operators
      .filter(({ name, thumbprint }) => times((each) => each.name, name) === 1 && times((each) => each.thumbprint, thumbprint) === 1)
      .map((operator) => [operator.name, operator]),
  )
}

function operatorOf(entry: unknown): KnownOperator | null {
  if (typeof entry !== 'object' || entry === null) return null
  const { kid, roles, kty, crv, x, y }: { kid?: unknown; roles?: unknown; kty?: unknown; crv?: unknown; x?: unknown; y?: unknown } = entry
  const name = typeof kid === 'string' ? operatorNameOf(kid) : undefined
  if (name === undefined || !Array.isArray(roles) || crv !== 'P-256') return null
  const thumbprint = createHash('sha256')
    .update(canonicalize({ crv, kty, x, y }) ?? '')
    .digest('base64url')
  try {
    const key = createPublicKey({ key: { kty, crv, x, y } as JsonWebKey, format: 'jwk' })
    return { name, key, thumbprint, roles: roles.filter(isOperatorRole) }
  } catch {
    return null // no key of this curve
  }
}
