// What the card rules ask of a hardware security module. The software form is one implementation; a
// payShield or PKCS#11 driver is another.
import type { PanRange } from './numbering.ts'
import type { Pan } from './pan.ts'
import type { Secret } from './secret.ts'

/**
 * A key does what its purpose says and nothing else (ANSI X9.24-1).
 * - `data`: stored card data; `index`: keyed look-up values; `numbering`: card numbers, never
 *   rotated;
 * - `pvk`: PIN verification values; `cvk`: CVVs. Made here, or brought by a bank as key block;
 * - `field`: card numbers in calls and answers; `pin`: PINs in calls. Exchanged with the bank;
 * - `mailer`: PIN blocks for the printer of PIN mailers; `switch`: PIN blocks of the card switch.
 *   Exchanged with those;
 * - `transport`: protects key blocks on their way (KBPK), comes as two components.
 */
export type KeyPurpose = 'data' | 'index' | 'numbering' | 'pvk' | 'cvk' | 'field' | 'pin' | 'mailer' | 'switch' | 'transport'

/** Made here when a tenant is first served. */
export type GeneratedKeyPurpose = 'data' | 'index' | 'numbering' | 'pvk' | 'cvk'

/** Exchanged with somebody, so that both hold the same bytes. */
export type ExchangedKeyPurpose = 'field' | 'pin' | 'mailer' | 'switch'

/** What may be told of a key. */
export interface KeyView {
  purpose: KeyPurpose
  /** 1, 2, 3 …; the highest is in use, earlier ones only read what they wrote. */
  version: number
  /** Key check value, six hex digits: AES by CMAC, TDES by enciphering zeros. */
  kcv: string
  algorithm: 'AES-256' | 'TDES-2KEY'
  createdAt: Date
}

/**
 * A PAN as it is stored: what `encrypt` with `data` made of its digits, and the `aad` it is bound
 * to. Opened inside the HSM only.
 */
export interface StoredPan {
  ciphertext: Uint8Array
  aad: string
}

/**
 * What a PIN is checked against: Visa PVV (four digits) or IBM 3624 offset. Says nothing of the PIN
 * without the key.
 */
export interface PinReference {
  method: 'PVV' | 'IBM3624'
  keyVersion: number
  value: string
}

/**
 * A PIN as a call brings it. v1: AES-ECB with PKCS#5; v2: IV(16) ‖ ciphertext ‖ tag, AES-GCM; both
 * under the `pin` key and in Base64.
 */
export interface PinInCall {
  scheme: 'v1' | 'v2'
  encryptedBlock: string
  /** What the block's account field was made of; AUTO tries the PAN first. */
  panSource: 'AUTO' | 'PAN' | 'KIT_NO'
  kitNo: string
}

/**
 * A PIN block under a zone key; TDES keys take format 0 and 3 (8 bytes), AES keys format 4 (16
 * bytes).
 */
export interface ZonePinBlock {
  key: 'mailer' | 'switch'
  format: 0 | 3 | 4
  /** Upper-case hex. */
  block: string
}

/**
 * Who takes part in dual control. Two officers differ in name and in key: one key under two names
 * is one officer.
 */
export interface Officer {
  officer: string
  /** Thumbprint of the key that the officer signed with. */
  officerKey?: string
}

export interface CvvRequest {
  /** CVV2: service code 000; iCVV: 999; CVV: that of the track. */
  kind: 'CVV' | 'CVV2' | 'iCVV'
  /** YYMM; `expiry.invalid` for anything but four digits. */
  expiry: string
  /** Three digits; used for `CVV` only. */
  serviceCode: string
  /** Version of the `cvk` the card was issued under. */
  keyVersion: number
}

/**
 * Nothing here returns key bytes. All methods throw CardCryptoError: `tenant.invalid`,
 * `key.not.found`, `key.unwrap.failed` and as said. No message of an error tells a PIN, a PAN, a
 * CVV or key material.
 */
export interface Hsm {
  /**
   * Generates the key once; later and simultaneous calls, of other processes too, get the same one.
   */
  ensureKey(tenant: string, purpose: GeneratedKeyPurpose): Promise<KeyView>

  /**
   * Generates the first key of an exchanged purpose, to be handed out by `exportKeyBlock`;
   * `key.exists` when there is one.
   */
  createKey(tenant: string, purpose: ExchangedKeyPurpose): Promise<KeyView>

  /**
   * Takes one of the two components of a key (XOR of both); each from another officer, by name and
   * key: dual control and split knowledge. With the second the key stands as the next version.
   * `dual.control` when the officer brought the other one too, `key.invalid` for a wrong length or
   * weak component. The same component again by the same officer changes nothing; another one in
   * its place before the key stands replaces it.
   */
  addKeyComponent(
    tenant: string,
    purpose: ExchangedKeyPurpose | 'transport',
    component: { number: 1 | 2; bytes: Uint8Array } & Officer,
  ): Promise<{ componentKcv: string; key?: KeyView }>

  /**
   * Takes a key block (TR-31 / ISO 20038, version D) under the tenant's transport key as the next
   * version; `key.block.invalid`, also for the wrong usage.
   */
  importKeyBlock(
    tenant: string,
    purpose: Exclude<KeyPurpose, 'data' | 'index' | 'numbering' | 'transport'>,
    keyBlock: string,
  ): Promise<KeyView>

  /**
   * The newest key of an exchanged purpose as key block under the tenant's transport key, once two
   * officers asked for it within 15 minutes: null for the first of them, and again for the same
   * one.
   */
  exportKeyBlock(tenant: string, purpose: ExchangedKeyPurpose, officer: Officer): Promise<string | null>

  /**
   * Makes the next version of a key that is made here; `key.purpose.refused` for numbering,
   * `key.version.exhausted` after 255. Exchanged keys rotate by coming again, as components or key
   * block.
   */
  rotateKey(tenant: string, purpose: KeyPurpose): Promise<KeyView>

  /** Every version of every key, without components that wait for their other half. */
  listKeys(tenant: string): Promise<KeyView[]>

  /** Keys that have one component and wait for the other. */
  pendingComponents(
    tenant: string,
  ): Promise<{ purpose: KeyPurpose; number: 1 | 2; officer: string; componentKcv: string; createdAt: Date }[]>

  hasKey(tenant: string, purpose: KeyPurpose): Promise<boolean>

  /** The version in use; may lag behind a rotation in another process by at most five seconds. */
  currentVersion(tenant: string, purpose: KeyPurpose): Promise<number>

  /**
   * AES-256-GCM: key version(1) ‖ IV(12) ‖ ciphertext ‖ tag(16). The `aad` says where the value
   * belongs (`kit/4240171508/pan`): it does not decrypt anywhere else. `keyVersionOf` reads the
   * version.
   */
  encrypt(tenant: string, purpose: 'data', plaintext: Uint8Array, aad: string): Promise<Buffer>

  /** The same for many values under one version of the key, in their order. */
  encryptMany(tenant: string, purpose: 'data', values: readonly { plaintext: Uint8Array; aad: string }[]): Promise<Buffer[]>

  /**
   * Throws `ciphertext.invalid` for anything `encrypt` did not make for this tenant and `aad`. Any
   * earlier key version is read.
   */
  decrypt(tenant: string, purpose: 'data', ciphertext: Uint8Array, aad: string): Promise<Buffer>

  /**
   * The same plaintext under the version in use, without leaving the HSM: for the background after
   * a rotation.
   */
  rewrap(tenant: string, purpose: 'data', ciphertext: Uint8Array, aad: string): Promise<Buffer>

  /**
   * The form a bank opens with its field key: Base64 of IV(16) ‖ ciphertext ‖ tag(16), AES-256-GCM,
   * no AAD.
   */
  encryptField(tenant: string, plaintext: string): Promise<string>

  /**
   * Opens what the bank encrypted in the same form; `ciphertext.invalid` otherwise. The version
   * before the newest is still read.
   */
  decryptField(tenant: string, encrypted: string): Promise<Secret<string>>

  /**
   * HMAC-SHA256 in base64url, 43 characters: equal for equal messages of one tenant, purpose and
   * version, and says nothing else.
   */
  mac(tenant: string, purpose: 'data' | 'index', message: Uint8Array | string, version?: number): Promise<string>

  /** The same for many messages, in their order. */
  macMany(tenant: string, purpose: 'data' | 'index', messages: readonly string[], version?: number): Promise<string[]>

  /**
   * The card number of one counter value under the tenant's numbering key; `range.exhausted` at the
   * end, `range.invalid` for wrong settings.
   */
  numberPan(tenant: string, range: PanRange, counter: bigint | number): Promise<Pan>

  /** Those of `count` counter values from one onwards, in their order; errors as `numberPan`. */
  numberPans(tenant: string, range: PanRange, from: bigint | number, count: number): Promise<Pan[]>

  /**
   * A stored PAN for another context's HSM: Base64 under the key that the HSMs of one installation
   * share, bound to `zoneAad`.
   */
  panForZone(tenant: string, pan: StoredPan, zoneAad: string): Promise<string>

  /**
   * What another context's HSM sent, stored under the own `data` key and bound to `aad`;
   * `ciphertext.invalid`.
   */
  panFromZone(tenant: string, sealed: string, zoneAad: string, aad: string): Promise<Buffer>

  /** A short secret (a CVV to check) for another context's HSM, and back. */
  sealForZone(tenant: string, secret: Secret<string>, zoneAad: string): Promise<string>
  openFromZone(tenant: string, sealed: string, zoneAad: string): Promise<Secret<string>>

  /** The CVV of a card, three digits. */
  cvv(tenant: string, pan: StoredPan, request: CvvRequest): Promise<Secret<string>>

  /** Compares in constant time; `pan: null` does the same work on a decoy and answers false. */
  verifyCvv(tenant: string, pan: StoredPan | null, request: CvvRequest, candidate: Secret<string>): Promise<boolean>

  /**
   * The reference of a new PIN. `pin.block.invalid` for everything that is not a well-formed PIN
   * block of this card with a PIN of `pinLength` digits: bad Base64, wrong key, length, pad or
   * format digit, a PIN of another length or with other than decimal digits. Never says which.
   */
  setPin(tenant: string, pan: StoredPan, pin: PinInCall, pinLength: number): Promise<PinReference>

  /**
   * Whether the PIN is the card's. Compares in constant time; throws `pin.block.invalid` as
   * `setPin`. `card: null` does the same work on a decoy and answers false (or throws for a
   * malformed block, as for a real card). A PIN of another length than the reference's is a
   * well-formed block with a wrong PIN only when `pinLength` allows it.
   */
  verifyPin(tenant: string, card: { pan: StoredPan; reference: PinReference } | null, pin: PinInCall, pinLength: number): Promise<boolean>

  /**
   * HMAC of the PIN block that a call brings, to compare two calls by; of what came when it does
   * not open. The same before and after every rotation, and the same whether the block came as 16
   * characters or as 8 bytes.
   */
  pinMac(tenant: string, pin: Pick<PinInCall, 'scheme' | 'encryptedBlock'>): Promise<string>

  /**
   * A random PIN that nobody sees: its reference, and its block under the printer's key for the
   * mailer. Weak PINs (1111, 1234) are not drawn.
   */
  choosePin(tenant: string, pan: StoredPan, pinLength: number): Promise<{ reference: PinReference; mailerBlock: ZonePinBlock }>

  /** Moves a PIN block of the card from one zone key and format to another; `pin.block.invalid`. */
  translatePinBlock(tenant: string, pan: StoredPan, from: ZonePinBlock, to: Omit<ZonePinBlock, 'block'>): Promise<ZonePinBlock>

  /** Checks a PIN that comes from the card switch. */
  verifyZonePin(tenant: string, card: { pan: StoredPan; reference: PinReference }, block: ZonePinBlock, pinLength: number): Promise<boolean>
}
