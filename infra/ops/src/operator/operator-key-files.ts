// An operator's key pair, and the operators' file that holds the public parts with roles.
import { generateKeyPair as generateKeyPairCallback, type JsonWebKey, randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { OperatorRole } from '@dcms/contract'
import { operatorKid } from '@dcms/service'

const generateKeyPair = promisify(generateKeyPairCallback)

export type OperatorJwk = JsonWebKey & { kid: string }
type PublicOperator = OperatorJwk & { roles: readonly OperatorRole[] }

/** A fresh private key with the operator's name in its `kid`. */
export async function newOperator(name: string): Promise<OperatorJwk> {
  const { privateKey } = await generateKeyPair('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid: operatorKid(name), use: 'sig', alg: 'ES256' }
}

/** What stands in the operators' file for that key. */
export function publicOperator({ d: _private, ...publicKey }: OperatorJwk, roles: readonly OperatorRole[]): PublicOperator {
  return { ...publicKey, roles }
}

/**
 * Adds an operator to the file unless the name is there already; who else stands in it stays as it
 * is.
 */
export async function operatorsFileWith(file: string, jwk: OperatorJwk, roles: readonly OperatorRole[]): Promise<void> {
  const keys = await readKeys(file)
  if (keys.some(({ kid }) => kid === jwk.kid)) return
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, `${JSON.stringify({ keys: [...keys, publicOperator(jwk, roles)] }, null, 2)}\n`)
  await rename(draft, file) // processes read it while it changes
}

async function readKeys(file: string): Promise<PublicOperator[]> {
  try {
    const { keys }: { keys: PublicOperator[] } = JSON.parse(await readFile(file, 'utf8'))
    return keys
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
