// A card that takes another one's place: preferences, opt-ins and limits go on, before and after
// its KitIssued came; the PIN does not. Rule: docs/rules.md#a-successors-preferences.
import { type CardPreferences, kitIssuedEvent, type PreferenceView, type Product, type TenantDefinition } from '@dcms/contract'
import { applyInOrder, type ReceivedEvent } from '@dcms/events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cardsOf } from '../src/card.ts'
import { cardPreferences } from '../src/card-preferences.ts'
import { fetchPreference } from '../src/fetch-preference.ts'
import { inherit, startAfter } from '../src/inherit.ts'
import { onKitEvents } from '../src/on-kit-events.ts'
import { channelNames, defaultsOf } from '../src/preference.ts'
import { processOptIn } from '../src/process-opt-in.ts'
import { setPinV2 } from '../src/set-pin-v2.ts'
import { setPreference } from '../src/set-preference.ts'
import { validatePinV2 } from '../src/validate-pin-v2.ts'
import { product } from './products.ts'
import { ENTITY, TestBank } from './test-bank.ts'

const PIN = '4826'
let bank: TestBank
beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(() => bank.close())

const set = (kitNo: string, change: object) =>
  bank.run(setPreference(bank.kit), { entityId: ENTITY, kitNo, domestic: {}, international: {}, ...change })
const optIn = (kitNo: string, operation: string, optedIn: boolean) =>
  bank.run(processOptIn(bank.kit), { entityId: ENTITY, kitNo, operation, optedIn })
const viewOf = async (kitNo: string) => ({
  ...((await bank.run(fetchPreference(bank.kit), { entityId: ENTITY, kitNo })).result as PreferenceView),
  kitNo: 'any',
})
const togglesOf = async (kitNo: string) =>
  ((await bank.run(cardPreferences(bank.kit), { kitNos: [kitNo] })).result as CardPreferences[])[0]?.toggle

/** The card's KitIssued arrives, as the service follows it. */
async function arrive(kitNo: string, predecessor?: string): Promise<void> {
  const payload = {
    ...kitIssuedEvent.example,
    kitNo,
    entityId: ENTITY,
    productId: product.productId,
    ...(predecessor && { predecessor }),
  }
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
  const { apply, enrich, seed } = onKitEvents(bank.kit)
  const whole = enrich ? await enrich(bank.tenant, event) : event
  await applyInOrder(cardsOf(bank.tenant).collection as never, whole, apply(bank.tenant), seed as never)
}

/** A card with choices of its own. */
async function chosenCard(): Promise<string> {
  const kitNo = bank.issue()
  await arrive(kitNo)
  await set(kitNo, {
    domestic: { ecom: { isEnabled: true, dailyLimit: 5_000 }, atm: { isEnabled: false } },
    international: { isEnabled: true, pos: { isEnabled: true, maxLimit: 20_000, dailyLimit: 100 } },
    dynamicAuth: { otp: true },
    swipeToPay: { isEnabled: true, dailyLimit: 700 },
  })
  await optIn(kitNo, 'super-otp', true)
  await optIn(kitNo, 'location-shield', true)
  return kitNo
}

test('what was chosen for the old card holds for the new one, before its KitIssued came and after', async () => {
  const old = await chosenCard()
  const before = await viewOf(old)
  const next = bank.issue({ predecessor: old })
  expect(await viewOf(next)).toEqual(before)
  expect(await togglesOf(next)).toEqual(await togglesOf(old))
  await arrive(next, old)
  expect(await viewOf(next)).toEqual(before)
  expect(await togglesOf(next)).toMatchObject({ superOtp: true, locationShield: { isEnabled: true } })
})

test('where the bank wants it, the new card starts as any new card does', async () => {
  const old = await chosenCard()
  const { tenant } = bank
  const starts = (replacementPreferences: 'KEEP' | 'RESET') => {
    const settings = { ...tenant.definition.settings, replacementPreferences } as TenantDefinition['settings']
    return startAfter(old, product, { ...tenant, definition: { ...tenant.definition, settings } }, async () => null)
  }
  expect(await starts('RESET')).toEqual({ issued: defaultsOf(product) })
  expect(await starts('KEEP')).toMatchObject({ issued: { domestic: { atm: { isEnabled: false } } }, issuedOptIns: { 'super-otp': true } })
})

test('what is chosen for the new card before its KitIssued came stands above what it took over, and stays', async () => {
  const old = await chosenCard()
  const next = bank.issue({ predecessor: old })
  await set(next, { domestic: { contactless: { isEnabled: true } } })
  await optIn(next, 'super-otp', false)
  const chosen = await viewOf(next)
  expect(chosen.domestic.contactless?.isEnabled).toBe(true)
  expect(chosen.domestic.ecom).toMatchObject({ isEnabled: true, dailyLimit: '5000' })
  await arrive(next, old)
  expect(await viewOf(next)).toEqual(chosen)
  expect(await togglesOf(next)).toMatchObject({ superOtp: false, locationShield: { isEnabled: true } })
})

test('what changes for the old card afterwards does not reach the new one', async () => {
  const old = await chosenCard()
  const next = bank.issue({ predecessor: old })
  await arrive(next, old)
  const before = await viewOf(next)
  await set(old, { domestic: { ecom: { dailyLimit: 1 } } })
  expect(await viewOf(next)).toEqual(before)
})

test('it goes on over several cards, also where the events of those between are still on their way', async () => {
  const old = await chosenCard()
  const before = await viewOf(old)
  const between = bank.issue({ predecessor: old })
  await set(between, { domestic: { ecom: { dailyLimit: 4_000 } } })
  const unknown = bank.issue({ predecessor: between })
  const next = bank.issue({ predecessor: unknown })
  await arrive(next, unknown)
  const { ecom } = (await viewOf(next)).domestic
  expect(ecom).toMatchObject({ isEnabled: true, dailyLimit: '4000' })
  expect((await viewOf(next)).international).toEqual(before.international)
})

test('the kit context is away while the card before is not known: the event waits', async () => {
  const old = bank.issue()
  const next = bank.issue({ predecessor: old })
  bank.isKitAway = true
  await expect(arrive(next, old)).rejects.toMatchObject({ unavailable: true })
  bank.isKitAway = false
  await arrive(next, old)
  expect(await viewOf(next)).toEqual(await viewOf(old))
})

test('the PIN is not taken over: it must be set anew', async () => {
  const old = await chosenCard()
  const parts = { hsm: bank.hsm, kit: bank.kit }
  const call = (kitNo: string) => bank.run(validatePinV2(parts), bank.body(kitNo, PIN))
  expect(await bank.run(setPinV2(parts), bank.body(old, PIN))).toMatchObject({ status: 200 })
  const next = bank.issue({ predecessor: old })
  await arrive(next, old)
  expect(await call(next)).toMatchObject({ code: 'PIN002' })
  expect(await bank.run(setPinV2(parts), bank.body(next, PIN))).toMatchObject({ status: 200 })
  expect(await call(next)).toMatchObject({ status: 200 })
})

test('limits stay within the caps of the new product, and what it does not offer is off', () => {
  const cap = fc.integer({ min: 0, max: 200_000 })
  const offers = fc.record({ offered: fc.boolean(), dailyCap: cap, maxCap: cap })
  const regions = fc.record({ offered: fc.boolean(), atm: offers, pos: offers, ecom: offers, contactless: offers, tokenization: offers })
  const products = fc
    .record({ domestic: regions, international: regions, swipeToPay: offers })
    .map((change): Product => ({ ...product, ...change }) as Product)
  const channels = fc.record({ isEnabled: fc.boolean(), dailyLimit: cap, maxLimit: cap })
  fc.assert(
    fc.property(products, channels, (next, channel) => {
      const all = Object.fromEntries(channelNames.map((name) => [name, channel]))
      const domestic = { ...defaultsOf(product).domestic, ...all, isEnabled: true }
      const { issued } = inherit({ chosen: { domestic, swipeToPay: channel } }, product, next)
      expect(issued.domestic.isEnabled).toBe(next.domestic.offered)
      for (const name of channelNames) {
        const { isEnabled, dailyLimit, maxLimit } = issued.domestic[name]
        const { offered, dailyCap, maxCap } = next.domestic[name]
        expect(isEnabled).toBe(channel.isEnabled && offered)
        expect(maxLimit).toBe(Math.min(channel.maxLimit, maxCap))
        expect(dailyLimit).toBe(Math.min(channel.dailyLimit, dailyCap, maxLimit))
      }
    }),
  )
})
