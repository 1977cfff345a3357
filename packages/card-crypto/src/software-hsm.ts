// The Hsm in software, a simulator: keys wrapped in a store, unwrapped into this process's memory
// when first used.
import { createHmac, type KeyObject, randomBytes } from 'node:crypto'
import { boundedCache } from './bounded-cache.ts'
import { CardCryptoError } from './card-crypto-error.ts'
import type {
  CvvRequest,
  ExchangedKeyPurpose,
  GeneratedKeyPurpose,
  Hsm,
  KeyPurpose,
  KeyView,
  Officer,
  PinInCall,
  PinReference,
  StoredPan,
  ZonePinBlock,
} from './hsm.ts'
import { InstallationZone } from './installation-zone.ts'
import { addKeyComponent, type Component, pendingComponents } from './key-components.ts'
import { exportKeyBlock, importKeyBlock } from './key-exchange.ts'
import {
  type ImportableKeyPurpose,
  type KeyUse,
  keyVersionOf,
  purposeRules,
  refusedPurpose,
  requireOrigin,
  requireUse,
} from './key-purposes.ts'
import { KeyRing } from './key-ring.ts'
import type { KeyStore } from './key-store.ts'
import { type PanNumbering, type PanRange, panNumbering, rangeName } from './numbering.ts'
import type { Pan } from './pan.ts'
import * as pins from './pin-operations.ts'
import { gcmOpen, gcmSeal } from './seal.ts'
import { Secret } from './secret.ts'

const dataIvBytes = 12
const fieldIvBytes = 16
const cachedNumberingsMax = 256 // at most 128 KB each
const cachedDecoysMax = 4_096
const decoyPan = '0000000000000000'
const noAad = Buffer.alloc(0)

/**
 * A SIMULATOR, fit for tests and pilots only: unwrapped keys, PANs and PINs stand in the memory of
 * an ordinary process, which no card scheme and no PCI PIN audit accepts. Production puts a driver
 * for a hardware module (payShield, PKCS#11) behind the same `Hsm`. Keeps tenants' keys in `store`,
 * in key blocks under a key below the master key (32 bytes); `zoneKey` (32 bytes) is shared by the
 * contexts of one installation that hand PANs to each other.
 */
export class SoftwareHsm implements Hsm {
  readonly #ring: KeyRing
  readonly #zone: InstallationZone
  readonly #numberings = boundedCache<PanNumbering>(cachedNumberingsMax)
  readonly #decoys = boundedCache<StoredPan>(cachedDecoysMax)
  readonly #work: pins.PinWork

  constructor(store: KeyStore, masterKey: Uint8Array, options: { zoneKey?: Uint8Array } = {}) {
    this.#ring = new KeyRing(store, masterKey)
    this.#zone = new InstallationZone(options.zoneKey)
    this.#work = { ring: this.#ring, panOf: (tenant, pan) => this.#panOf(tenant, pan) }
  }

  async ensureKey(tenant: string, purpose: GeneratedKeyPurpose): Promise<KeyView> {
    requireOrigin(purpose, ['generated'], 'be generated')
    return (await this.#ring.ensureFirst(tenant, purpose)).key.view
  }

  async createKey(tenant: string, purpose: ExchangedKeyPurpose): Promise<KeyView> {
    requireOrigin(purpose, ['exchanged'], 'be created to be exchanged')
    const { key, made } = await this.#ring.ensureFirst(tenant, purpose)
    if (!made) throw new CardCryptoError('key.exists', `There is a key ${tenant}/${purpose} already`)
    return key.view
  }

  async addKeyComponent(
    tenant: string,
    purpose: ExchangedKeyPurpose | 'transport',
    component: Component,
  ): ReturnType<Hsm['addKeyComponent']> {
    requireOrigin(purpose, ['exchanged', 'transport'], 'come as components')
    return addKeyComponent(this.#ring, tenant, purpose, component)
  }

  async importKeyBlock(tenant: string, purpose: ImportableKeyPurpose, keyBlock: string): Promise<KeyView> {
    return importKeyBlock(this.#ring, tenant, purpose, keyBlock)
  }

  async exportKeyBlock(tenant: string, purpose: ExchangedKeyPurpose, officer: Officer): Promise<string | null> {
    return exportKeyBlock(this.#ring, tenant, purpose, officer)
  }

  async rotateKey(tenant: string, purpose: KeyPurpose): Promise<KeyView> {
    requireOrigin(purpose, ['generated'], 'rotate here: it is imported or created anew')
    if (!purposeRules[purpose].rotates) throw refusedPurpose(purpose, 'rotate: card numbers would come twice')
    await this.#ring.newest(tenant, purpose)
    return (await this.#ring.generateNext(tenant, purpose)).view
  }

  async listKeys(tenant: string): Promise<KeyView[]> {
    return this.#ring.views(tenant)
  }

  async pendingComponents(tenant: string): ReturnType<Hsm['pendingComponents']> {
    return pendingComponents(this.#ring, tenant)
  }

  async hasKey(tenant: string, purpose: KeyPurpose): Promise<boolean> {
    const version = await this.#ring.newestVersion(tenant, purpose)
    return version > 0 && (await this.#ring.find(tenant, purpose, version)) !== null
  }

  async currentVersion(tenant: string, purpose: KeyPurpose): Promise<number> {
    return (await this.#ring.newest(tenant, purpose)).view.version
  }

  async encrypt(tenant: string, purpose: 'data', plaintext: Uint8Array, aad: string): Promise<Buffer> {
    const { key, version } = await this.#subKey(tenant, purpose, 'encrypt')
    return Buffer.concat([Buffer.from([version]), gcmSeal(key, dataIvBytes, plaintext, Buffer.from(aad))])
  }

  async encryptMany(tenant: string, purpose: 'data', values: readonly { plaintext: Uint8Array; aad: string }[]): Promise<Buffer[]> {
    const { key, version } = await this.#subKey(tenant, purpose, 'encrypt')
    const head = Buffer.from([version])
    const ivs = randomBytes(values.length * dataIvBytes) // drawn at once: that is half of the work
    return values.map(({ plaintext, aad }, i) => {
      const iv = ivs.subarray(i * dataIvBytes, (i + 1) * dataIvBytes)
      return Buffer.concat([head, gcmSeal(key, dataIvBytes, plaintext, Buffer.from(aad), iv)])
    })
  }

  async decrypt(tenant: string, purpose: 'data', ciphertext: Uint8Array, aad: string): Promise<Buffer> {
    requireUse(purpose, 'encrypt')
    const version = keyVersionOf(ciphertext)
    const key = version > 0 ? await this.#ring.find(tenant, purpose, version) : null
    if (!key) await this.#ring.newest(tenant, purpose) // without any key it is key.not.found
    const subKey = key?.uses.encrypt
    const plaintext = subKey && gcmOpen(subKey, dataIvBytes, ciphertext.subarray(1), Buffer.from(aad))
    if (!plaintext) throw new CardCryptoError('ciphertext.invalid', 'The stored value does not decrypt')
    return plaintext
  }

  async rewrap(tenant: string, purpose: 'data', ciphertext: Uint8Array, aad: string): Promise<Buffer> {
    const plaintext = await this.decrypt(tenant, purpose, ciphertext, aad)
    const rewrapped = await this.encrypt(tenant, purpose, plaintext, aad)
    plaintext.fill(0)
    return rewrapped
  }

  async encryptField(tenant: string, plaintext: string): Promise<string> {
    const { key } = await this.#ring.newest(tenant, 'field')
    return gcmSeal(key, fieldIvBytes, Buffer.from(plaintext), noAad).toString('base64')
  }

  async decryptField(tenant: string, encrypted: string): Promise<Secret<string>> {
    const bytes = Buffer.from(encrypted, 'base64')
    const wellFormed = bytes.toString('base64') === encrypted
    const plaintext = await this.#ring.openWithRecent(tenant, 'field', ({ key }) =>
      wellFormed ? gcmOpen(key, fieldIvBytes, bytes, noAad) : null,
    )
    if (!plaintext) throw new CardCryptoError('ciphertext.invalid', 'The field does not decrypt')
    return secretText(plaintext)
  }

  async mac(tenant: string, purpose: 'data' | 'index', message: Uint8Array | string, version?: number): Promise<string> {
    const { key } = await this.#subKey(tenant, purpose, 'mac', version)
    return createHmac('sha256', key).update(message).digest('base64url')
  }

  async macMany(tenant: string, purpose: 'data' | 'index', messages: readonly string[], version?: number): Promise<string[]> {
    const { key } = await this.#subKey(tenant, purpose, 'mac', version)
    return messages.map((message) => createHmac('sha256', key).update(message).digest('base64url'))
  }

  async numberPan(tenant: string, range: PanRange, counter: bigint | number): Promise<Pan> {
    return (await this.#numberingOf(tenant, range)).one(counter)
  }

  async numberPans(tenant: string, range: PanRange, from: bigint | number, count: number): Promise<Pan[]> {
    return (await this.#numberingOf(tenant, range)).many(from, count)
  }

  async panForZone(tenant: string, pan: StoredPan, zoneAad: string): Promise<string> {
    const digits = await this.decrypt(tenant, 'data', pan.ciphertext, pan.aad)
    const sealed = this.#zone.seal(tenant, 'pan', digits, zoneAad)
    digits.fill(0)
    return sealed
  }

  async panFromZone(tenant: string, sealed: string, zoneAad: string, aad: string): Promise<Buffer> {
    const digits = this.#zone.open(tenant, 'pan', sealed, zoneAad)
    const stored = await this.encrypt(tenant, 'data', digits, aad)
    digits.fill(0)
    return stored
  }

  async sealForZone(tenant: string, secret: Secret<string>, zoneAad: string): Promise<string> {
    return this.#zone.seal(tenant, 'secret', Buffer.from(secret.reveal()), zoneAad)
  }

  async openFromZone(tenant: string, sealed: string, zoneAad: string): Promise<Secret<string>> {
    return secretText(this.#zone.open(tenant, 'secret', sealed, zoneAad))
  }

  async cvv(tenant: string, pan: StoredPan, request: CvvRequest): Promise<Secret<string>> {
    return new Secret(await pins.cvvOf(this.#work, tenant, pan, request))
  }

  async verifyCvv(tenant: string, pan: StoredPan | null, request: CvvRequest, candidate: Secret<string>): Promise<boolean> {
    return pins.verifyCvv(this.#work, tenant, pan, request, candidate.reveal())
  }

  async setPin(tenant: string, pan: StoredPan, pin: PinInCall, pinLength: number): Promise<PinReference> {
    return pins.setPin(this.#work, tenant, pan, pin, pinLength)
  }

  async verifyPin(tenant: string, card: pins.CardToVerify | null, pin: PinInCall, pinLength: number): Promise<boolean> {
    return pins.verifyPin(this.#work, tenant, card, pin, pinLength)
  }

  async pinMac(tenant: string, pin: pins.SealedPin): Promise<string> {
    return pins.pinMac(this.#work, tenant, pin)
  }

  async choosePin(tenant: string, pan: StoredPan, pinLength: number): ReturnType<Hsm['choosePin']> {
    return pins.choosePin(this.#work, tenant, pan, pinLength)
  }

  async translatePinBlock(tenant: string, pan: StoredPan, from: ZonePinBlock, to: Omit<ZonePinBlock, 'block'>): Promise<ZonePinBlock> {
    return pins.translatePinBlock(this.#work, tenant, pan, from, to)
  }

  async verifyZonePin(tenant: string, card: pins.CardToVerify, block: ZonePinBlock, pinLength: number): Promise<boolean> {
    return pins.verifyZonePin(this.#work, tenant, card, block, pinLength)
  }

  async #numberingOf(tenant: string, range: PanRange): Promise<PanNumbering> {
    const { key } = await this.#subKey(tenant, 'numbering', 'number')
    const cacheKey = `${tenant} ${rangeName(range)}`
    const numbering = this.#numberings.get(cacheKey) ?? panNumbering(range, key)
    this.#numberings.set(cacheKey, numbering)
    return numbering
  }

  async #panOf(tenant: string, pan: StoredPan | null): Promise<string> {
    const stored = pan ?? (await this.#decoy(tenant))
    const digits = await this.decrypt(tenant, 'data', stored.ciphertext, stored.aad)
    const text = digits.toString('latin1')
    digits.fill(0)
    return text
  }

  async #decoy(tenant: string): Promise<StoredPan> {
    const aad = 'decoy'
    const decoy = this.#decoys.get(tenant) ?? { ciphertext: await this.encrypt(tenant, 'data', Buffer.from(decoyPan), aad), aad }
    this.#decoys.set(tenant, decoy)
    return decoy
  }

  /** The sub-key of a key that is made here, and its version: the newest unless told. */
  async #subKey(tenant: string, purpose: KeyPurpose, use: KeyUse, version?: number): Promise<{ key: KeyObject; version: number }> {
    requireUse(purpose, use)
    const { uses, view } = version === undefined ? await this.#ring.newest(tenant, purpose) : await this.#ring.get(tenant, purpose, version)
    const key = uses[use]
    if (!key) throw refusedPurpose(purpose, use)
    return { key, version: view.version }
  }
}

function secretText(plaintext: Buffer): Secret<string> {
  const secret = new Secret(plaintext.toString())
  plaintext.fill(0)
  return secret
}
