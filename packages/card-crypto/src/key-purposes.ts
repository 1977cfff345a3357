// What a key of each purpose is, on the wire and at rest: one key, one purpose (ANSI X9.24-1).
import { CardCryptoError } from './card-crypto-error.ts'
import { keyCheckValue } from './check-value.ts'
import type { ExchangedKeyPurpose, GeneratedKeyPurpose, KeyPurpose, KeyView } from './hsm.ts'
import { isWeakTdes, tdesKeyCheckValue } from './tdes.ts'

export type KeyAlgorithm = KeyView['algorithm']
export type KeyUse = 'encrypt' | 'mac' | 'number'

export const keyBytesOf: Record<KeyAlgorithm, number> = { 'AES-256': 32, 'TDES-2KEY': 16 }
export const keyVersionMax = 255 // one byte in front of what is encrypted

interface PurposeRule {
  origin: 'generated' | 'exchanged' | 'transport'
  /** The first one is generated. */
  algorithms: readonly [KeyAlgorithm, ...KeyAlgorithm[]]
  /** X9.143 key usage; further ones are taken in key blocks of others. */
  usages: readonly [string, ...string[]]
  /** X9.143 mode of use; the same holds. */
  modes: readonly [string, ...string[]]
  rotates: boolean
  /** Keys that only derive a sub-key for each use. */
  uses?: readonly KeyUse[]
}

export const purposeRules: Record<KeyPurpose, PurposeRule> = {
  data: { origin: 'generated', algorithms: ['AES-256'], usages: ['B3'], modes: ['X'], rotates: true, uses: ['encrypt', 'mac'] },
  index: { origin: 'generated', algorithms: ['AES-256'], usages: ['B3'], modes: ['X'], rotates: true, uses: ['mac'] },
  numbering: { origin: 'generated', algorithms: ['AES-256'], usages: ['B3'], modes: ['X'], rotates: false, uses: ['number'] },
  pvk: { origin: 'generated', algorithms: ['TDES-2KEY'], usages: ['V0', 'V1', 'V2'], modes: ['C', 'N'], rotates: true },
  cvk: { origin: 'generated', algorithms: ['TDES-2KEY'], usages: ['C0'], modes: ['C', 'N'], rotates: true },
  field: { origin: 'exchanged', algorithms: ['AES-256'], usages: ['D0'], modes: ['B', 'N'], rotates: false },
  pin: { origin: 'exchanged', algorithms: ['AES-256'], usages: ['P0'], modes: ['B', 'D', 'N'], rotates: false },
  mailer: { origin: 'exchanged', algorithms: ['AES-256', 'TDES-2KEY'], usages: ['P0'], modes: ['B', 'E', 'N'], rotates: false },
  switch: { origin: 'exchanged', algorithms: ['AES-256', 'TDES-2KEY'], usages: ['P0'], modes: ['B', 'N'], rotates: false },
  transport: { origin: 'transport', algorithms: ['AES-256'], usages: ['K1'], modes: ['B'], rotates: false },
}

const tenantPattern = /^[A-Z][A-Z0-9_]{1,29}$/

/**
 * `<tenant>/<purpose>`, in front of a version; `tenant.invalid` and `key.purpose.refused` for what
 * is neither.
 */
export function keyFamily(tenant: string, purpose: KeyPurpose): string {
  if (!tenantPattern.test(tenant)) throw new CardCryptoError('tenant.invalid', 'A key belongs to a tenant id such as ACME_BANK')
  if (!Object.hasOwn(purposeRules, purpose)) throw refusedPurpose(purpose, 'exist')
  return `${tenant}/${purpose}`
}

export function isPurpose(text: string): text is KeyPurpose {
  return Object.hasOwn(purposeRules, text)
}

/**
 * Types keep wrong purposes out of our own code; this keeps them out of what comes from a request.
 */
export function requireOrigin(purpose: KeyPurpose, origins: readonly PurposeRule['origin'][], what: string): void {
  if (!isPurpose(purpose) || !origins.includes(purposeRules[purpose].origin)) throw refusedPurpose(purpose, what)
}

/** The same for keys that have a sub-key for each use. */
export function requireUse(purpose: KeyPurpose, use: KeyUse): void {
  if (!isPurpose(purpose) || !purposeRules[purpose].uses?.includes(use)) throw refusedPurpose(purpose, use)
}

/** The key version in front of what `Hsm.encrypt` made, 0 for nothing at all. */
export function keyVersionOf(ciphertext: Uint8Array): number {
  return ciphertext[0] ?? 0
}

export function refusedPurpose(purpose: string, what: string): CardCryptoError {
  return new CardCryptoError('key.purpose.refused', `A key for ${isPurpose(purpose) ? purpose : 'an unknown purpose'} does not ${what}`)
}

/** The algorithm that a key of this purpose has at this length, or null. */
export function algorithmOfLength(purpose: KeyPurpose, lengthBytes: number): KeyAlgorithm | null {
  return purposeRules[purpose].algorithms.find((algorithm) => keyBytesOf[algorithm] === lengthBytes) ?? null
}

export function checkValueOf(algorithm: KeyAlgorithm, bytes: Uint8Array): string {
  return algorithm === 'AES-256' ? keyCheckValue(bytes) : tdesKeyCheckValue(bytes)
}

/** All bytes alike, which no random key has; for TDES also equal halves and the weak DES keys. */
export function isWeakKey(algorithm: KeyAlgorithm, bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === bytes[0]) || (algorithm === 'TDES-2KEY' && isWeakTdes(bytes))
}

/**
 * A half of a key: it may look like anything, but not like nothing, or the other half would be the
 * key.
 */
export function isWeakComponent(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === bytes[0])
}

export type ImportableKeyPurpose = Exclude<GeneratedKeyPurpose, 'data' | 'index' | 'numbering'> | ExchangedKeyPurpose
