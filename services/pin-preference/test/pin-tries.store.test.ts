// The limit of PIN tries under load: nothing is told that one try after the other would not have
// told. Rule: docs/rules.md#pin-tries.
import type { Command } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { setPinV2 } from '../src/set-pin-v2.ts'
import { unlockPin } from '../src/unlock-pin.ts'
import { validatePin } from '../src/validate-pin.ts'
import { validatePinV2 } from '../src/validate-pin-v2.ts'
import { TestBank, tally } from './test-bank.ts'

const LIMIT = 3
const AT_ONCE = 50

let bank: TestBank
let set: Command
let validate: Command

beforeAll(async () => {
  bank = await TestBank.start()
  set = setPinV2(bank)
  validate = validatePinV2(bank)
})
afterAll(() => bank.close())

async function cardWithPin(): Promise<string> {
  const kitNo = bank.issue()
  expect((await bank.run(set, bank.body(kitNo, '1234'))).status).toBe(200)
  return kitNo
}
const check = (kitNo: string, pin: string) => bank.run(validate, bank.body(kitNo, pin))
const wrongPins = (count: number): string[] => Array.from({ length: count }, (_, number) => String(5000 + number))

test('50 wrong PINs at once: three are told to be wrong, the others that the PIN is locked; the right one too, until it is set', async () => {
  const kitNo = await cardWithPin()
  const answers = await Promise.all(wrongPins(AT_ONCE).map((pin) => check(kitNo, pin)))
  expect(tally(answers)).toEqual({ PIN002: LIMIT, 'pin.locked': AT_ONCE - LIMIT })
  expect((await check(kitNo, '1234')).code).toBe('pin.locked')
  expect((await bank.card(kitNo)).pin).toMatchObject({ tries: LIMIT, lockedAt: expect.any(Date) })
  expect((await bank.events(kitNo)).map(({ type }) => type)).toEqual(['PinSet', 'PinLocked'])

  expect((await bank.run(set, bank.body(kitNo, '4321'))).status).toBe(200)
  expect(tally([await check(kitNo, '4321'), await check(kitNo, '1234')])).toEqual({ true: 1, PIN002: 1 })
})

test('50 at once with the right one among them: it is told only when it was among the first, and no more wrong ones than the limit', async () => {
  for (let round = 0; round < 6; round++) {
    const kitNo = await cardWithPin()
    const pins = wrongPins(AT_ONCE - 1)
    pins.splice(round * 9, 0, '1234')
    const { true: right = 0, PIN002: wrong = 0, 'pin.locked': locked = 0 } = tally(await Promise.all(pins.map((pin) => check(kitNo, pin))))
    expect([right + wrong + locked, right <= 1]).toEqual([AT_ONCE, true])
    // The right PIN sets the counter back: up to two wrong ones before it, three after it.
    expect(wrong).toBeLessThanOrEqual(right === 1 ? LIMIT - 1 + LIMIT : LIMIT)
    expect((await bank.card(kitNo)).pin?.lockedAt).toBeInstanceOf(Date)
  }
})

test('while Kafka is away and the card’s events fill its outbox, the limit holds: wrong PINs lock, and nothing undoes it before Kafka is back', async () => {
  const kitNo = await cardWithPin()
  // 200 events wait, as after 199 changes of preferences
  await bank.tenant.database.collection('cards').updateOne({ _id: kitNo as never }, { $inc: { sequence: 199 } })
  await expect(bank.run(set, bank.body(kitNo, '4321'))).rejects.toThrow('wait to be published')
  expect((await check(kitNo, '1234')).result).toBe(true)
  const answers = await Promise.all(wrongPins(AT_ONCE).map((pin) => check(kitNo, pin)))
  expect(tally(answers)).toEqual({ PIN002: LIMIT, 'pin.locked': AT_ONCE - LIMIT })
  expect((await check(kitNo, '1234')).code).toBe('pin.locked')
  await expect(bank.run(set, bank.body(kitNo, '4321'))).rejects.toThrow('wait to be published')
  await expect(bank.run(unlockPin(bank), { kitNo })).rejects.toThrow('wait to be published')
  expect((await bank.events(kitNo)).map(({ type }) => type)).toEqual(['PinSet', 'PinLocked'])
})

test('a requestId that was used is no way to try PINs: after three others it tells nothing, and no try is counted for them', async () => {
  const kitNo = await cardWithPin()
  const withKey = (pin: string) => bank.run(validate, { ...bank.body(kitNo, pin), requestId: `known-${kitNo}` })
  expect((await withKey('1234')).result).toBe(true)
  expect(tally(await Promise.all(Array.from({ length: 5 }, () => withKey('1234')))).PIN002).toBeUndefined()
  const guesses = await Promise.all(wrongPins(AT_ONCE).map((pin) => withKey(pin)))
  expect(guesses.filter(({ status }) => status !== 409)).toEqual([])
  expect((await withKey('1234')).code).toBe('idempotency.conflict')
  expect((await bank.card(kitNo)).pin?.tries).toBe(0)
})

test('v1 and v2 count on the same card, and a right PIN in between sets the counter back', async () => {
  const kitNo = await cardWithPin()
  const v1 = validatePin(bank)
  expect((await bank.run(v1, bank.body(kitNo, '1111', 'v1'))).code).toBe('PIN002')
  expect((await check(kitNo, '1111')).code).toBe('PIN002')
  expect((await check(kitNo, '1234')).result).toBe(true)
  expect((await bank.card(kitNo)).pin?.tries).toBe(0)
  for (const code of ['PIN002', 'PIN002', 'PIN002', 'pin.locked', 'pin.locked'])
    expect((await bank.run(v1, bank.body(kitNo, '1111', 'v1'))).code).toBe(code)
  expect((await check(kitNo, '1234')).code).toBe('pin.locked')
})

test('a malformed block at a locked PIN is malformed, and a card out of use is told before the lock', async () => {
  const kitNo = await cardWithPin()
  for (const pin of wrongPins(LIMIT)) await check(kitNo, pin)
  expect((await bank.run(validate, { ...bank.body(kitNo, '1234'), pin: 'AAAA' })).code).toBe('PIN001')
  bank.change(kitNo, { cardStatus: 'BLOCKED' })
  expect((await check(kitNo, '1234')).code).toBe('card.blocked')
})

test('an operator’s unlock gives the same PIN all its tries; a repeat answers alike, and another finds nothing locked', async () => {
  const kitNo = await cardWithPin()
  for (const pin of wrongPins(LIMIT)) await check(kitNo, pin)
  const unlock = unlockPin(bank)
  const body = { kitNo, reason: 'identified by telephone' }
  for (let repeat = 0; repeat < 2; repeat++)
    expect((await bank.run(unlock, body, { idempotencyKey: 'unlock-1' })).result).toEqual({ kitNo, unlocked: true })
  expect((await check(kitNo, '1234')).result).toBe(true)
  expect((await bank.run(unlock, body)).result).toEqual({ kitNo, unlocked: false })
  expect((await bank.run(unlock, { ...body, kitNo: '9' })).code).toBe('MCC007')
  expect((await bank.events(kitNo)).map(({ type }) => type)).toEqual(['PinSet', 'PinLocked', 'PinUnlocked'])
})

test('a right PIN many times at once is right each time', async () => {
  const kitNo = await cardWithPin()
  const answers = await Promise.all(Array.from({ length: 8 }, () => check(kitNo, '1234')))
  expect(tally(answers)).toEqual({ true: 8 })
})
