// A bank's HSM in the memory store, with all keys, and what its callers hold: for tests.
import { randomBytes } from 'node:crypto'
import { expect } from '@jest/globals'
import {
  type ExchangedKeyPurpose,
  encodePinBlock,
  type Hsm,
  type PinInCall,
  SoftwareHsm,
  type StoredPan,
  sealPinBlock,
} from '../src/index.ts'
import { memoryKeyStore } from './memory-key-store.ts'

export const tenant = 'ACME_BANK'
export const pan = '6082015309577308'
export const kitNo = '4240181647'
export const refusal = (code: string) => expect.objectContaining({ name: 'CardCryptoError', code })

/** All calls, started at once, end with this code. */
export async function allRefused(code: string, calls: Promise<unknown>[]): Promise<void> {
  const refused = { status: 'rejected', reason: refusal(code) }
  expect(await Promise.allSettled(calls)).toEqual(calls.map(() => refused))
}

/** Brings a key as two components and returns its bytes. */
export async function exchangeKey(
  hsm: Hsm,
  purpose: ExchangedKeyPurpose | 'transport',
  bytes: Uint8Array = randomBytes(32),
  bank = tenant,
): Promise<Buffer> {
  const first = randomBytes(bytes.length)
  const second = Buffer.from(first.map((byte, i) => byte ^ (bytes[i] ?? 0)))
  await hsm.addKeyComponent(bank, purpose, { number: 1, officer: 'asha', bytes: first })
  await hsm.addKeyComponent(bank, purpose, { number: 2, officer: 'vikram', bytes: second })
  return Buffer.from(bytes)
}

export async function bankHsm(): Promise<{
  hsm: SoftwareHsm
  store: ReturnType<typeof memoryKeyStore>
  /** The same keys in another process. */
  another: () => SoftwareHsm
  masterKey: Buffer
  stored: StoredPan
}> {
  const store = memoryKeyStore()
  const [masterKey, zoneKey] = [randomBytes(32), randomBytes(32)]
  const another = (): SoftwareHsm => new SoftwareHsm(store, masterKey, { zoneKey })
  const hsm = another()
  for (const purpose of ['data', 'index', 'numbering', 'pvk', 'cvk'] as const) await hsm.ensureKey(tenant, purpose)
  return { hsm, store, another, masterKey, stored: await storedPan(hsm) }
}

export async function storedPan(hsm: Hsm, digits = pan): Promise<StoredPan> {
  const aad = `kit/${kitNo}/pan`
  return { ciphertext: await hsm.encrypt(tenant, 'data', Buffer.from(digits), aad), aad }
}

/** What a bank's server sends. */
export function pinCall(key: Uint8Array, pin: string, options: Partial<PinInCall> & { account?: string } = {}): PinInCall {
  const { account = pan, scheme = 'v2', panSource = 'AUTO', ...rest } = options
  return { scheme, panSource, kitNo, encryptedBlock: sealPinBlock(scheme, key, encodePinBlock(0, pin, account)), ...rest }
}

/** The key block, as two officers get it. */
export async function exportByTwo(hsm: SoftwareHsm, purpose: 'pin' | 'switch'): Promise<string> {
  await hsm.exportKeyBlock(tenant, purpose, { officer: 'asha' })
  return (await hsm.exportKeyBlock(tenant, purpose, { officer: 'vikram' })) ?? ''
}
