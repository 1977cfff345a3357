// Values on their way between the HSMs of one installation, under a key they share.
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { boundedCache } from './bounded-cache.ts'
import { CardCryptoError } from './card-crypto-error.ts'
import { keyFamily } from './key-purposes.ts'
import { gcmOpen, gcmSeal } from './seal.ts'

const zoneKeyBytes = 32
const ivBytes = 12
const format = 1 // first byte, so that another way can come later
const cachedTenantsMax = 4_096

/** PANs and other secrets have keys of their own, so that neither is opened as the other. */
export type ZoneContent = 'pan' | 'secret'

export class InstallationZone {
  readonly #key: KeyObject | null
  readonly #keys = boundedCache<KeyObject>(cachedTenantsMax)

  constructor(zoneKey: Uint8Array | undefined) {
    if (zoneKey && zoneKey.length !== zoneKeyBytes) throw new CardCryptoError('key.invalid', 'The zone key has 32 bytes')
    this.#key = zoneKey ? createSecretKey(zoneKey) : null
  }

  /** Base64 of format(1) ‖ IV(12) ‖ ciphertext ‖ tag(16), bound to the AAD. */
  seal(tenant: string, content: ZoneContent, plaintext: Uint8Array, aad: string): string {
    const sealed = gcmSeal(this.#keyOf(tenant, content), ivBytes, plaintext, Buffer.from(aad))
    return Buffer.concat([Buffer.from([format]), sealed]).toString('base64')
  }

  /**
   * Throws `ciphertext.invalid` for anything that was not sealed so for this tenant, content and
   * AAD.
   */
  open(tenant: string, content: ZoneContent, sealed: string, aad: string): Buffer {
    const bytes = Buffer.from(sealed, 'base64')
    const key = this.#keyOf(tenant, content)
    const plaintext = bytes[0] === format ? gcmOpen(key, ivBytes, bytes.subarray(1), Buffer.from(aad)) : null
    if (!plaintext) throw new CardCryptoError('ciphertext.invalid', 'The value from the other context does not decrypt')
    return plaintext
  }

  #keyOf(tenant: string, content: ZoneContent): KeyObject {
    keyFamily(tenant, 'data')
    if (!this.#key) throw new CardCryptoError('key.not.found', 'This process has no zone key')
    const name = `${content} ${tenant}`
    const key = this.#keys.get(name) ?? createSecretKey(Buffer.from(hkdfSync('sha256', this.#key, '', `dcms zone 1 ${name}`, zoneKeyBytes)))
    this.#keys.set(name, key)
    return key
  }
}
