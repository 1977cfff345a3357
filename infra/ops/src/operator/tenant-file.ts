// Tenant definition files: read, checked against the contract, faults told in sentences.
import { readFile } from 'node:fs/promises'
import { type TenantDefinition, tenantFaults, tenantSchema, unknownTenantMembers, validatorOf } from '@dcms/contract'

const validate = validatorOf<TenantDefinition>(tenantSchema)

/** A file that is no valid tenant definition; the message lists every fault on its own line. */
export class TenantFileFault extends Error {
  constructor(file: string, faults: readonly string[]) {
    super(`${file} is no valid tenant definition:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.name = 'TenantFileFault'
  }
}

/** The public part of a JWKS: a private key never leaves its owner, not even by mistake. */
export function publicKeysOf(jwks: unknown): { keys: unknown[] } {
  const keys = isObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys : undefined
  if (!keys) throw new Error('a JWKS is a JSON object with a list named keys')
  return { keys: keys.map((key: unknown) => (isObject(key) ? publicPart(key) : key)) }
}

function publicPart({ kty, crv, x, y, kid }: Record<string, unknown>): Record<string, unknown> {
  return { kty, crv, x, ...(y !== undefined && { y }), kid, use: 'enc' }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads a definition. `clientKeys`, a JWKS, stands in for the file's own; of private keys only the
 * public part is taken.
 */
export async function readTenantFile(file: string, clientKeys?: unknown): Promise<TenantDefinition> {
  const content = await readJson(file)
  if (!isObject(content)) throw new TenantFileFault(file, ['the file must hold a JSON object'])
  return checkTenant(file, clientKeys === undefined ? content : { ...content, clientKeys: publicKeysOf(clientKeys) })
}

/** Checks a definition against schema and references. @throws TenantFileFault with all faults */
export function checkTenant(file: string, content: Record<string, unknown>): TenantDefinition {
  const unknown = unknownTenantMembers(content)
  if (unknown.length > 0) throw new TenantFileFault(file, unknown)
  const checked = validate(structuredClone(content))
  if (!checked.valid) throw new TenantFileFault(file, checked.fieldError)
  const faults = tenantFaults(checked.value)
  if (faults.length > 0) throw new TenantFileFault(file, faults)
  return checked.value
}

/** Parses a JSON file; the error names the file and what is wrong with it. */
export async function readJson(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} holds no valid JSON`, { cause: error }) // the parser's own message may quote key material
  }
}
