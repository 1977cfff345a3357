// Key rotations on the real store: cards stay readable and findable, card numbers unique, and
// everything ends up under the newest keys.
import { type Hsm, keyVersionOf, Pan } from '@dcms/card-crypto'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { KitBank } from '../../test/kit-bank.ts'
import { type Kit, kitsOf } from '../kit.ts'
import { pansOf } from './pan-index.ts'
import { reindexCardNumbers } from './reindex-card-numbers.ts'
import { rewrapCardNumbers } from './rewrap-card-numbers.ts'

const SETTLED_MS = 60_000
let bank: KitBank
beforeEach(async () => {
  bank = await KitBank.start()
})
afterEach(() => bank.close())

const isFound = async (kit: Kit, entityId = 'E1'): Promise<boolean> => {
  const cardNoLastSix = (await bank.cardNumberOf(kit)).slice(-6)
  const { result } = await bank.run('findCards', { cardNoLastSix, expiry: kit.expiry, entityIds: [entityId] })
  return (result as { kitNo: string }[]).some(({ kitNo }) => kitNo === kit._id)
}
const issueMany = async (count: number): Promise<Kit[]> => {
  const kits: Kit[] = []
  while (kits.length < count)
    kits.push(...(await Promise.all(Array.from({ length: Math.min(20, count - kits.length) }, () => bank.issue('E1')))))
  return kits
}
const reservedVersions = async (kitNo: string): Promise<number[]> =>
  (await pansOf(bank.tenant).find({ kitNo }).lean<{ indexVersion: number }[]>()).map(({ indexVersion }) => indexVersion).sort()

test('after a new data key all card numbers are re-wrapped, more than one batch of them, and read the same before and after', async () => {
  const kits = await issueMany(205)
  const numbers = await Promise.all(kits.map((kit) => bank.cardNumberOf(kit)))
  await bank.hsm.rotateKey(bank.tenant.id, 'data')
  expect(await Promise.all(kits.map((kit) => bank.cardNumberOf(kit)))).toEqual(numbers)
  await bank.sweep(rewrapCardNumbers(bank.hsm))
  const after = await kitsOf(bank.tenant)
    .find({ _id: { $in: kits.map(({ _id }) => _id) } })
    .sort({ _id: 1 })
    .lean<Kit[]>()
  expect(after).toHaveLength(kits.length)
  expect(new Set(after.map(({ panKeyVersion }) => panKeyVersion))).toEqual(new Set([2]))
  expect(new Set(after.map(({ encryptedPan }) => keyVersionOf(Buffer.from(encryptedPan, 'base64'))))).toEqual(new Set([2]))
  const numberOf = new Map(kits.map(({ _id }, position) => [_id, numbers[position]]))
  for (const kit of after) expect(await bank.cardNumberOf(kit)).toBe(numberOf.get(kit._id))
})

test('re-wrapping changes nothing else of a kit, so that no command is overtaken by it', async () => {
  const kit = await bank.issue('E1')
  await bank.hsm.rotateKey(bank.tenant.id, 'data')
  await bank.sweep(rewrapCardNumbers(bank.hsm))
  const { encryptedPan, ...rest } = await bank.kit(kit._id)
  expect(encryptedPan).not.toBe(kit.encryptedPan)
  expect({ ...rest, encryptedPan: kit.encryptedPan, panKeyVersion: 1 }).toEqual(kit)
})

test('a kit that cannot be opened is named and holds up no other one', async () => {
  const [broken, sound] = (await issueMany(2)).sort((left, right) => (left._id < right._id ? -1 : 1))
  if (!broken || !sound) throw new Error('two kits were issued')
  await kitsOf(bank.tenant).updateOne({ _id: broken._id }, { $set: { encryptedPan: sound.encryptedPan } })
  await bank.hsm.rotateKey(bank.tenant.id, 'data')
  await expect(bank.sweep(rewrapCardNumbers(bank.hsm))).rejects.toThrow(`kit ${broken._id} among them`)
  expect((await bank.kit(sound._id)).panKeyVersion).toBe(2)
})

test('calls go on while a data key rotates and card numbers are re-wrapped', async () => {
  const kits = await issueMany(20)
  const answers: number[] = []
  const reading = Promise.all(
    kits.map(async ({ _id: kitNo }) => {
      for (let read = 0; read < 4; read++) answers.push((await bank.run('getCvv', { kitNo })).status)
    }),
  )
  await bank.hsm.rotateKey(bank.tenant.id, 'data')
  await bank.sweep(rewrapCardNumbers(bank.hsm))
  await reading
  expect(new Set(answers)).toEqual(new Set([200]))
  expect(answers).toHaveLength(80)
})

test('after a new index key cards are found before, while and after they are re-indexed, and the old indexes are gone', async () => {
  const kits = await issueMany(3)
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  const [first] = kits
  if (!first) throw new Error('a kit was issued')
  for (const kit of kits) expect(await isFound(kit)).toBe(true)
  bank.nowMs += SETTLED_MS
  await bank.vault.reindex(bank.tenant, first, 2)
  for (const kit of kits) expect(await isFound(kit)).toBe(true)
  await bank.sweep(reindexCardNumbers(bank.vault))
  for (const kit of kits) {
    const { indexVersion, lastSixIndex } = await bank.kit(kit._id)
    expect(indexVersion).toBe(2)
    expect(lastSixIndex).not.toBe(kit.lastSixIndex)
    expect(await isFound(kit)).toBe(true)
    expect(await reservedVersions(kit._id)).toEqual([2])
  }
})

test('re-indexing waits until every process must have noticed the new key', async () => {
  const kit = await bank.issue('E1')
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  await bank.sweep(reindexCardNumbers(bank.vault))
  bank.nowMs += SETTLED_MS - 1
  await bank.sweep(reindexCardNumbers(bank.vault))
  expect((await bank.kit(kit._id)).indexVersion).toBe(1)
  bank.nowMs += 1
  await bank.sweep(reindexCardNumbers(bank.vault))
  expect((await bank.kit(kit._id)).indexVersion).toBe(2)
})

test('a card number stays taken at every step of an index rotation', async () => {
  const kit = await bank.issue('E1')
  const pan = Pan.parse(await bank.cardNumberOf(kit))
  if (!pan) throw new Error('a card number passes its check digit')
  const isRefused = async (): Promise<boolean> => (await bank.vault.store(bank.tenant, pan, 'ANOTHER')) === null
  expect(await isRefused()).toBe(true)
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  expect(await isRefused()).toBe(true)
  bank.nowMs += SETTLED_MS
  expect(await isRefused()).toBe(true)
  await bank.sweep(reindexCardNumbers(bank.vault))
  expect(await isRefused()).toBe(true)
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  expect(await isRefused()).toBe(true)
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  expect(await isRefused()).toBe(true)
  expect(await pansOf(bank.tenant).countDocuments({ kitNo: 'ANOTHER' })).toBe(0)
})

test('a process that has not noticed the new index key cannot give a number that another one gives', async () => {
  const unaware = bank.newHsm()
  expect(await unaware.currentVersion(bank.tenant.id, 'index')).toBe(1)
  const frozen = new Proxy(unaware, {
    get(hsm, name) {
      if (name === 'currentVersion') return () => Promise.resolve(1)
      const member: unknown = Reflect.get(hsm, name)
      return typeof member === 'function' ? member.bind(hsm) : member
    },
  }) as Hsm
  const late = bank.newVault(frozen)
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  for (let counter = 500; counter < 510; counter++) {
    const pan = await bank.hsm.numberPan(bank.tenant.id, { bin: '608040', panLength: 16, rangeStart: 0, rangeSize: 1_000 }, counter)
    const stored = await Promise.all([bank.vault.store(bank.tenant, pan, `A${counter}`), late.store(bank.tenant, pan, `B${counter}`)])
    expect(stored.filter((each) => each !== null)).toHaveLength(1)
  }
})

test('a card issued in the minute after a rotation is found, and ends up under the new key alone', async () => {
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  const kit = await bank.issue('E1')
  expect(kit.indexVersion).toBe(1)
  expect(await reservedVersions(kit._id)).toEqual([1, 2])
  expect(await isFound(kit)).toBe(true)
  bank.nowMs += SETTLED_MS
  await bank.sweep(reindexCardNumbers(bank.vault))
  expect((await bank.kit(kit._id)).indexVersion).toBe(2)
  expect(await reservedVersions(kit._id)).toEqual([2])
  expect(await isFound(kit)).toBe(true)
  const later = await bank.issue('E1')
  expect(later.indexVersion).toBe(2)
  expect(await reservedVersions(later._id)).toEqual([2])
})

test('a re-indexing that was cut off, or runs twice at once, ends the same', async () => {
  const kit = await bank.issue('E1')
  await bank.hsm.rotateKey(bank.tenant.id, 'index')
  expect(await isFound(kit)).toBe(true)
  bank.nowMs += SETTLED_MS
  const pan = await bank.cardNumberOf(kit)
  const index = await bank.hsm.mac(bank.tenant.id, 'index', pan, 2)
  await pansOf(bank.tenant).collection.insertOne({ _id: index as never, kitNo: kit._id, indexVersion: 2 })
  const sweep = reindexCardNumbers(bank.vault)
  await bank.sweep(sweep)
  await Promise.all([bank.sweep(sweep), bank.sweep(sweep)])
  expect(await reservedVersions(kit._id)).toEqual([2])
  expect(await isFound(kit)).toBe(true)
})

test('kits of the time before rotation get their versions and are found from then on', async () => {
  const kit = await bank.issue('E1')
  await kitsOf(bank.tenant).updateOne({ _id: kit._id }, { $unset: { panKeyVersion: '', lastSixIndex: '', indexVersion: '' } })
  expect(await isFound(kit)).toBe(false)
  await bank.sweep(rewrapCardNumbers(bank.hsm))
  await bank.sweep(reindexCardNumbers(bank.vault))
  expect(await bank.kit(kit._id)).toEqual(kit)
  expect(await isFound(kit)).toBe(true)
})
