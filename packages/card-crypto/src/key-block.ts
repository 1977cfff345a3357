// Key blocks of version D: ANSI X9.143:2021 (TR-31:2018) and ISO 20038, key derivation binding
// method under an AES key (KBPK).
import { createCipheriv, createDecipheriv, createSecretKey, KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { blockBytes } from './aes-block.ts'
import { CardCryptoError } from './card-crypto-error.ts'
import { aesCmac } from './check-value.ts'

const headerDigits = 16
const macDigits = 32
const blockLengthMax = 9_984 // the length is four decimal digits, and a multiple of 16
const maskedBytes = { A: 32, T: 24 } // keys are filled up to the longest of their algorithm, so that a block does not tell their length
/**
 * Derivation data of each KBPK size: algorithm indicator and length in bits (X9.143 clause 6.4,
 * table of derivation data).
 */
const derivationOf: Record<number, { indicator: number; bits: number }> = {
  16: { indicator: 2, bits: 128 },
  24: { indicator: 3, bits: 192 },
  32: { indicator: 4, bits: 256 },
}

/** What the header says of the key; all of it is authenticated. */
export interface KeyBlockHeader {
  /**
   * P0 PIN encryption, D0 data, V0 to V2 PIN verification, C0 CVV, K1 key block protection, B3
   * derivation …
   */
  usage: string
  /** A AES, T TDES. */
  algorithm: 'A' | 'T'
  /** B both ways, D decrypt, E encrypt, C make and verify, X derive, N no restriction. */
  mode: string
  /** `00` unless told; `c1` and `c2` mark components. */
  keyVersion?: string
  /** E under a key, S as the owner decides, N not at all. */
  exportability: 'E' | 'N' | 'S'
  /** Optional block LB: a name that the block is bound to. */
  label?: string
}

/**
 * The key as key block. `published` is for published examples only: what stands behind the key,
 * random bytes otherwise.
 */
export function wrapKeyBlock(kbpk: KeyObject | Uint8Array, header: KeyBlockHeader, key: Uint8Array, published?: Uint8Array): string {
  const lengthBytes = 2
  const contentBytes = Math.ceil((lengthBytes + Math.max(key.length, maskedBytes[header.algorithm])) / blockBytes) * blockBytes
  const fill = published ?? randomBytes(contentBytes - lengthBytes - key.length)
  const content = Buffer.concat([Buffer.from([(key.length * 8) >> 8, (key.length * 8) & 0xff]), key, fill])
  const text = headerText(header, content.length * 2)
  const keys = derivedKeys(kbpk)
  const mac = aesCmac(keys.authentication, Buffer.concat([Buffer.from(text, 'latin1'), content]))
  const ciphertext = createCipheriv(cbcOf(keys.encryption), keys.encryption, mac).setAutoPadding(false).update(content)
  content.fill(0)
  return text + Buffer.concat([ciphertext, mac]).toString('hex').toUpperCase()
}

/**
 * Header and key again; `key.block.invalid` for anything that was not wrapped so under this KBPK,
 * and never says why.
 */
export function unwrapKeyBlock(kbpk: KeyObject | Uint8Array, block: string): { header: KeyBlockHeader; key: Buffer } {
  const parsed = parseKeyBlock(block)
  if (!parsed) throw invalid()
  const { header, text, ciphertext, mac } = parsed
  const keys = derivedKeys(kbpk)
  const content = createDecipheriv(cbcOf(keys.encryption), keys.encryption, mac).setAutoPadding(false).update(ciphertext)
  const right = timingSafeEqual(aesCmac(keys.authentication, Buffer.concat([Buffer.from(text, 'latin1'), content])), mac)
  const bits = content.readUInt16BE()
  if (!right || bits === 0 || bits % 8 !== 0 || 2 + bits / 8 > content.length) {
    content.fill(0)
    throw invalid()
  }
  const key = Buffer.from(content.subarray(2, 2 + bits / 8))
  content.fill(0)
  return { header, key }
}

function invalid(): CardCryptoError {
  return new CardCryptoError('key.block.invalid', 'The key block is not one for this key and usage')
}

/** Header and optional blocks, filled up to whole cipher blocks by a PB block. */
function headerText(header: KeyBlockHeader, contentDigits: number): string {
  const { usage, algorithm, mode, keyVersion = '00', exportability, label } = header
  const blocks = label === undefined ? [] : [optionalBlock('LB', label)]
  const missing = (blockBytes - (blocks.join('').length % blockBytes)) % blockBytes
  if (missing > 0) blocks.push(optionalBlock('PB', '0'.repeat(missing >= 4 ? missing - 4 : missing + blockBytes - 4)))
  const length = headerDigits + blocks.join('').length + contentDigits + macDigits
  if (length > blockLengthMax) throw invalid()
  const fixed = `D${String(length).padStart(4, '0')}${usage}${algorithm}${mode}${keyVersion}${exportability}`
  return `${fixed}${String(blocks.length).padStart(2, '0')}00${blocks.join('')}`
}

function optionalBlock(id: string, text: string): string {
  if (!/^[\x20-\x7e]{0,251}$/.test(text)) throw invalid()
  return id + (text.length + 4).toString(16).toUpperCase().padStart(2, '0') + text
}

const headerPattern = /^D([0-9]{4})([0-9A-Z]{2})([AT])([0-9A-Z])([0-9A-Za-z]{2})([ENS])([0-9]{2})([0-9A-Z]{2})/

function parseKeyBlock(block: string): { header: KeyBlockHeader; text: string; ciphertext: Buffer; mac: Buffer } | null {
  const [, length, usage, algorithm, mode, keyVersion, exportability, count] = headerPattern.exec(block) ?? []
  if (!usage || !mode || !keyVersion || Number(length) !== block.length || block.length % blockBytes !== 0) return null
  if ((algorithm !== 'A' && algorithm !== 'T') || (exportability !== 'E' && exportability !== 'N' && exportability !== 'S')) return null
  const optional = parseOptionalBlocks(block.slice(headerDigits), Number(count))
  if (!optional) return null
  const text = block.slice(0, headerDigits + optional.length)
  const hex = block.slice(text.length)
  if (text.length % blockBytes !== 0 || hex.length % (2 * blockBytes) !== 0 || hex.length < macDigits * 2 || !/^[0-9A-Fa-f]+$/.test(hex))
    return null
  const bytes = Buffer.from(hex, 'hex')
  const header: KeyBlockHeader = { usage, algorithm, mode, keyVersion, exportability }
  if (optional.label !== undefined) header.label = optional.label
  return { header, text, ciphertext: bytes.subarray(0, -blockBytes), mac: bytes.subarray(-blockBytes) }
}

/** Walks the optional blocks: their length, in characters, and the label when there is one. */
function parseOptionalBlocks(text: string, count: number): { length: number; label?: string } | null {
  let at = 0
  let label: string | undefined
  for (let block = 0; block < count; block++) {
    const [short, id = '', digits = '00'] = /^([0-9A-Z]{2})([0-9A-F]{2})/.exec(text.slice(at)) ?? []
    const [long, longDigits] = digits === '00' ? (/^[0-9A-Z]{2}0002([0-9A-F]{4})/.exec(text.slice(at)) ?? []) : []
    const begin = long ?? short
    const length = Number.parseInt(longDigits ?? digits, 16)
    if (!begin || length < begin.length || at + length > text.length) return null
    const content = text.slice(at + begin.length, at + length)
    if (!/^[\x20-\x7e]*$/.test(content)) return null
    if (id === 'LB') label = content
    at += length
  }
  return label === undefined ? { length: at } : { length: at, label }
}

/**
 * Encryption and authentication key of a KBPK: CMAC over counter, usage, zero, algorithm and length
 * (X9.143 clause 6.4).
 */
function derivedKeys(kbpk: KeyObject | Uint8Array): { encryption: KeyObject; authentication: KeyObject } {
  const sizeBytes = (kbpk instanceof KeyObject ? kbpk.symmetricKeySize : kbpk.length) ?? 0
  const derivation = derivationOf[sizeBytes]
  if (!derivation) throw new CardCryptoError('key.invalid', 'A key block protection key has 16, 24 or 32 bytes')
  const derived = (usage: 0 | 1): KeyObject => {
    const parts = Array.from({ length: Math.ceil(sizeBytes / blockBytes) }, (_, i) =>
      aesCmac(kbpk, Buffer.from([i + 1, 0, usage, 0, 0, derivation.indicator, derivation.bits >> 8, derivation.bits & 0xff])),
    )
    return createSecretKey(Buffer.concat(parts).subarray(0, sizeBytes))
  }
  return { encryption: derived(0), authentication: derived(1) }
}

function cbcOf(key: KeyObject): string {
  return `aes-${(key.symmetricKeySize ?? 0) * 8}-cbc`
}
