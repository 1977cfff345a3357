// What the card rules ask of a hardware security module. The software form is one implementation; a real HSM is another.
import type { PanRange } from './numbering.ts'
import type { Pan } from './pan.ts'

/**
 * data: stored card data; index: keyed look-up values; numbering: card numbers, never rotated; field: card numbers in answers, exchanged with
 * the bank; pin: PIN blocks, exchanged with the bank. A key does what its purpose says and nothing else.
 */
export type KeyPurpose = 'data' | 'index' | 'numbering' | 'field' | 'pin'

/** Made here, known to nobody else. */
export type GeneratedKeyPurpose = 'data' | 'index' | 'numbering'

/** Exchanged with the bank at onboarding. */
export type ImportedKeyPurpose = 'field' | 'pin'

/** Nothing here returns key bytes. All methods throw CardCryptoError: `tenant.invalid`, `key.not.found`, `key.unwrap.failed` and as said. */
export interface Hsm {
  /** Generates the key once; later and simultaneous calls, of other processes too, get the same one. `kcv`: six hex digits. */
  ensureKey(tenant: string, purpose: GeneratedKeyPurpose): Promise<{ name: string; kcv: string }>

  /** Takes a key of 32 bytes agreed at onboarding, in place of an earlier one; the bank compares the KCV. Else `key.invalid`. */
  importKey(tenant: string, purpose: ImportedKeyPurpose, key: Uint8Array): Promise<{ kcv: string }>

  hasKey(tenant: string, purpose: KeyPurpose): Promise<boolean>

  /**
   * AES-256-GCM: key version(1) ‖ IV(12) ‖ ciphertext ‖ tag(16). The `aad` says where the value belongs (`kit/4240171508/pan`): it does not
   * decrypt anywhere else.
   */
  encrypt(tenant: string, purpose: 'data', plaintext: Uint8Array, aad: string): Promise<Buffer>

  /** Throws `ciphertext.invalid` for anything `encrypt` did not make for this tenant and `aad`. */
  decrypt(tenant: string, purpose: 'data', ciphertext: Uint8Array, aad: string): Promise<Buffer>

  /** The form a bank opens with its field key: Base64 of IV(16) ‖ ciphertext ‖ tag(16), AES-256-GCM, no AAD. */
  encryptField(tenant: string, plaintext: string): Promise<string>

  /** HMAC-SHA256 in base64url, 43 characters: equal for equal messages of one tenant and purpose, and says nothing else. */
  mac(tenant: string, purpose: 'data' | 'index', message: Uint8Array | string): Promise<string>

  /** The card number of one counter value under the tenant's numbering key; `range.exhausted` at the end, `range.invalid` for wrong settings. */
  numberPan(tenant: string, range: PanRange, counter: bigint | number): Promise<Pan>
}
