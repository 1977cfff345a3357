// Setting and checking PINs on the real store and HSM: every refusal, malformed blocks, repeats.
// Rules: docs/rules.md#malformed-pin-blocks, docs/rules.md#pin-calls-of-the-first-version,
// docs/rules.md#pin-set-once.
import { randomBytes } from 'node:crypto'
import type { Command } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { setPin } from '../src/set-pin.ts'
import { setPinV2 } from '../src/set-pin-v2.ts'
import { validatePin } from '../src/validate-pin.ts'
import { validatePinV2 } from '../src/validate-pin-v2.ts'
import { sixDigits, TestBank } from './test-bank.ts'

let bank: TestBank
let calls: Record<'setPin' | 'setPinV2' | 'validatePin' | 'validatePinV2', Command>

beforeAll(async () => {
  bank = await TestBank.start()
  calls = { setPin: setPin(bank), setPinV2: setPinV2(bank), validatePin: validatePin(bank), validatePinV2: validatePinV2(bank) }
})
afterAll(() => bank.close())

const names = ['setPin', 'setPinV2', 'validatePin', 'validatePinV2'] as const
const schemeOf = (name: string): 'v1' | 'v2' => (name.endsWith('V2') ? 'v2' : 'v1')
const right = { status: 200, result: true, code: undefined }
const refused = (code: string) => ({ status: 400, result: null, code })
/** A card with a PIN. */
async function cardWithPin(pin = '1234', change: Parameters<TestBank['issue']>[0] = {}): Promise<string> {
  const kitNo = bank.issue(change)
  expect(await bank.run(calls.setPinV2, bank.body(kitNo, pin))).toEqual(right)
  return kitNo
}
const check = (kitNo: string, pin: string, requestId?: string) =>
  bank.run(calls.validatePinV2, { ...bank.body(kitNo, pin), ...(requestId && { requestId }) })

test.each(['v1', 'v2'] as const)('a PIN set by %s is right in both versions, another is wrong', async (scheme) => {
  const kitNo = bank.issue()
  expect(await bank.run(scheme === 'v1' ? calls.setPin : calls.setPinV2, bank.body(kitNo, '1234', scheme))).toEqual(right)
  for (const [call, version] of [
    [calls.validatePin, 'v1'],
    [calls.validatePinV2, 'v2'],
  ] as const) {
    expect(await bank.run(call, bank.body(kitNo, '1234', version))).toEqual(right)
    expect(await bank.run(call, bank.body(kitNo, '4321', version))).toEqual(refused('PIN002'))
  }
  expect(await bank.events(kitNo)).toEqual([expect.objectContaining({ type: 'PinSet', firstPin: true })])
})

test('the PIN is not in the store: neither it, nor its block, nor what came', async () => {
  const kitNo = bank.issue()
  const body = bank.body(kitNo, '735109', 'v2')
  bank.change(kitNo, { productId: sixDigits.productId })
  await bank.run(calls.setPinV2, { ...body, requestId: 'stored-1' })
  const stored = JSON.stringify(await bank.tenant.database.collection('cards').findOne({ _id: kitNo as never }))
  const requests = JSON.stringify(await bank.tenant.database.collection('requests').find().toArray())
  for (const hidden of ['735109', bank.block(kitNo, '735109'), body.pin]) expect(stored + requests).not.toContain(hidden)
  expect((await bank.card(kitNo)).pin?.reference).toMatchObject({ method: 'IBM3624', keyVersion: 1 })
})

test.each(names)('%s refuses a card that is not the customer’s, or not there, as unknown', async (name) => {
  const kitNo = bank.issue()
  const body = bank.body(kitNo, '1234', schemeOf(name))
  expect(await bank.run(calls[name], { ...body, entityId: 'somebody' })).toEqual(refused('MCC007'))
  expect(await bank.run(calls[name], { ...body, kitNo: '9' })).toEqual(refused('MCC007'))
})

test.each(names)('%s refuses a blocked and a locked card, and looks at the status before the expiry', async (name) => {
  const kitNo = bank.issue()
  const body = { ...bank.body(kitNo, '1234', schemeOf(name)), expiryDate: '0130' }
  for (const [cardStatus, code] of [
    ['BLOCKED', 'card.blocked'],
    ['LOCKED', 'card.status.active'],
  ] as const) {
    bank.change(kitNo, { cardStatus })
    expect(await bank.run(calls[name], body)).toEqual(refused(code))
  }
})

test.each(names)('%s refuses another expiry before it looks at the PIN, and takes the card’s as a number', async (name) => {
  const kitNo = await cardWithPin()
  const body = bank.body(kitNo, '1234', schemeOf(name))
  expect(await bank.run(calls[name], { ...body, pin: 'nothing', expiryDate: '0730' })).toEqual(refused('PIN003'))
  expect(await bank.run(calls[name], { ...body, expiryDate: 729 })).toEqual(right)
})

test.each(['setPin', 'validatePin'] as const)('%s is off where the bank does not take v1', async (name) => {
  const body = bank.body(bank.issue(), '1234', 'v1')
  expect(await bank.run(calls[name], body, { settings: { pinV1: false } })).toEqual(refused('product.level.disable'))
})

test('where a PIN is set once a second is refused, after its block was looked at', async () => {
  const kitNo = await cardWithPin()
  const settings = { pinSetOnce: true }
  expect(await bank.run(calls.setPinV2, bank.body(kitNo, '4321'), { settings })).toEqual(refused('pin.already.set'))
  expect(await bank.run(calls.setPinV2, { ...bank.body(kitNo, '4321'), pin: '' }, { settings })).toEqual(refused('PIN001'))
  expect(await check(kitNo, '1234')).toEqual(right)
})

test('a block made with the kit number is taken, unless the bank fixed the card number, and the other way round', async () => {
  const kitNo = await cardWithPin()
  const bodyWith = (source: 'PAN' | 'KIT_NO') => ({
    ...bank.body(kitNo, '1234'),
    pin: bank.encrypted('v2', bank.block(kitNo, '1234', source)),
  })
  const answers: unknown[] = []
  for (const pinBlockPanSource of ['AUTO', 'PAN', 'KIT_NO'] as const)
    for (const source of ['PAN', 'KIT_NO'] as const)
      answers.push((await bank.run(calls.validatePinV2, bodyWith(source), { settings: { pinBlockPanSource } })).code ?? 'right')
  expect(answers).toEqual(['right', 'right', 'right', 'PIN001', 'PIN001', 'right'])
})

test('a v2 block is taken as its 8 bytes too', async () => {
  const kitNo = await cardWithPin()
  const pin = bank.encrypted('v2', Buffer.from(bank.block(kitNo, '1234'), 'hex'))
  expect(await bank.run(calls.validatePinV2, { ...bank.body(kitNo, '1234'), pin })).toEqual(right)
})

/** The block of a PIN field of 16 hex digits. */
function blockOf(kitNo: string, field: string): string {
  const account = BigInt(`0x${bank.block(kitNo, '1234')}`) ^ 0x041234ffffffffffn
  return (account ^ BigInt(`0x${field}`)).toString(16).toUpperCase().padStart(16, '0')
}
const malformed: [string, (kitNo: string) => string | Uint8Array][] = [
  ['a block that is too short', (kitNo) => bank.block(kitNo, '1234').slice(2)],
  ['a block that is too long', (kitNo) => `${bank.block(kitNo, '1234')}00`],
  ['an empty block', () => ''],
  ['letters instead of a block', () => 'not a PIN block!'],
  ['a wrong fill', (kitNo) => blockOf(kitNo, '041234FFFFFFFFF0')],
  ['format digit 1', (kitNo) => blockOf(kitNo, '141234FFFFFFFFFF')],
  ['format digit 3', (kitNo) => blockOf(kitNo, '341234FFFFFFFFFF')],
  ['a PIN of 3 digits', (kitNo) => blockOf(kitNo, '03123FFFFFFFFFFF')],
  ['a PIN of 13 digits', (kitNo) => blockOf(kitNo, '0D1234567890123F')],
  ['a PIN of 5 digits where the product has 4', (kitNo) => blockOf(kitNo, '0512345FFFFFFFFF')],
  ['a PIN that is not decimal', (kitNo) => blockOf(kitNo, '04123AFFFFFFFFFF')],
  ['the block of another card', () => bank.block(bank.issue(), '1234')],
]

test.each(malformed)('%s is PIN001 in all four calls and no try', async (_what, blockFor) => {
  const kitNo = await cardWithPin()
  for (const name of names) {
    const scheme = schemeOf(name)
    const body = { ...bank.body(kitNo, '1234', scheme), pin: bank.encrypted(scheme, blockFor(kitNo)) }
    expect([name, await bank.run(calls[name], body)]).toEqual([name, refused('PIN001')])
  }
  expect((await bank.card(kitNo)).pin?.tries).toBe(0)
})

test.each(names)('%s: what does not open under the PIN key is PIN001 and no try', async (name) => {
  const kitNo = await cardWithPin()
  const scheme = schemeOf(name)
  const good = bank.body(kitNo, '1234', scheme)
  const other = schemeOf(name) === 'v1' ? 'v2' : 'v1'
  const pins = [
    bank.encrypted(scheme, bank.block(kitNo, '1234'), randomBytes(32)),
    bank.encrypted(other, bank.block(kitNo, '1234')),
    good.pin.slice(0, -8),
    `${good.pin.slice(0, 10)}*${good.pin.slice(11)}`,
    'no Base64 at all',
    '',
  ]
  for (const pin of pins) expect(await bank.run(calls[name], { ...good, pin })).toEqual(refused('PIN001'))
  expect((await bank.card(kitNo)).pin?.tries).toBe(0)
})

test('without a PIN every well-formed one is wrong and none is counted; a malformed one is PIN001', async () => {
  const kitNo = bank.issue()
  for (let tries = 0; tries < 5; tries++) expect(await check(kitNo, '1234')).toEqual(refused('PIN002'))
  expect(await bank.run(calls.validatePinV2, { ...bank.body(kitNo, '1234'), pin: 'AAAA' })).toEqual(refused('PIN001'))
  expect((await bank.card(kitNo)).pin).toBeUndefined()
  expect(await bank.events(kitNo)).toEqual([])
})

test('a repeat of a wrong try counts once, with a fresh ciphertext too; another PIN under the same key is a conflict', async () => {
  const kitNo = await cardWithPin()
  for (let repeat = 0; repeat < 5; repeat++) expect(await check(kitNo, '4321', 'try-1')).toEqual(refused('PIN002'))
  expect((await bank.card(kitNo)).pin?.tries).toBe(1)
  expect(await check(kitNo, '4322', 'try-1')).toMatchObject({ status: 409, code: 'idempotency.conflict' })
  expect(await check(kitNo, '1234', 'try-1')).toMatchObject({ status: 409, code: 'idempotency.conflict' })
  expect((await bank.card(kitNo)).pin?.tries).toBe(1)
})

test('a repeat of setPin sets nothing a second time; the same without a requestId does', async () => {
  const kitNo = bank.issue()
  const set = (pin: string, requestId?: string) => bank.run(calls.setPinV2, { ...bank.body(kitNo, pin), ...(requestId && { requestId }) })
  for (let repeat = 0; repeat < 3; repeat++) expect(await set('1234', 'set-1')).toEqual(right)
  expect(await set('4321', 'set-1')).toMatchObject({ status: 409, code: 'idempotency.conflict' })
  expect(await bank.events(kitNo)).toHaveLength(1)
  await set('4321')
  expect(await set('1234', 'set-1')).toEqual(right) // the first answer, not a third PIN
  expect(await check(kitNo, '4321')).toEqual(right)
  expect(await bank.events(kitNo)).toEqual([
    expect.objectContaining({ type: 'PinSet', firstPin: true }),
    expect.objectContaining({ type: 'PinSet', firstPin: false }),
  ])
})

test('a try whose answer was lost after it was counted is told again and not counted again', async () => {
  const kitNo = await cardWithPin()
  await check(kitNo, '4321', 'lost-1')
  await bank.tenant.database.collection('requests').deleteMany({ _id: { $regex: 'lost-1$' } as never })
  expect(await check(kitNo, '4321', 'lost-1')).toEqual(refused('PIN002'))
  expect((await bank.card(kitNo)).pin?.tries).toBe(1)
})

test('the card number is fetched once; while the kit context is away a card that is known here is served', async () => {
  const kitNo = bank.issue()
  const asked = bank.cardNumbersAsked
  await bank.run(calls.setPinV2, bank.body(kitNo, '1234'))
  await check(kitNo, '1234')
  expect(bank.cardNumbersAsked).toBe(asked + 1)
  bank.isKitAway = true
  try {
    await expect(check(kitNo, '1234')).rejects.toThrow('the card is not known here yet')
    const projected = { entityId: 'validatePin0', productId: '2003_VIRTUAL', cardType: 'VIRTUAL', cardStatus: 'ACTIVE', expiry: '2907' }
    await bank.tenant.database.collection('cards').updateOne({ _id: kitNo as never }, { $set: projected })
    expect(await check(kitNo, '1234')).toEqual(right)
  } finally {
    bank.isKitAway = false
  }
})

test('a bank without a PIN key is told to come again, not that its PIN is wrong', async () => {
  const fresh = await TestBank.start()
  try {
    const keys = fresh.connection.useDb(`${fresh.installation}_pin-preference`, { useCache: true }).collection<{ _id: string }>('keys')
    await keys.deleteOne({ _id: 'ACME_BANK/pin/1' })
    const set = setPinV2({ hsm: fresh.newHsm(), kit: fresh.kit })
    const body = fresh.body(fresh.issue(), '1234')
    for (const each of [body, { ...body, requestId: 'early-1' }])
      await expect(fresh.run(set, each)).rejects.toMatchObject({ name: 'Error', unavailable: true, message: 'a key for PINs is missing' })
  } finally {
    await fresh.close()
  }
})
