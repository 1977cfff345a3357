// Preferences and opt-ins on the real store, with a kit context that is there, behind, or away.
import { type CardPreferences, kitIssuedEvent, type PreferenceSet, type PreferenceView } from '@dcms/contract'
import { applyInOrder, type ReceivedEvent } from '@dcms/events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cardsOf, newCard } from '../src/card.ts'
import { cardPreferences } from '../src/card-preferences.ts'
import { fetchPreference } from '../src/fetch-preference.ts'
import { applyKitEvent } from '../src/on-kit-events.ts'
import { processOptIn } from '../src/process-opt-in.ts'
import { setPreference } from '../src/set-preference.ts'
import { product } from './products.ts'
import { ENTITY, TestBank } from './test-bank.ts'

let bank: TestBank
beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(() => bank.close())

const set = (kitNo: string, change: object = {}, call: object = {}) =>
  bank.run(setPreference(bank.kit), { entityId: ENTITY, kitNo, domestic: {}, international: {}, ...change }, call)
const fetch = (kitNo: string, entityId = ENTITY) => bank.run(fetchPreference(bank.kit), { entityId, kitNo })
const optIn = (kitNo: string, operation: string, optedIn: boolean, change: object = {}) =>
  bank.run(processOptIn(bank.kit), { entityId: ENTITY, kitNo, operation, optedIn, ...change })
const viewOf = async (kitNo: string) => (await fetch(kitNo)).result as PreferenceView

/** The card's KitIssued arrives. */
async function arrive(kitNo: string, change: object = {}): Promise<void> {
  const payload = { ...kitIssuedEvent.example, kitNo, entityId: ENTITY, productId: product.productId, ...change }
  const event: ReceivedEvent = {
    topic: 'dcms.kit',
    partition: 0,
    offset: '0',
    key: `ACME_BANK:${kitNo}`,
    id: `issued-${kitNo}`,
    type: 'KitIssued',
    dataVersion: 1,
    source: '/dcms/kit',
    subject: kitNo,
    time: new Date(),
    tenant: 'ACME_BANK',
    sequence: 1,
    payload,
  }
  const apply = (card: Parameters<typeof applyKitEvent>[0], each: ReceivedEvent) => applyKitEvent(card, each, bank.tenant.definition)
  await applyInOrder(cardsOf(bank.tenant).collection as never, event, apply as never, newCard as never)
}

test('a new card has domestic ATM and POS on and nothing else, before and after its KitIssued came', async () => {
  const kitNo = bank.issue()
  const before = await viewOf(kitNo)
  await arrive(kitNo)
  expect(await viewOf(kitNo)).toEqual(before)
  const { atm, pos, ecom, contactless, tokenization } = before.domestic
  expect([atm, pos, ecom, contactless, tokenization].map((channel) => channel?.isEnabled)).toEqual([true, true, false, false, false])
  expect(before.international).toEqual({ isEnabled: false })
})

test('what is set is answered as a whole with the audit fields, stands at once, and is told once', async () => {
  const kitNo = bank.issue()
  const change = { domestic: { ecom: { isEnabled: true, dailyLimit: 5_000 } }, changer: 'asha', channel: 'MOBILE' }
  const first = await set(kitNo, change)
  expect(first).toMatchObject({ status: 200, result: { changer: 'asha', channel: 'MOBILE', cardType: null, creator: null } })
  const { cardType, changer, channel, creator, ...view } = first.result as PreferenceSet
  expect(await viewOf(kitNo)).toEqual(view)
  expect(view.domestic.ecom).toMatchObject({ isEnabled: true, dailyLimit: '5000', maxLimit: '150000', monthlyLimit: '3000000' })
  const { version } = await bank.card(kitNo)
  expect(await set(kitNo, change)).toEqual(first)
  expect((await bank.card(kitNo)).version).toBe(version)
  expect(await bank.events(kitNo)).toEqual([
    {
      type: 'PreferencesChanged',
      kitNo,
      entityId: ENTITY,
      changes: [
        { field: 'domestic.ecom.isEnabled', from: false, to: true },
        { field: 'domestic.ecom.dailyLimit', from: '100000', to: '5000' },
      ],
      changer: 'asha',
      channel: 'MOBILE',
      changedAt: expect.any(String),
    },
  ])
})

test('a choice and an opt-in that come before KitIssued stay when it comes', async () => {
  const kitNo = bank.issue()
  await set(kitNo, { domestic: { isEnabled: false }, dynamicAuth: { pin: true } })
  await optIn(kitNo, 'location-shield', true)
  const before = await viewOf(kitNo)
  await arrive(kitNo)
  expect(await viewOf(kitNo)).toEqual(before)
  expect(before).toMatchObject({
    domestic: { isEnabled: false },
    dynamicAuth: { otp: false, pin: true },
    locationShield: { isEnabled: true },
  })
})

test('a call whose answer was lost is repeated with its key: the present state, nothing written, though somebody else changed more', async () => {
  const kitNo = bank.issue()
  const call = { idempotencyKey: 'key-1' }
  await set(kitNo, { dynamicAuth: { otp: true } }, call)
  await set(kitNo, { dynamicAuth: { otp: false, pin: true } })
  expect(await set(kitNo, { dynamicAuth: { otp: true } }, call)).toMatchObject({ result: { dynamicAuth: { otp: false, pin: true } } })
  expect(await bank.events(kitNo)).toHaveLength(2)
})

test('twenty calls at once on one card are all done, one after the other', async () => {
  const kitNo = bank.issue()
  const limits = Array.from({ length: 20 }, (_, position) => String(position + 1))
  const answers = await Promise.all(limits.map((dailyLimit) => set(kitNo, { domestic: { pos: { dailyLimit } } })))
  expect(answers.map(({ status }) => status)).toEqual(limits.map(() => 200))
  const events = (await bank.events(kitNo)) as unknown as { changes: { from: string; to: string }[] }[]
  const steps = events.map(({ changes }) => changes[0])
  expect(steps.map((step) => step?.from)).toEqual(['100000', ...steps.slice(0, -1).map((step) => step?.to)])
  expect((await viewOf(kitNo)).domestic.pos?.dailyLimit).toBe(steps.at(-1)?.to)
})

test('a refusal changes nothing, though part of the call would be taken', async () => {
  const kitNo = bank.issue()
  await set(kitNo, { dynamicAuth: { otp: true } })
  const before = await bank.card(kitNo)
  const tooHigh = { domestic: { ecom: { isEnabled: true } }, international: { pos: { dailyLimit: '100001' } } }
  expect(await set(kitNo, tooHigh)).toMatchObject({ status: 400, code: 'invalid.daily.limit.product' })
  expect(await bank.card(kitNo)).toEqual(before)
})

test.each<[string, object, string]>([
  ['a limit with decimals', { domestic: { pos: { dailyLimit: '10.50' } } }, 'invalid.input.request'],
  ['a number with decimals', { domestic: { pos: { dailyLimit: 10.5 } } }, 'invalid.input.request'],
  ['a negative limit', { domestic: { pos: { maxLimit: -1 } } }, 'invalid.input.request'],
  ['a limit that is no amount', { swipeToPay: { dailyLimit: 'much' } }, 'invalid.input.request'],
  ['a switch that is no boolean', { domestic: { isEnabled: 'on' } }, 'invalid.input.request'],
  ['a missing region', { international: undefined }, 'invalid.input.request'],
  ['somebody else’s card', { entityId: 'somebody' }, 'MCC007'],
  ['an unknown card', { kitNo: 'UNKNOWN1' }, 'MCC007'],
  ['a limit above the product’s', { domestic: { atm: { dailyLimit: '100001' } } }, 'invalid.daily.limit.product'],
])('%s is refused', async (_what, change, code) => {
  const answered = await set(bank.issue(), change)
  expect(answered).toMatchObject({ status: 400, code })
})

test('limits are taken as text and as numbers', async () => {
  const kitNo = bank.issue()
  await set(kitNo, { domestic: { pos: { dailyLimit: 20_000 }, ecom: { dailyLimit: '20000' } } })
  const { pos, ecom } = (await viewOf(kitNo)).domestic
  expect([pos?.dailyLimit, ecom?.dailyLimit]).toEqual(['20000', '20000'])
})

test.each([
  ['BLOCKED', 'card.blocked'],
  ['HOTLISTED', 'card.blocked'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['CLOSED', 'card.status.active'],
] as const)('a card that the kit context says is %s is refused with %s, though its event has not come', async (cardStatus, code) => {
  const kitNo = bank.issue()
  await arrive(kitNo)
  bank.change(kitNo, { cardStatus })
  expect(await set(kitNo, { dynamicAuth: { otp: true } })).toMatchObject({ status: 400, code })
  expect(await optIn(kitNo, 'super-pin', true)).toMatchObject({ status: 400, code })
  expect((await fetch(kitNo)).status).toBe(200)
})

test('a feature is opted into once, in any spelling, and out of again', async () => {
  const kitNo = bank.issue()
  for (const spelling of ['super-pin', 'superPin', 'SUPER_PIN'])
    expect(await optIn(kitNo, spelling, true)).toMatchObject({ status: 200, result: true })
  expect(await optIn(kitNo, 'super-pin', false, { channel: 'SMS', approver: 'ravi' })).toMatchObject({ result: true })
  const told = { type: 'OptInChanged', kitNo, entityId: ENTITY, operation: 'super-pin', changedAt: expect.any(String) }
  expect(await bank.events(kitNo)).toEqual([
    { ...told, optedIn: true },
    { ...told, optedIn: false, channel: 'SMS', approver: 'ravi' },
  ])
})

test.each([
  ['a feature that does not exist', 'teleport', {}, 'PRF001'],
  ['a feature that the product does not list', 'ncmc-offline', {}, 'product.level.disable'],
  ['somebody else’s card', 'super-otp', { entityId: 'somebody' }, 'MCC007'],
  ['an unknown card', 'super-otp', { kitNo: 'UNKNOWN1' }, 'MCC007'],
  ['no word of in or out', 'super-otp', { optedIn: undefined }, 'invalid.input.request'],
])('opting into %s is refused', async (_what, operation, change, code) => {
  expect(await optIn(bank.issue(), operation, true, change)).toMatchObject({ status: 400, code })
})

test('while the kit context is away known cards are read and set, others answer that it is away', async () => {
  const [known, unknown] = [bank.issue(), bank.issue()]
  await arrive(known)
  bank.isKitAway = true
  try {
    expect(await set(known, { dynamicAuth: { otp: true } })).toMatchObject({ status: 200 })
    expect(await fetch(known)).toMatchObject({ status: 200, result: { dynamicAuth: { otp: true } } })
    expect(await fetch(known, 'somebody')).toMatchObject({ code: 'MCC007' })
    await expect(fetch(unknown)).rejects.toThrow('the kit context is away')
    await expect(set(unknown)).rejects.toThrow('the kit context is away')
    await expect(bank.run(cardPreferences(bank.kit), { kitNos: [unknown] })).rejects.toThrow('the kit context is away')
  } finally {
    bank.isKitAway = false
  }
})

test('other contexts get several cards at once, in full and in order, known or not yet, those that are nobody’s left out', async () => {
  const [known, unknown] = [bank.issue(), bank.issue()]
  await arrive(known)
  await set(known, { international: { ecom: { dailyLimit: '7000' } }, swipeToPay: { isEnabled: true } })
  await optIn(known, 'super-otp', true)
  await optIn(known, 'location-shield', true)
  const setAt = new Date('2026-11-21T10:00:00.123Z')
  await cardsOf(bank.tenant).updateOne({ _id: known }, { $set: { pin: { reference: {}, setAt, tries: 0 } } })
  const { result } = await bank.run(cardPreferences(bank.kit), { kitNos: [unknown, 'NOBODYS', known] })
  const views = result as CardPreferences[]
  expect(views.map(({ kitNo }) => kitNo)).toEqual([unknown, known])
  expect(views[1]).toMatchObject({
    lastPinChangedDate: '2026-11-21T10:00:00.123+00:00',
    international: { isEnabled: false, ecom: { isEnabled: false, dailyLimit: '7000', maxLimit: '150000' } },
    toggle: { superOtp: true, superPin: false, locationShield: { isEnabled: true }, swipeToPay: { isEnabled: true } },
  })
  expect(Object.keys(views[0]?.domestic ?? {}).sort()).toEqual(['atm', 'contactless', 'ecom', 'isEnabled', 'pos'])
  expect(views[0]).not.toHaveProperty('lastPinChangedDate')
})
