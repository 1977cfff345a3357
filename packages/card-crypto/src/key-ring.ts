// The keys of all tenants over a store: wrapped there, unwrapped here when first used; knows
// versions and makes the next one.
import { createSecretKey, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { boundedCache } from './bounded-cache.ts'
import { CardCryptoError } from './card-crypto-error.ts'
import type { KeyPurpose, KeyView } from './hsm.ts'
import {
  checkValueOf,
  isPurpose,
  isWeakKey,
  type KeyAlgorithm,
  type KeyUse,
  keyBytesOf,
  keyFamily,
  keyVersionMax,
  purposeRules,
} from './key-purposes.ts'
import type { KeyRecord, KeyStore } from './key-store.ts'
import { type KeyWrapping, keyWrapping } from './key-wrapping.ts'
import { tdesKey, withOddParity } from './tdes.ts'

const subKeyBytes = 32
const cachedKeysMax = 4_096
const cachedTenantsMax = 4_096
/** How long another process's new version may stay unseen. */
const versionsAgeMaxMs = 5_000

/**
 * A key that is ready for use. Private fields and KeyObject keep its bytes out of anything printed.
 */
export interface RingKey {
  view: KeyView
  /** X9.143 usage, as the key came. */
  usage: string
  /** The key as its cipher takes it. */
  key: KeyObject
  /** Sub-keys of keys that are made here. */
  uses: Partial<Record<KeyUse, KeyObject>>
}

export interface NewKey {
  algorithm: KeyAlgorithm
  bytes: Uint8Array
  usage?: string
  componentMarks?: string[]
}

/** Version numbers per purpose, ascending, as the store had them at `atMs`. */
interface Versions {
  atMs: number
  families: Promise<ReadonlyMap<string, readonly number[]>>
}

export class KeyRing {
  readonly store: KeyStore
  readonly wrapping: KeyWrapping
  readonly #keys = boundedCache<RingKey>(cachedKeysMax)
  /** Under way: a batch of cards after a start asks the store once for each key. */
  readonly #loading = new Map<string, Promise<RingKey | null>>()
  readonly #versions = boundedCache<Versions>(cachedTenantsMax)

  constructor(store: KeyStore, masterKey: Uint8Array) {
    this.store = store
    this.wrapping = keyWrapping(masterKey)
  }

  /**
   * The version in use, 0 when there is none. A cached "none" is asked again: another process may
   * have made the first.
   */
  async newestVersion(tenant: string, purpose: KeyPurpose, ageMaxMs = versionsAgeMaxMs): Promise<number> {
    const family = keyFamily(tenant, purpose)
    const known = (await this.#versionsOf(tenant, ageMaxMs)).get(family)?.at(-1) ?? 0
    return known || ageMaxMs === 0 ? known : this.newestVersion(tenant, purpose, 0)
  }

  async newest(tenant: string, purpose: KeyPurpose): Promise<RingKey> {
    const version = await this.newestVersion(tenant, purpose)
    const key = version > 0 ? await this.find(tenant, purpose, version) : null
    if (!key) throw notFound(tenant, purpose)
    return key
  }

  /**
   * One version, also one that came after the versions were last listed; null when there is no such
   * version.
   */
  async find(tenant: string, purpose: KeyPurpose, version: number): Promise<RingKey | null> {
    const name = `${keyFamily(tenant, purpose)}/${version}`
    const cached = this.#keys.get(name)
    if (cached) return cached
    const begun = this.#loading.get(name)
    if (begun) return await begun
    const loading = this.#read(name, purpose).finally(() => this.#loading.delete(name))
    this.#loading.set(name, loading)
    return await loading
  }

  async #read(name: string, purpose: KeyPurpose): Promise<RingKey | null> {
    const record = await this.store.load(name)
    return record && this.#load(record, name, purpose)
  }

  async get(tenant: string, purpose: KeyPurpose, version: number): Promise<RingKey> {
    const key = await this.find(tenant, purpose, version)
    if (!key) throw notFound(tenant, purpose)
    return key
  }

  /**
   * Tries the newest version and the one before it, and, when neither opens, versions that came in
   * since they were last listed: the other side may use a new key as soon as it has it.
   */
  async openWithRecent<T>(tenant: string, purpose: KeyPurpose, open: (key: RingKey) => T | null): Promise<T | null> {
    const tried = new Set<number>()
    for (const ageMaxMs of [versionsAgeMaxMs, 0]) {
      const newest = await this.newestVersion(tenant, purpose, ageMaxMs)
      if (newest === 0) throw notFound(tenant, purpose)
      for (const version of [newest, newest - 1]) {
        if (version < 1 || tried.has(version)) continue
        tried.add(version)
        const opened = open(await this.get(tenant, purpose, version))
        if (opened !== null) return opened
      }
    }
    return null
  }

  async views(tenant: string): Promise<KeyView[]> {
    keyFamily(tenant, 'data')
    const views = (await this.store.list(tenant)).flatMap((record) => {
      const name = parseKeyName(record._id)
      return name ? [{ ...name, kcv: record.kcv, algorithm: record.algorithm, createdAt: record.createdAt }] : []
    })
    return views.sort((a, b) => a.purpose.localeCompare(b.purpose) || a.version - b.version)
  }

  /**
   * Makes the first version, unless there is one: then `made` is false and the key is the newest.
   */
  async ensureFirst(tenant: string, purpose: KeyPurpose): Promise<{ key: RingKey; made: boolean }> {
    if ((await this.newestVersion(tenant, purpose)) > 0) return { key: await this.newest(tenant, purpose), made: false }
    const bytes = generated(purpose)
    const made = await this.#insert(tenant, purpose, 1, { algorithm: purposeRules[purpose].algorithms[0], bytes })
    bytes.fill(0)
    return { key: made ?? (await this.get(tenant, purpose, 1)), made: made !== null }
  }

  /** Makes the next version of what is made here. */
  async generateNext(tenant: string, purpose: KeyPurpose): Promise<RingKey> {
    const bytes = generated(purpose)
    const key = await this.addNext(tenant, purpose, { algorithm: purposeRules[purpose].algorithms[0], bytes })
    bytes.fill(0)
    return key
  }

  /**
   * Stores a key as the next version; whoever loses a number to another process takes the one after
   * it.
   */
  async addNext(tenant: string, purpose: KeyPurpose, made: NewKey): Promise<RingKey> {
    for (;;) {
      const newest = await this.newestVersion(tenant, purpose, 0)
      const present = newest > 0 ? await this.get(tenant, purpose, newest) : null // a wrong master key stops here
      if (present && holds(present, made)) return present // a repeat, or another process put the same two components together
      if (newest >= keyVersionMax) throw new CardCryptoError('key.version.exhausted', `A key has at most ${keyVersionMax} versions`)
      const key = await this.#insert(tenant, purpose, newest + 1, made)
      if (key) return key
    }
  }

  async #insert(tenant: string, purpose: KeyPurpose, version: number, made: NewKey): Promise<RingKey | null> {
    const name = `${keyFamily(tenant, purpose)}/${version}`
    const { usages, modes } = purposeRules[purpose]
    const bytes = made.algorithm === 'TDES-2KEY' ? withOddParity(made.bytes) : made.bytes
    const algorithm = made.algorithm === 'TDES-2KEY' ? 'T' : 'A'
    const record: KeyRecord = {
      _id: name,
      wrapped: this.wrapping.wrap(name, { usage: made.usage ?? usages[0], algorithm, mode: modes[0], exportability: 'N' }, bytes),
      kcv: checkValueOf(made.algorithm, bytes),
      algorithm: made.algorithm,
      createdAt: new Date(),
      ...(made.componentMarks && { componentMarks: made.componentMarks }),
    }
    if (version === 1) await this.#proveMasterKey(tenant)
    const stored = await this.store.insert(record)
    this.#versions.set(tenant, { atMs: Number.NEGATIVE_INFINITY, families: Promise.resolve(new Map()) })
    return stored.wrapped === record.wrapped ? this.#load(stored, name, purpose) : null
  }

  /**
   * A process with a wrong master key stops here, before it adds a key that nobody else can read.
   */
  async #proveMasterKey(tenant: string): Promise<void> {
    const [present] = await this.views(tenant)
    if (present) await this.get(tenant, present.purpose, present.version)
  }

  #versionsOf(tenant: string, ageMaxMs: number): Versions['families'] {
    const cached = this.#versions.get(tenant)
    if (cached && performance.now() - cached.atMs < ageMaxMs) return cached.families
    const listed: Versions = { atMs: performance.now(), families: this.#listVersions(tenant) }
    this.#versions.set(tenant, listed)
    listed.families.catch(() => {
      listed.atMs = Number.NEGATIVE_INFINITY // who waits sees the failure; who comes next asks again
    })
    return listed.families
  }

  async #listVersions(tenant: string): Promise<ReadonlyMap<string, readonly number[]>> {
    const families = new Map<string, number[]>()
    for (const { _id } of await this.store.list(tenant)) {
      const name = parseKeyName(_id)
      if (!name) continue
      const family = `${tenant}/${name.purpose}`
      families.set(
        family,
        [...(families.get(family) ?? []), name.version].sort((a, b) => a - b),
      )
    }
    return families
  }

  /**
   * Unwraps a record under the name it was asked for, not the one it claims, and derives a key for
   * each use.
   */
  #load(record: KeyRecord, name: string, purpose: KeyPurpose): RingKey {
    const { usage, bytes } = this.wrapping.unwrap(name, record.wrapped)
    const { algorithms, usages, uses = [] } = purposeRules[purpose]
    const { algorithm, kcv, createdAt } = record
    if (!algorithms.includes(algorithm) || bytes.length !== keyBytesOf[algorithm] || checkValueOf(algorithm, bytes) !== kcv)
      throw new CardCryptoError('key.unwrap.failed', `${name} does not match its check value`)
    const key = algorithm === 'TDES-2KEY' ? tdesKey(bytes) : createSecretKey(bytes)
    bytes.fill(0)
    const version = parseKeyName(name)?.version ?? 0
    const loaded: RingKey = { view: { purpose, version, kcv, algorithm, createdAt }, usage: usage ?? usages[0], key, uses: {} }
    for (const use of uses)
      loaded.uses[use] = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `dcms key use 1 ${use}`, subKeyBytes)))
    this.#keys.set(name, loaded)
    return loaded
  }
}

function holds({ key, view }: RingKey, { algorithm, bytes }: NewKey): boolean {
  const present = key.export()
  const wanted = algorithm === 'TDES-2KEY' ? tdesKey(withOddParity(bytes)).export() : Buffer.from(bytes)
  const same = view.algorithm === algorithm && present.length === wanted.length && timingSafeEqual(present, wanted)
  for (const copy of [present, wanted]) copy.fill(0)
  return same
}

function generated(purpose: KeyPurpose): Buffer {
  const algorithm = purposeRules[purpose].algorithms[0]
  for (;;) {
    const bytes = randomBytes(keyBytesOf[algorithm])
    if (!isWeakKey(algorithm, bytes)) return bytes
  }
}

function parseKeyName(name: string): { purpose: KeyPurpose; version: number } | null {
  const [, purpose = '', version] = /^[^/]+\/([a-z]+)\/([1-9][0-9]{0,2})$/.exec(name) ?? []
  return isPurpose(purpose) ? { purpose, version: Number(version) } : null
}

function notFound(tenant: string, purpose: KeyPurpose): CardCryptoError {
  return new CardCryptoError('key.not.found', `There is no key ${tenant}/${purpose}`)
}
