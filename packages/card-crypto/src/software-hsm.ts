// The Hsm in software: keys wrapped in a store, unwrapped into memory when first used.
import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { boundedCache } from './bounded-cache.ts'
import { CardCryptoError } from './card-crypto-error.ts'
import { keyCheckValue } from './check-value.ts'
import type { GeneratedKeyPurpose, Hsm, ImportedKeyPurpose, KeyPurpose } from './hsm.ts'
import type { KeyRecord, KeyStore } from './key-store.ts'
import { type PanRange, panNumbering, rangeName } from './numbering.ts'
import type { Pan } from './pan.ts'
import { gcmOpen, gcmSeal } from './seal.ts'
import { parseMasterKey, unwrapSecret, wrapSecret } from './wrap.ts'

const keyBytes = 32
const dataIvBytes = 12
const fieldIvBytes = 16
const currentVersion = 1 // rotation will ask the store; what is encrypted names its version from the first day
const cachedKeysMax = 4_096
const cachedNumberingsMax = 256 // at most 128 KB each
const importedKeyTtlMs = 60_000 // another process may import a new key under the same name
const tenantPattern = /^[A-Z][A-Z0-9_]{1,29}$/
const noAad = Buffer.alloc(0)

type KeyUse = 'encrypt' | 'mac' | 'number' | 'field' | 'pin'

/** A key serves the uses of its purpose only (ANSI X9.24-1: one key, one purpose). */
const usesOf: Record<KeyPurpose, readonly KeyUse[]> = {
  data: ['encrypt', 'mac'],
  index: ['mac'],
  numbering: ['number'],
  field: ['field'],
  pin: ['pin'],
}

interface LoadedKey {
  name: string
  kcv: string
  uses: Partial<Record<KeyUse, KeyObject>>
  loadedAtMs: number
}

/** Keeps tenants' keys in `store`, wrapped under the master key (32 bytes), and unwrapped in a bounded cache. */
export class SoftwareHsm implements Hsm {
  readonly #store: KeyStore
  readonly #masterKey: KeyObject
  readonly #keys = boundedCache<LoadedKey>(cachedKeysMax)
  readonly #numberings = boundedCache<(counter: bigint | number) => Pan>(cachedNumberingsMax)

  constructor(store: KeyStore, masterKey: Uint8Array) {
    this.#store = store
    this.#masterKey = createSecretKey(parseMasterKey(Buffer.from(masterKey).toString('base64')))
  }

  async ensureKey(tenant: string, purpose: GeneratedKeyPurpose): Promise<{ name: string; kcv: string }> {
    if (purpose !== 'data' && purpose !== 'index' && purpose !== 'numbering') throw refusedPurpose(purpose, 'be generated')
    const name = keyName(tenant, purpose, currentVersion)
    const present = await this.#find(name, purpose)
    if (present) return { name, kcv: present.kcv }
    const key = randomBytes(keyBytes)
    const stored = await this.#store.insert(this.#recordOf(name, key))
    key.fill(0)
    const { kcv } = this.#load(stored, name, purpose)
    return { name, kcv }
  }

  async importKey(tenant: string, purpose: ImportedKeyPurpose, key: Uint8Array): Promise<{ kcv: string }> {
    if (purpose !== 'field' && purpose !== 'pin') throw refusedPurpose(purpose, 'be imported')
    if (key.length !== keyBytes) throw new CardCryptoError('key.invalid', 'A key that is imported has 32 bytes')
    const name = keyName(tenant, purpose, currentVersion)
    await this.#find(name, purpose) // a process with a wrong master key stops here, before it writes over a good key
    const record = this.#recordOf(name, key)
    const stored = await this.#store.insert(record)
    if (stored.wrapped !== record.wrapped) await this.#store.replace(record)
    const { kcv } = this.#load(record, name, purpose)
    return { kcv }
  }

  async hasKey(tenant: string, purpose: KeyPurpose): Promise<boolean> {
    return (await this.#find(keyName(tenant, purpose, currentVersion), purpose)) !== null
  }

  async encrypt(tenant: string, purpose: 'data', plaintext: Uint8Array, aad: string): Promise<Buffer> {
    const key = await this.#keyFor(tenant, purpose, 'encrypt')
    return Buffer.concat([Buffer.from([currentVersion]), gcmSeal(key, dataIvBytes, plaintext, Buffer.from(aad))])
  }

  async decrypt(tenant: string, purpose: 'data', ciphertext: Uint8Array, aad: string): Promise<Buffer> {
    const key = await this.#keyFor(tenant, purpose, 'encrypt')
    const plaintext = ciphertext[0] === currentVersion ? gcmOpen(key, dataIvBytes, ciphertext.subarray(1), Buffer.from(aad)) : null
    if (!plaintext) throw new CardCryptoError('ciphertext.invalid', 'The stored value does not decrypt')
    return plaintext
  }

  async encryptField(tenant: string, plaintext: string): Promise<string> {
    const key = await this.#keyFor(tenant, 'field', 'field')
    return gcmSeal(key, fieldIvBytes, Buffer.from(plaintext), noAad).toString('base64')
  }

  async mac(tenant: string, purpose: 'data' | 'index', message: Uint8Array | string): Promise<string> {
    const key = await this.#keyFor(tenant, purpose, 'mac')
    return createHmac('sha256', key).update(message).digest('base64url')
  }

  async numberPan(tenant: string, range: PanRange, counter: bigint | number): Promise<Pan> {
    const key = await this.#keyFor(tenant, 'numbering', 'number')
    const cacheKey = `${tenant} ${rangeName(range)}`
    const numbering = this.#numberings.get(cacheKey) ?? panNumbering(range, key)
    this.#numberings.set(cacheKey, numbering)
    return numbering(counter)
  }

  async #keyFor(tenant: string, purpose: KeyPurpose, use: KeyUse): Promise<KeyObject> {
    const name = keyName(tenant, purpose, currentVersion)
    if (!usesOf[purpose].includes(use)) throw refusedPurpose(purpose, use)
    const key = (await this.#find(name, purpose))?.uses[use]
    if (!key) throw new CardCryptoError('key.not.found', `There is no key ${name}`)
    return key
  }

  async #find(name: string, purpose: KeyPurpose): Promise<LoadedKey | null> {
    const cached = this.#keys.get(name)
    if (cached && (isGenerated(purpose) || Date.now() - cached.loadedAtMs < importedKeyTtlMs)) return cached
    const record = await this.#store.load(name)
    return record && this.#load(record, name, purpose)
  }

  /** Unwraps a record under the name it was asked for, not the one it claims, and derives a key for each use. */
  #load(record: KeyRecord, name: string, purpose: KeyPurpose): LoadedKey {
    const bytes = unwrapSecret(this.#masterKey, name, record.wrapped)
    if (bytes.length !== keyBytes || keyCheckValue(bytes) !== record.kcv) {
      throw new CardCryptoError('key.unwrap.failed', `${name} does not match its check value`)
    }
    const key = createSecretKey(bytes)
    bytes.fill(0)
    const loaded: LoadedKey = { name, kcv: record.kcv, uses: {}, loadedAtMs: Date.now() }
    for (const use of usesOf[purpose]) loaded.uses[use] = isGenerated(purpose) ? derivedKey(key, use) : key
    this.#keys.set(name, loaded)
    return loaded
  }

  #recordOf(name: string, key: Uint8Array): KeyRecord {
    return {
      _id: name,
      wrapped: wrapSecret(this.#masterKey, name, key),
      kcv: keyCheckValue(key),
      algorithm: 'AES-256',
      createdAt: new Date(),
    }
  }
}

function keyName(tenant: string, purpose: KeyPurpose, version: number): string {
  if (!tenantPattern.test(tenant)) throw new CardCryptoError('tenant.invalid', 'A key belongs to a tenant id such as ACME_BANK')
  if (!Object.hasOwn(usesOf, purpose)) throw refusedPurpose(purpose, 'exist')
  return `${tenant}/${purpose}/${version}`
}

/** Exchanged keys are used as they are, since the bank uses the same bytes; our own have a sub-key for each use (HKDF, RFC 5869). */
function derivedKey(key: KeyObject, use: KeyUse): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `dcms key use 1 ${use}`, keyBytes)))
}

function isGenerated(purpose: KeyPurpose): boolean {
  return purpose !== 'field' && purpose !== 'pin'
}

function refusedPurpose(purpose: string, what: string): CardCryptoError {
  return new CardCryptoError('key.purpose.refused', `A key for ${purpose} does not ${what}`)
}
