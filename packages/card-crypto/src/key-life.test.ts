// How keys come, rotate and go to others: components under dual control, key blocks, versions in
// several processes.
import { randomBytes } from 'node:crypto'
import { expect, jest, test } from '@jest/globals'
import { bankHsm, exchangeKey, exportByTwo, pan, pinCall, refusal, tenant } from '../test/bank-hsm.ts'
import { hexOf } from '../test/vectors.ts'
import { type KeyBlockHeader, keyCheckValue, keyVersionOf, tdesKeyCheckValue, unwrapKeyBlock, wrapKeyBlock } from './index.ts'

const xor = (left: Uint8Array, right: Uint8Array): Buffer => Buffer.from(left.map((byte, i) => byte ^ (right[i] ?? 0)))
const [first, second] = [randomBytes(32), randomBytes(32)]
const one = { number: 1 as const, officer: 'asha', bytes: first }
const two = { number: 2 as const, officer: 'vikram', bytes: second }

test('two officers bring one component each, in any order, and the key is the XOR of both', async () => {
  for (const [early, late] of [[one, two] as const, [two, one] as const]) {
    const { hsm } = await bankHsm()
    expect(await hsm.addKeyComponent(tenant, 'pin', early)).toEqual({ componentKcv: keyCheckValue(early.bytes) })
    const waiting = { purpose: 'pin', number: early.number, officer: early.officer, componentKcv: keyCheckValue(early.bytes) }
    expect(await hsm.pendingComponents(tenant)).toEqual([{ ...waiting, createdAt: expect.any(Date) }])
    expect(await hsm.hasKey(tenant, 'pin')).toBe(false)
    const key = { purpose: 'pin', version: 1, kcv: keyCheckValue(xor(first, second)), algorithm: 'AES-256', createdAt: expect.any(Date) }
    expect(await hsm.addKeyComponent(tenant, 'pin', late)).toEqual({ componentKcv: keyCheckValue(late.bytes), key })
    expect([await hsm.pendingComponents(tenant), (await hsm.listKeys(tenant)).filter(({ purpose }) => purpose === 'pin')]).toEqual([
      [],
      [key],
    ])
  }
})

test('one officer cannot bring both components, however the name is written, nor nobody', async () => {
  const { hsm } = await bankHsm()
  await hsm.addKeyComponent(tenant, 'pin', one)
  for (const officer of ['asha', ' Asha ', '', '  ']) {
    await expect(hsm.addKeyComponent(tenant, 'pin', { ...two, officer })).rejects.toEqual(refusal('dual.control'))
  }
  expect(await hsm.pendingComponents(tenant)).toHaveLength(1)
  const both = await Promise.allSettled(
    [one, { ...two, officer: 'asha' }].map((component) => hsm.addKeyComponent(tenant, 'field', component)),
  )
  expect(both.some(({ status }) => status === 'rejected')).toBe(true)
  expect(await hsm.hasKey(tenant, 'field')).toBe(false)
})

test('a component that comes again changes nothing, before and after the key stands', async () => {
  const { hsm, store } = await bankHsm()
  await hsm.addKeyComponent(tenant, 'pin', one)
  const waiting = store.records.get('ACME_BANK/pin/component/1')
  await hsm.addKeyComponent(tenant, 'pin', one)
  expect(store.records.get('ACME_BANK/pin/component/1')).toEqual(waiting)
  const { key } = await hsm.addKeyComponent(tenant, 'pin', two)
  expect((await hsm.addKeyComponent(tenant, 'pin', two)).key).toEqual(key)
  expect((await hsm.addKeyComponent(tenant, 'pin', one)).key).toEqual(key)
  expect([await hsm.pendingComponents(tenant), await hsm.currentVersion(tenant, 'pin')]).toEqual([[], 1])
})

test('another component takes the place of one that waits', async () => {
  const { hsm } = await bankHsm()
  await hsm.addKeyComponent(tenant, 'pin', { ...one, officer: 'meera', bytes: randomBytes(32) })
  await hsm.addKeyComponent(tenant, 'pin', one)
  expect((await hsm.addKeyComponent(tenant, 'pin', two)).key?.kcv).toBe(keyCheckValue(xor(first, second)))
})

test('a component that waited when its process died is not put into the next key', async () => {
  const { hsm, store } = await bankHsm()
  await hsm.addKeyComponent(tenant, 'pin', one)
  const left = store.records.get('ACME_BANK/pin/component/1')
  await hsm.addKeyComponent(tenant, 'pin', two)
  if (left) store.records.set(left._id, left)
  expect((await hsm.addKeyComponent(tenant, 'pin', { ...two, bytes: randomBytes(32) })).key).toBeUndefined()
  expect(await hsm.pendingComponents(tenant)).toHaveLength(1)
})

test('both components at once in two processes give one key', async () => {
  for (let round = 0; round < 5; round++) {
    const { hsm, another } = await bankHsm()
    const answers = await Promise.all([hsm.addKeyComponent(tenant, 'pin', one), another().addKeyComponent(tenant, 'pin', two)])
    expect(answers.some(({ key }) => key)).toBe(true)
    expect((await hsm.listKeys(tenant)).filter(({ purpose }) => purpose === 'pin')).toHaveLength(1)
    expect(await hsm.pendingComponents(tenant)).toEqual([])
  }
})

test.each([
  ['of equal bytes', Buffer.alloc(32, 0xff)],
  ['of zeros', Buffer.alloc(32)],
  ['too short', randomBytes(31)],
  ['of TDES length for an AES purpose', randomBytes(16)],
  ['equal to the other one', first],
])('a component %s is refused, and the one that waits stays', async (_, bytes) => {
  const { hsm } = await bankHsm()
  await hsm.addKeyComponent(tenant, 'pin', one)
  await expect(hsm.addKeyComponent(tenant, 'pin', { ...two, bytes })).rejects.toEqual(refusal('key.invalid'))
  expect(await hsm.pendingComponents(tenant)).toHaveLength(1)
  expect((await hsm.addKeyComponent(tenant, 'pin', two)).key?.version).toBe(1)
})

test('keys of printer and switch may be TDES: odd parity, TDES check value, no weak halves, both components of one length', async () => {
  const { hsm } = await bankHsm()
  const bytes = hexOf('0123456789ABCDEFFEDCBA9876543210')
  await exchangeKey(hsm, 'switch', bytes)
  expect((await hsm.listKeys(tenant)).find(({ purpose }) => purpose === 'switch')).toMatchObject({ algorithm: 'TDES-2KEY', kcv: '08D7B4' })
  await hsm.addKeyComponent(tenant, 'mailer', { ...one, bytes: first.subarray(0, 16) })
  const single = xor(first.subarray(0, 16), Buffer.concat([bytes.subarray(0, 8), bytes.subarray(0, 8)]))
  for (const wrong of [second, single]) {
    await expect(hsm.addKeyComponent(tenant, 'mailer', { ...two, bytes: wrong })).rejects.toEqual(refusal('key.invalid'))
  }
})

const headers: Record<'pvk' | 'cvk' | 'pin' | 'field', KeyBlockHeader> = {
  pvk: { usage: 'V2', algorithm: 'T', mode: 'C', exportability: 'E' },
  cvk: { usage: 'C0', algorithm: 'T', mode: 'N', exportability: 'S' },
  pin: { usage: 'P0', algorithm: 'A', mode: 'D', exportability: 'N' },
  field: { usage: 'D0', algorithm: 'A', mode: 'B', exportability: 'N' },
}
const tdes = hexOf('0123456789ABCDEFFEDCBA9876543210')

test('a bank brings keys as key blocks under the transport key, and each is the next version', async () => {
  const { hsm, stored } = await bankHsm()
  const kbpk = await exchangeKey(hsm, 'transport')
  const aes = randomBytes(32)
  for (const purpose of ['pvk', 'cvk', 'pin', 'field'] as const) {
    const bytes = purpose === 'pvk' || purpose === 'cvk' ? tdes : aes
    const block = wrapKeyBlock(kbpk, headers[purpose], bytes)
    const kcv = bytes === tdes ? tdesKeyCheckValue(tdes) : keyCheckValue(aes)
    expect(await hsm.importKeyBlock(tenant, purpose, block)).toMatchObject({ purpose, kcv, version: bytes === tdes ? 2 : 1 })
    const repeated = await hsm.importKeyBlock(tenant, purpose, block)
    expect(repeated.version).toBe(bytes === tdes ? 2 : 1) // the same key again changes nothing
  }
  expect((await hsm.cvv(tenant, stored, { kind: 'CVV2', expiry: '3005', serviceCode: '', keyVersion: 2 })).reveal()).toBe('300') // cvv/11
  expect((await hsm.setPin(tenant, stored, pinCall(aes, '1234'), 4)).method).toBe('PVV')
  await expect(hsm.setPin(tenant, stored, pinCall(aes, '123456'), 6)).rejects.toEqual(refusal('key.purpose.refused')) // V2 makes PVVs only
})

test.each([
  ['another usage', { ...headers.pin, usage: 'D0' }, 32],
  ['a mode that cannot decipher', { ...headers.pin, mode: 'E' }, 32],
  ['a component', { ...headers.pin, keyVersion: 'c1' }, 32],
  ['another algorithm', { ...headers.pin, algorithm: 'T' }, 32],
  ['another length', headers.pin, 16],
] satisfies [string, KeyBlockHeader, number][])('a key block with %s is refused', async (_, header, length) => {
  const { hsm } = await bankHsm()
  const kbpk = await exchangeKey(hsm, 'transport')
  await expect(hsm.importKeyBlock(tenant, 'pin', wrapKeyBlock(kbpk, header, randomBytes(length)))).rejects.toEqual(
    refusal('key.block.invalid'),
  )
})

test('a key block is refused without transport key, under another one, damaged, or with a weak key', async () => {
  const { hsm } = await bankHsm()
  const block = wrapKeyBlock(randomBytes(32), headers.pin, randomBytes(32))
  await expect(hsm.importKeyBlock(tenant, 'pin', block)).rejects.toEqual(refusal('key.not.found'))
  const kbpk = await exchangeKey(hsm, 'transport')
  for (const wrong of [block, '', 'D0112', 'x'.repeat(112)]) {
    await expect(hsm.importKeyBlock(tenant, 'pin', wrong)).rejects.toEqual(refusal('key.block.invalid'))
  }
  const weak = wrapKeyBlock(kbpk, headers.pin, Buffer.alloc(32, 1))
  await expect(hsm.importKeyBlock(tenant, 'pin', weak)).rejects.toEqual(refusal('key.invalid'))
})

test('a key that is created here leaves as a key block that cannot be passed on; it is created once', async () => {
  const { hsm } = await bankHsm()
  const kbpk = await exchangeKey(hsm, 'transport')
  const { kcv } = await hsm.createKey(tenant, 'pin')
  const { header, key } = unwrapKeyBlock(kbpk, await exportByTwo(hsm, 'pin'))
  expect(header).toEqual({ usage: 'P0', algorithm: 'A', mode: 'B', keyVersion: '00', exportability: 'N' })
  expect(keyCheckValue(key)).toBe(kcv)
  await expect(hsm.createKey(tenant, 'pin')).rejects.toEqual(refusal('key.exists'))
  await exchangeKey(hsm, 'switch', tdes)
  const exported = unwrapKeyBlock(kbpk, await exportByTwo(hsm, 'switch'))
  expect([exported.header.algorithm, exported.key]).toEqual(['T', tdes])
  await expect(hsm.exportKeyBlock(tenant, 'field', { officer: 'asha' })).rejects.toEqual(refusal('key.not.found'))
})

test('a key leaves for the second of two officers, of another name and another key, within a quarter of an hour', async () => {
  const { hsm, store } = await bankHsm()
  await exchangeKey(hsm, 'transport')
  await hsm.createKey(tenant, 'pin')
  const ask = (officer: string, officerKey: string) => hsm.exportKeyBlock(tenant, 'pin', { officer, officerKey })
  expect(await ask('asha', 'key-1')).toBeNull()
  expect(await ask('asha', 'key-1')).toBeNull()
  expect(await ask('invented', 'key-1')).toBeNull() // one key under two names
  expect(await ask('invented', 'key-2')).toBeNull() // a name that asked already
  expect(await ask('ravi', 'key-1')).toMatch(/^D/)
  expect(await ask('ravi', 'key-1')).toBeNull() // the next time it takes two again
  const waiting = store.records.get('ACME_BANK/pin/export')
  if (waiting) waiting.createdAt = new Date(Date.now() - 16 * 60_000)
  expect(await ask('asha', 'key-2')).toBeNull()
  await exchangeKey(hsm, 'transport')
  expect(await ask('ravi', 'key-1')).toBeNull() // what asha agreed to was another transport key
  expect((await hsm.listKeys(tenant)).filter(({ purpose }) => purpose === 'pin')).toHaveLength(1)
})

test('one key under two names, and a component of one who had no key, count as the same officer', async () => {
  const { hsm } = await bankHsm()
  await hsm.addKeyComponent(tenant, 'pin', { ...one, officerKey: 'key-1' })
  for (const officerKey of ['key-1', undefined])
    await expect(hsm.addKeyComponent(tenant, 'pin', { ...two, ...(officerKey && { officerKey }) })).rejects.toEqual(refusal('dual.control'))
  expect((await hsm.addKeyComponent(tenant, 'pin', { ...two, officerKey: 'key-2' })).key?.version).toBe(1)
})

test('after a rotation new data names the new version, old data is read, and rewrap moves it', async () => {
  const { hsm, stored } = await bankHsm()
  const mac = await hsm.mac(tenant, 'index', pan)
  expect(await hsm.rotateKey(tenant, 'data')).toMatchObject({ purpose: 'data', version: 2 })
  await hsm.rotateKey(tenant, 'index')
  expect(String(await hsm.decrypt(tenant, 'data', stored.ciphertext, stored.aad))).toBe(pan)
  const rewrapped = await hsm.rewrap(tenant, 'data', stored.ciphertext, stored.aad)
  expect([keyVersionOf(stored.ciphertext), keyVersionOf(rewrapped)]).toEqual([1, 2])
  expect(String(await hsm.decrypt(tenant, 'data', rewrapped, stored.aad))).toBe(pan)
  expect(await hsm.mac(tenant, 'index', pan)).not.toBe(mac)
  expect(await hsm.mac(tenant, 'index', pan, 1)).toBe(mac)
  await expect(hsm.mac(tenant, 'index', pan, 3)).rejects.toEqual(refusal('key.not.found'))
  await expect(hsm.rotateKey('NEW_BANK', 'data')).rejects.toEqual(refusal('key.not.found'))
})

test('another process reads what a newer version wrote at once, and follows within five seconds', async () => {
  const { hsm, another } = await bankHsm()
  const other = another()
  expect(await other.currentVersion(tenant, 'data')).toBe(1)
  await hsm.rotateKey(tenant, 'data')
  const ciphertext = await hsm.encrypt(tenant, 'data', Buffer.from(pan), 'x')
  expect(String(await other.decrypt(tenant, 'data', ciphertext, 'x'))).toBe(pan)
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_001)
  expect(await other.currentVersion(tenant, 'data')).toBe(2)
  clock.mockRestore()
})

test('rotations in several processes at once lose none: every one is a version of its own', async () => {
  const { hsm, another, store } = await bankHsm()
  const rotated = await Promise.all(Array.from({ length: 6 }, () => another().rotateKey(tenant, 'data')))
  expect(rotated.map(({ version }) => version).sort()).toEqual([2, 3, 4, 5, 6, 7])
  expect(new Set((await hsm.listKeys(tenant)).filter(({ purpose }) => purpose === 'data').map(({ kcv }) => kcv)).size).toBe(7)
  expect(await another().currentVersion(tenant, 'data')).toBe(7)
  expect([...store.records.keys()].filter((name) => name.includes('/data/'))).toHaveLength(7)
})

test('a failed look at the store is not kept', async () => {
  const { another, store } = await bankHsm()
  const hsm = another()
  const list = jest.spyOn(store, 'list').mockRejectedValueOnce(new Error('the store is away'))
  await expect(hsm.currentVersion(tenant, 'data')).rejects.toThrow('the store is away')
  expect(await hsm.currentVersion(tenant, 'data')).toBe(1)
  list.mockRestore()
})

test('there are at most 255 versions, because what is encrypted names its version in one byte', async () => {
  const { hsm, store } = await bankHsm()
  for (let version = 2; version <= 255; version++) await hsm.rotateKey(tenant, 'data')
  await expect(hsm.rotateKey(tenant, 'data')).rejects.toEqual(refusal('key.version.exhausted'))
  expect(store.records.has('ACME_BANK/data/256')).toBe(false)
  expect(keyVersionOf(await hsm.encrypt(tenant, 'data', Buffer.from('x'), ''))).toBe(255)
})
