// The software Hsm over a store: what card rules rely on, and what it refuses.
import { createDecipheriv, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { memoryKeyStore } from '../test/memory-key-store.ts'
import { type Hsm, type KeyPurpose, keyCheckValue, SoftwareHsm, unwrapSecret } from './index.ts'

const masterKey = randomBytes(32)
const tenant = 'ACME_BANK'
const range = { bin: '608040', panLength: 16, rangeStart: 0, rangeSize: 1_000_000_000 }
const refusal = (code: string) => expect.objectContaining({ code })

async function readyHsm(): Promise<{ hsm: Hsm; store: ReturnType<typeof memoryKeyStore> }> {
  const store = memoryKeyStore()
  const hsm = new SoftwareHsm(store, masterKey)
  for (const bank of [tenant, 'SANDBOX_BANK']) {
    for (const purpose of ['data', 'index', 'numbering'] as const) await hsm.ensureKey(bank, purpose)
  }
  return { hsm, store }
}

test('a key is made once, also when several processes ask at the same time', async () => {
  const store = memoryKeyStore()
  const hsms = Array.from({ length: 5 }, () => new SoftwareHsm(store, masterKey))
  const made = await Promise.all(hsms.map((hsm) => hsm.ensureKey(tenant, 'data')))
  expect(new Set(made.map(({ kcv }) => kcv)).size).toBe(1)
  expect(made[0]).toEqual({ name: 'ACME_BANK/data/1', kcv: expect.stringMatching(/^[0-9A-F]{6}$/) })
  const ciphertext = await (hsms[0] as Hsm).encrypt(tenant, 'data', Buffer.from('6082015309577308'), 'kit/1')
  for (const hsm of hsms) expect(String(await hsm.decrypt(tenant, 'data', ciphertext, 'kit/1'))).toBe('6082015309577308')
})

test('a stored key is wrapped, and its check value is that of the key', async () => {
  const { store } = await readyHsm()
  const record = store.records.get('ACME_BANK/data/1')
  const bytes = unwrapSecret(masterKey, 'ACME_BANK/data/1', record?.wrapped ?? '')
  expect(record).toEqual({
    _id: 'ACME_BANK/data/1',
    wrapped: expect.any(String),
    kcv: keyCheckValue(bytes),
    algorithm: 'AES-256',
    createdAt: expect.any(Date),
  })
  expect(bytes).toHaveLength(32)
})

test('a key is loaded once and kept', async () => {
  const { store } = await readyHsm()
  const hsm = new SoftwareHsm(store, masterKey)
  const before = store.loads()
  for (let i = 0; i < 20; i++) await hsm.mac(tenant, 'index', String(i))
  expect(store.loads() - before).toBe(1)
})

test('what is encrypted decrypts only unaltered, for its tenant and its context', async () => {
  const { hsm } = await readyHsm()
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.string(), fc.nat(), async (plaintext, aad, at) => {
      const ciphertext = await hsm.encrypt(tenant, 'data', plaintext, aad)
      expect(ciphertext[0]).toBe(1)
      expect(ciphertext).toHaveLength(1 + 12 + plaintext.length + 16)
      expect(await hsm.decrypt(tenant, 'data', ciphertext, aad)).toEqual(Buffer.from(plaintext))
      expect(await hsm.encrypt(tenant, 'data', plaintext, aad)).not.toEqual(ciphertext)
      await expect(hsm.decrypt(tenant, 'data', ciphertext, `${aad}.`)).rejects.toEqual(refusal('ciphertext.invalid'))
      await expect(hsm.decrypt('SANDBOX_BANK', 'data', ciphertext, aad)).rejects.toEqual(refusal('ciphertext.invalid'))
      await expect(hsm.decrypt(tenant, 'data', ciphertext.subarray(0, at % ciphertext.length), aad)).rejects.toEqual(
        refusal('ciphertext.invalid'),
      )
      const place = at % ciphertext.length
      ciphertext[place] = (ciphertext[place] ?? 0) ^ 0x40
      await expect(hsm.decrypt(tenant, 'data', ciphertext, aad)).rejects.toEqual(refusal('ciphertext.invalid'))
    }),
  )
})

test('a MAC is the same for the same message, and another for another tenant, purpose or message', async () => {
  const { hsm, store } = await readyHsm()
  const mac = await hsm.mac(tenant, 'index', '6082015309577308')
  expect(mac).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(await new SoftwareHsm(store, masterKey).mac(tenant, 'index', Buffer.from('6082015309577308'))).toBe(mac)
  const others = [
    hsm.mac('SANDBOX_BANK', 'index', '6082015309577308'),
    hsm.mac(tenant, 'data', '6082015309577308'),
    hsm.mac(tenant, 'index', ''),
  ]
  expect(new Set([mac, ...(await Promise.all(others))]).size).toBe(4)
})

test('a field opens at the bank with the key it gave: Base64 of IV(16), ciphertext, tag(16)', async () => {
  const { hsm } = await readyHsm()
  const fieldKey = randomBytes(32)
  expect(await hsm.importKey(tenant, 'field', fieldKey)).toEqual({ kcv: keyCheckValue(fieldKey) })
  const field = await hsm.encryptField(tenant, '6082015309577308')
  const bytes = Buffer.from(field, 'base64')
  expect([bytes.toString('base64'), bytes.length]).toEqual([field, 48])
  const decipher = createDecipheriv('aes-256-gcm', fieldKey, bytes.subarray(0, 16)).setAuthTag(bytes.subarray(-16))
  expect(decipher.update(bytes.subarray(16, -16)).toString() + decipher.final('utf8')).toBe('6082015309577308')
})

test('a key that is imported again takes the place of the earlier one; another process follows within a minute', async () => {
  const { hsm, store } = await readyHsm()
  const other = new SoftwareHsm(store, masterKey)
  const [first, second] = [randomBytes(32), randomBytes(32)]
  await hsm.importKey(tenant, 'field', first)
  await other.encryptField(tenant, 'read by the other process')
  expect(await hsm.importKey(tenant, 'field', second)).toEqual({ kcv: keyCheckValue(second) })
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_001)
  for (const each of [hsm, other]) {
    const bytes = Buffer.from(await each.encryptField(tenant, 'x'), 'base64')
    const decipher = createDecipheriv('aes-256-gcm', second, bytes.subarray(0, 16)).setAuthTag(bytes.subarray(-16))
    expect(decipher.update(bytes.subarray(16, -16), undefined, 'utf8') + decipher.final('utf8')).toBe('x')
  }
  clock.mockRestore()
})

test('cards are numbered alike in every process, differently for every tenant, and never twice', async () => {
  const { hsm, store } = await readyHsm()
  const pans = await Promise.all(Array.from({ length: 500 }, (_, counter) => hsm.numberPan(tenant, range, counter)))
  expect(new Set(pans.map((pan) => pan.reveal())).size).toBe(500)
  const again = new SoftwareHsm(store, masterKey)
  expect((await again.numberPan(tenant, range, 499n)).reveal()).toBe(pans[499]?.reveal())
  expect((await hsm.numberPan('SANDBOX_BANK', range, 0)).reveal()).not.toBe(pans[0]?.reveal())
  await expect(hsm.numberPan(tenant, { ...range, rangeSize: 3 }, 3)).rejects.toEqual(refusal('range.exhausted'))
  await expect(hsm.numberPan(tenant, { ...range, bin: '1' }, 0)).rejects.toEqual(refusal('range.invalid'))
})

test('under another master key nothing works, and nothing is overwritten', async () => {
  const { hsm, store } = await readyHsm()
  await hsm.importKey(tenant, 'field', randomBytes(32))
  const stored = JSON.stringify([...store.records])
  const stranger = new SoftwareHsm(store, randomBytes(32))
  await expect(stranger.ensureKey(tenant, 'data')).rejects.toEqual(refusal('key.unwrap.failed'))
  await expect(stranger.importKey(tenant, 'field', randomBytes(32))).rejects.toEqual(refusal('key.unwrap.failed'))
  await expect(stranger.mac(tenant, 'index', 'x')).rejects.toEqual(refusal('key.unwrap.failed'))
  await expect(stranger.numberPan(tenant, range, 0)).rejects.toEqual(refusal('key.unwrap.failed'))
  expect(JSON.stringify([...store.records])).toBe(stored)
})

test('a record that was moved to another name or given another check value is refused', async () => {
  const { store } = await readyHsm()
  const [record, foreign] = [store.records.get('ACME_BANK/index/1'), store.records.get('SANDBOX_BANK/index/1')]
  if (!record || !foreign) throw new Error('no keys')
  store.records.set('ACME_BANK/index/1', { ...foreign, _id: 'ACME_BANK/index/1' })
  await expect(new SoftwareHsm(store, masterKey).mac(tenant, 'index', 'x')).rejects.toEqual(refusal('key.unwrap.failed'))
  store.records.set('ACME_BANK/index/1', { ...record, kcv: '000000' })
  await expect(new SoftwareHsm(store, masterKey).mac(tenant, 'index', 'x')).rejects.toEqual(refusal('key.unwrap.failed'))
})

test('a missing key, a wrong tenant id and a key of another size are refused', async () => {
  const { hsm } = await readyHsm()
  expect([await hsm.hasKey(tenant, 'data'), await hsm.hasKey(tenant, 'field')]).toEqual([true, false])
  await expect(hsm.encryptField(tenant, 'x')).rejects.toEqual(refusal('key.not.found'))
  await expect(hsm.encrypt('NEW_BANK', 'data', Buffer.from('x'), '')).rejects.toEqual(refusal('key.not.found'))
  for (const wrong of ['', 'acme', 'ACME/data', 'A', '__proto__']) {
    await expect(hsm.mac(wrong, 'index', 'x')).rejects.toEqual(refusal('tenant.invalid'))
  }
  await expect(hsm.importKey(tenant, 'field', randomBytes(16))).rejects.toEqual(refusal('key.invalid'))
  expect(() => new SoftwareHsm(memoryKeyStore(), randomBytes(31))).toThrow(refusal('master.key.invalid'))
})

test('a key does what its purpose says and nothing else', async () => {
  const { hsm } = await readyHsm()
  const key = randomBytes(32)
  await hsm.importKey(tenant, 'field', key)
  await hsm.importKey(tenant, 'pin', key)
  const untyped = hsm as unknown as Record<
    'ensureKey' | 'importKey' | 'encrypt' | 'mac',
    (t: string, p: KeyPurpose, ...rest: unknown[]) => Promise<unknown>
  >
  for (const purpose of ['field', 'pin'] as const)
    await expect(untyped.ensureKey(tenant, purpose)).rejects.toEqual(refusal('key.purpose.refused'))
  for (const purpose of ['data', 'index', 'numbering'] as const) {
    await expect(untyped.importKey(tenant, purpose, key)).rejects.toEqual(refusal('key.purpose.refused'))
  }
  for (const purpose of ['index', 'numbering', 'field', 'pin'] as const) {
    await expect(untyped.encrypt(tenant, purpose, key, '')).rejects.toEqual(refusal('key.purpose.refused'))
  }
  for (const purpose of ['numbering', 'field', 'pin', 'other' as KeyPurpose] as const) {
    await expect(untyped.mac(tenant, purpose, 'x')).rejects.toEqual(refusal('key.purpose.refused'))
  }
})

test('printing an Hsm or its errors shows no key', async () => {
  const { hsm, store } = await readyHsm()
  const key = unwrapSecret(masterKey, 'ACME_BANK/data/1', store.records.get('ACME_BANK/data/1')?.wrapped ?? '')
  const error = await new SoftwareHsm(store, randomBytes(32)).mac(tenant, 'index', 'x').catch((refused: unknown) => refused)
  const printed = inspect(hsm, { depth: 9, showHidden: true }) + JSON.stringify(hsm) + inspect(error, { depth: 9, showHidden: true })
  for (const secret of [key, masterKey]) {
    for (const form of [secret.toString('hex'), secret.toString('base64'), secret.toString('hex').replace(/../g, '$& ').trim()]) {
      expect(printed).not.toContain(form.slice(0, 12))
    }
  }
})
