// The software Hsm over a store: data, look-up values, card numbers, fields and zones; what it
// refuses and what it never shows.
import { createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { allRefused, bankHsm, exchangeKey, exportByTwo, kitNo, pan, pinCall, refusal, storedPan, tenant } from '../test/bank-hsm.ts'
import { memoryKeyStore } from '../test/memory-key-store.ts'
import { type Hsm, type KeyPurpose, keyCheckValue, keyVersionOf, Secret, SoftwareHsm, wrapSecret } from './index.ts'

const range = { bin: '608040', panLength: 16, rangeStart: 0, rangeSize: 1_000_000_000 }
const other = 'SANDBOX_BANK'

test('a key is made once, also when several processes ask at the same time', async () => {
  const [store, masterKey] = [memoryKeyStore(), randomBytes(32)]
  const hsms = Array.from({ length: 5 }, () => new SoftwareHsm(store, masterKey))
  const made = await Promise.all(hsms.map((hsm) => hsm.ensureKey(tenant, 'data')))
  expect(new Set(made.map(({ kcv }) => kcv)).size).toBe(1)
  const kcv = expect.stringMatching(/^[0-9A-F]{6}$/)
  expect(made[0]).toEqual({ purpose: 'data', version: 1, kcv, algorithm: 'AES-256', createdAt: expect.any(Date) })
  const ciphertext = await (hsms[0] as Hsm).encrypt(tenant, 'data', Buffer.from(pan), 'kit/1')
  for (const hsm of hsms) expect(String(await hsm.decrypt(tenant, 'data', ciphertext, 'kit/1'))).toBe(pan)
})

test('a stored key is a key block of version D that is bound to its name', async () => {
  const { store } = await bankHsm()
  expect(store.records.get('ACME_BANK/data/1')?.wrapped).toMatch(/^D0[0-9]{3}B3AX00N0200LB14ACME_BANK\/data\/1PB[0-9A-F]{100,}$/)
  expect(store.records.get('ACME_BANK/pvk/1')).toMatchObject({ wrapped: expect.stringMatching(/^D0[0-9]{3}V0TC/), algorithm: 'TDES-2KEY' })
})

test('what an earlier release wrapped is read, with the same sub-keys', async () => {
  const [store, masterKey, bytes] = [memoryKeyStore(), randomBytes(32), randomBytes(32)]
  for (const purpose of ['index', 'field']) {
    const name = `${tenant}/${purpose}/1`
    const wrapped = wrapSecret(masterKey, name, bytes)
    store.records.set(name, { _id: name, wrapped, kcv: keyCheckValue(bytes), algorithm: 'AES-256', createdAt: new Date() })
  }
  const hsm = new SoftwareHsm(store, masterKey)
  const subKey = Buffer.from(hkdfSync('sha256', bytes, '', 'dcms key use 1 mac', 32))
  expect(await hsm.mac(tenant, 'index', pan)).toBe(createHmac('sha256', subKey).update(pan).digest('base64url'))
  expect((await hsm.decryptField(tenant, await hsm.encryptField(tenant, 'x'))).reveal()).toBe('x')
  await exchangeKey(hsm, 'field')
  expect(await hsm.currentVersion(tenant, 'field')).toBe(2)
})

test('a key is loaded once and kept', async () => {
  const { another, store } = await bankHsm()
  const hsm = another()
  const before = store.reads()
  for (let i = 0; i < 20; i++) await hsm.mac(tenant, 'index', String(i))
  expect(store.reads() - before).toBe(2) // the versions, and the key
})

test('a key that many need at once is loaded once', async () => {
  const { another, store, stored } = await bankHsm()
  const fresh = another()
  const before = store.reads()
  await Promise.all(Array.from({ length: 50 }, () => fresh.decrypt(tenant, 'data', stored.ciphertext, stored.aad)))
  expect(store.reads() - before).toBe(1)
})

test('what is encrypted decrypts only unaltered, for its tenant and its context', async () => {
  const { hsm } = await bankHsm()
  await hsm.ensureKey(other, 'data')
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.string(), fc.nat(), async (plaintext, aad, at) => {
      const ciphertext = await hsm.encrypt(tenant, 'data', plaintext, aad)
      expect([keyVersionOf(ciphertext), ciphertext.length]).toEqual([1, 1 + 12 + plaintext.length + 16])
      expect(await hsm.decrypt(tenant, 'data', ciphertext, aad)).toEqual(Buffer.from(plaintext))
      expect(await hsm.encrypt(tenant, 'data', plaintext, aad)).not.toEqual(ciphertext)
      const place = at % ciphertext.length
      const altered = Buffer.from(ciphertext).fill((ciphertext[place] ?? 0) ^ 0x40, place, place + 1)
      await allRefused('ciphertext.invalid', [
        hsm.decrypt(tenant, 'data', ciphertext, `${aad}.`),
        hsm.decrypt(other, 'data', ciphertext, aad),
        hsm.decrypt(tenant, 'data', ciphertext.subarray(0, place), aad),
        hsm.decrypt(tenant, 'data', altered, aad),
      ])
    }),
  )
})

test('a MAC is the same for the same message, and another for another tenant, purpose or message', async () => {
  const { hsm, another } = await bankHsm()
  await hsm.ensureKey(other, 'index')
  const mac = await hsm.mac(tenant, 'index', pan)
  expect(mac).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(await another().mac(tenant, 'index', Buffer.from(pan))).toBe(mac)
  const others = await Promise.all([hsm.mac(other, 'index', pan), hsm.mac(tenant, 'data', pan), hsm.mac(tenant, 'index', '')])
  expect(new Set([mac, ...others]).size).toBe(4)
})

test('a field opens at the bank with the key it gave: Base64 of IV(16), ciphertext, tag(16), and the other way round', async () => {
  const { hsm } = await bankHsm()
  const fieldKey = await exchangeKey(hsm, 'field')
  const field = await hsm.encryptField(tenant, pan)
  const bytes = Buffer.from(field, 'base64')
  expect([bytes.toString('base64'), bytes.length]).toEqual([field, 48])
  const decipher = createDecipheriv('aes-256-gcm', fieldKey, bytes.subarray(0, 16)).setAuthTag(bytes.subarray(-16))
  expect(decipher.update(bytes.subarray(16, -16)).toString() + decipher.final('utf8')).toBe(pan)
  expect((await hsm.decryptField(tenant, field)).reveal()).toBe(pan)
  for (const wrong of ['', 'no Base64!', field.slice(4), `${field}\n`, Buffer.alloc(48).toString('base64')]) {
    await expect(hsm.decryptField(tenant, wrong)).rejects.toEqual(refusal('ciphertext.invalid'))
  }
})

test('cards are numbered alike in every process, differently for every tenant, and never twice', async () => {
  const { hsm, another } = await bankHsm()
  await hsm.ensureKey(other, 'numbering')
  const pans = await Promise.all(Array.from({ length: 500 }, (_, counter) => hsm.numberPan(tenant, range, counter)))
  expect(new Set(pans.map((each) => each.reveal())).size).toBe(500)
  expect((await another().numberPan(tenant, range, 499n)).reveal()).toBe(pans[499]?.reveal())
  expect((await hsm.numberPan(other, range, 0)).reveal()).not.toBe(pans[0]?.reveal())
  await expect(hsm.numberPan(tenant, { ...range, rangeSize: 3 }, 3)).rejects.toEqual(refusal('range.exhausted'))
  await expect(hsm.numberPan(tenant, { ...range, bin: '1' }, 0)).rejects.toEqual(refusal('range.invalid'))
})

test('what is done for many values at once is what is done for each alone, in their order', async () => {
  const { hsm } = await bankHsm()
  const pans = await hsm.numberPans(tenant, range, 5, 20)
  expect(pans.map((each) => each.reveal())).toEqual(
    (await Promise.all(pans.map((_, i) => hsm.numberPan(tenant, range, 5 + i)))).map((each) => each.reveal()),
  )
  const digits = pans.map((each) => each.reveal())
  expect(await hsm.macMany(tenant, 'index', digits)).toEqual(await Promise.all(digits.map((each) => hsm.mac(tenant, 'index', each))))
  const sealed = await hsm.encryptMany(
    tenant,
    'data',
    digits.map((each, i) => ({ plaintext: Buffer.from(each), aad: `kit/${i}/pan` })),
  )
  expect(new Set(sealed.map((each) => each.subarray(1, 13).toString('hex'))).size).toBe(20) // an IV of its own for each
  for (const [i, each] of sealed.entries()) {
    expect((await hsm.decrypt(tenant, 'data', each, `kit/${i}/pan`)).toString()).toBe(digits[i])
    await expect(hsm.decrypt(tenant, 'data', each, `kit/${i + 1}/pan`)).rejects.toEqual(refusal('ciphertext.invalid'))
  }
  expect(await hsm.encryptMany(tenant, 'data', [])).toEqual([])
  await expect(hsm.numberPans(tenant, { ...range, rangeSize: 3 }, 2, 2)).rejects.toEqual(refusal('range.exhausted'))
})

test('a card number goes from one context to another through the zone, and is stored there under that context’s own key', async () => {
  const [kit, zoneKey] = [await bankHsm(), randomBytes(32)]
  const sender = new SoftwareHsm(kit.store, kit.masterKey, { zoneKey })
  const receiver = new SoftwareHsm(memoryKeyStore(), randomBytes(32), { zoneKey })
  for (const bank of [tenant, other]) await receiver.ensureKey(bank, 'data')
  const sealed = await sender.panForZone(tenant, await storedPan(sender), `kit/${kitNo}`)
  const stored = await receiver.panFromZone(tenant, sealed, `kit/${kitNo}`, 'card/1')
  expect(String(await receiver.decrypt(tenant, 'data', stored, 'card/1'))).toBe(pan)
  const secret = await sender.sealForZone(tenant, new Secret('237'), 'cvv')
  expect((await receiver.openFromZone(tenant, secret, 'cvv')).reveal()).toBe('237')
  const stranger = new SoftwareHsm(kit.store, kit.masterKey, { zoneKey: randomBytes(32) })
  await allRefused('ciphertext.invalid', [
    receiver.panFromZone(tenant, sealed, 'kit/1', 'card/1'),
    receiver.panFromZone(other, sealed, `kit/${kitNo}`, 'card/1'),
    receiver.panFromZone(tenant, `${sealed.slice(0, -8)}AAAAAAA=`, `kit/${kitNo}`, 'card/1'),
    receiver.panFromZone(tenant, secret, 'cvv', 'card/1'),
    receiver.openFromZone(tenant, sealed, `kit/${kitNo}`),
    receiver.openFromZone(tenant, '', ''),
    stranger.openFromZone(tenant, secret, 'cvv'),
  ])
  const without = new SoftwareHsm(kit.store, kit.masterKey)
  await expect(without.panForZone(tenant, await storedPan(without), 'x')).rejects.toEqual(refusal('key.not.found'))
  await expect(without.openFromZone(tenant, secret, 'cvv')).rejects.toEqual(refusal('key.not.found'))
  expect(() => new SoftwareHsm(kit.store, kit.masterKey, { zoneKey: randomBytes(16) })).toThrow(refusal('key.invalid'))
})

test('under another master key nothing works, and nothing is written', async () => {
  const { hsm, store } = await bankHsm()
  await exchangeKey(hsm, 'field')
  const stored = JSON.stringify([...store.records])
  const stranger = new SoftwareHsm(store, randomBytes(32))
  await allRefused('key.unwrap.failed', [
    stranger.ensureKey(tenant, 'data'),
    stranger.createKey(tenant, 'pin'),
    stranger.rotateKey(tenant, 'data'),
    stranger.mac(tenant, 'index', 'x'),
    stranger.numberPan(tenant, range, 0),
  ])
  expect(JSON.stringify([...store.records])).toBe(stored)
})

test('a record that was moved to another name or given another check value is refused', async () => {
  const { hsm, store, another } = await bankHsm()
  await hsm.ensureKey(other, 'index')
  const [record, foreign] = [store.records.get('ACME_BANK/index/1'), store.records.get('SANDBOX_BANK/index/1')]
  if (!record || !foreign) throw new Error('no keys')
  for (const swapped of [
    { ...foreign, _id: record._id },
    { ...record, kcv: '000000' },
    { ...record, wrapped: 'D0000' },
    { ...record, wrapped: '' },
  ]) {
    store.records.set(record._id, swapped)
    await expect(another().mac(tenant, 'index', 'x')).rejects.toEqual(refusal('key.unwrap.failed'))
  }
})

test('a missing key, a wrong tenant id and a master key of another size are refused', async () => {
  const { hsm } = await bankHsm()
  expect([await hsm.hasKey(tenant, 'data'), await hsm.hasKey(tenant, 'field')]).toEqual([true, false])
  await expect(hsm.encryptField(tenant, 'x')).rejects.toEqual(refusal('key.not.found'))
  await expect(hsm.currentVersion(tenant, 'pin')).rejects.toEqual(refusal('key.not.found'))
  await expect(hsm.encrypt('NEW_BANK', 'data', Buffer.from('x'), '')).rejects.toEqual(refusal('key.not.found'))
  await expect(hsm.decrypt('NEW_BANK', 'data', Buffer.alloc(40, 1), '')).rejects.toEqual(refusal('key.not.found'))
  for (const wrong of ['', 'acme', 'ACME/data', 'A', '__proto__']) {
    await expect(hsm.mac(wrong, 'index', 'x')).rejects.toEqual(refusal('tenant.invalid'))
    await expect(hsm.listKeys(wrong)).rejects.toEqual(refusal('tenant.invalid'))
    await expect(hsm.sealForZone(wrong, new Secret('1'), '')).rejects.toEqual(refusal('tenant.invalid'))
  }
  expect(() => new SoftwareHsm(memoryKeyStore(), randomBytes(31))).toThrow(refusal('master.key.invalid'))
})

test('a key does what its purpose says and nothing else', async () => {
  const { hsm } = await bankHsm()
  for (const purpose of ['field', 'pin', 'transport'] as const) await exchangeKey(hsm, purpose)
  type Untyped = (tenant: string, purpose: KeyPurpose, ...rest: unknown[]) => Promise<unknown>
  const untyped = hsm as unknown as Record<
    'ensureKey' | 'createKey' | 'addKeyComponent' | 'importKeyBlock' | 'exportKeyBlock' | 'rotateKey' | 'encrypt' | 'mac',
    Untyped
  >
  const unknown = 'toString' as KeyPurpose
  const component = { number: 1, officer: 'asha', bytes: randomBytes(32) }
  const refused: Record<keyof typeof untyped, KeyPurpose[]> = {
    ensureKey: ['field', 'pin', 'mailer', 'switch', 'transport', unknown],
    createKey: ['data', 'index', 'numbering', 'pvk', 'cvk', 'transport', unknown],
    addKeyComponent: ['data', 'index', 'numbering', 'pvk', 'cvk', unknown],
    importKeyBlock: ['data', 'index', 'numbering', 'transport', unknown],
    exportKeyBlock: ['data', 'index', 'numbering', 'pvk', 'cvk', 'transport', unknown],
    rotateKey: ['numbering', 'field', 'pin', 'mailer', 'switch', 'transport', unknown],
    encrypt: ['index', 'numbering', 'pvk', 'field', 'pin', 'transport', unknown],
    mac: ['numbering', 'cvk', 'field', 'pin', 'transport', unknown],
  }
  for (const [method, purposes] of Object.entries(refused) as [keyof typeof untyped, KeyPurpose[]][]) {
    const argument = method === 'addKeyComponent' ? component : Buffer.from('x')
    for (const purpose of purposes)
      await expect(untyped[method](tenant, purpose, argument, '')).rejects.toEqual(refusal('key.purpose.refused'))
  }
})

test('printing an Hsm, what it answers or its errors shows no key, PIN or card number', async () => {
  const { hsm, store, masterKey, stored } = await bankHsm()
  const keys = [masterKey]
  for (const purpose of ['field', 'pin', 'mailer', 'transport'] as const) keys.push(await exchangeKey(hsm, purpose))
  const digits = '482917360594' // so many that they stand in no key block by chance
  const pin = pinCall(keys[2] ?? masterKey, digits)
  const reference = await hsm.setPin(tenant, stored, pin, digits.length)
  const shown: unknown[] = [hsm, store.records, await hsm.listKeys(tenant), await exportByTwo(hsm, 'pin'), reference]
  shown.push(await hsm.cvv(tenant, stored, { kind: 'CVV2', expiry: '3005', serviceCode: '', keyVersion: 1 }))
  const fail = async (call: Promise<unknown>): Promise<void> => {
    shown.push(
      await call.then(
        () => expect('the call').toBe('refused'),
        (error: unknown) => error,
      ),
    )
  }
  await fail(new SoftwareHsm(store, randomBytes(32)).mac(tenant, 'index', 'x'))
  await fail(hsm.setPin(tenant, stored, { ...pin, encryptedBlock: pin.encryptedBlock.slice(4) }, digits.length))
  const shorter = digits.slice(1)
  await fail(hsm.setPin(tenant, stored, pinCall(keys[2] ?? masterKey, shorter), digits.length))
  await fail(hsm.addKeyComponent(tenant, 'pin', { number: 1, officer: 'asha', bytes: Buffer.alloc(32, 7) }))
  await fail(hsm.importKeyBlock(tenant, 'pin', 'D0112'))
  const printed = shown.map((each) => inspect(each, { depth: 9, showHidden: true }) + JSON.stringify(each)).join()
  const hex = keys.map((key) => key.toString('hex'))
  const forms = [
    ...hex,
    ...hex.map((text) => text.toUpperCase()),
    ...keys.map((key) => key.toString('base64')),
    ...hex.map((text) => text.replace(/../g, '$& ')),
  ]
  for (const form of forms) expect(printed).not.toContain(form.slice(0, 12))
  for (const secret of [pan, shorter]) expect(printed).not.toContain(secret)
})
