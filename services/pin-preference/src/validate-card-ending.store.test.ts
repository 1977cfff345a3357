// Checking all credentials of a card at once, on the real store and with the real HSM.
// Rule: docs/rules.md#card-validation.
import { randomBytes } from 'node:crypto'
import { type FoundCard, validateCardEndingEndpoint, validatorOf } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { account, CVV, type KnownCard, KnownCards, PIN } from '../test/known-cards.ts'
import { TestBank } from '../test/test-bank.ts'
import { setPinV2 } from './set-pin-v2.ts'
import { unlockPin } from './unlock-pin.ts'
import { validateCardEnding } from './validate-card-ending.ts'
import { validateCardEndingV2 } from './validate-card-ending-v2.ts'
import { validatePinV2 } from './validate-pin-v2.ts'

let bank: TestBank
let known: KnownCards
beforeAll(async () => {
  bank = await TestBank.start()
  known = new KnownCards(bank)
})
afterAll(() => bank.close())

type Scheme = 'v1' | 'v2'
const schemes = ['v1', 'v2'] as const
const WRONG = '4827'

const bodyOf = ({ kitNo, mobileNo, cardNoLastSix, expiryDate }: KnownCard, scheme: Scheme, pin = PIN) => ({
  pin: bank.encrypted(scheme, bank.block(kitNo, pin)),
  expiryDate,
  mobileNo,
  cardNoLastSix,
  ...(scheme === 'v1' && { cvv: CVV }),
})
const validate = (scheme: Scheme, body: object, change: Parameters<KnownCards['call']>[2] = {}) =>
  known.call(scheme === 'v1' ? validateCardEnding(known.parts) : validateCardEndingV2(known.parts), body, change)
const triesOf = async ({ kitNo }: KnownCard) => (await bank.card(kitNo)).pin?.tries
/**
 * Each try with another number counts against the card's counter only; another clock, against none.
 */
const clockAt = (minutes: number) => ({ clock: () => new Date(Date.now() + minutes * 60_000) })

test.each(schemes)('%s: a card whose details all fit is found, in every status that takes a PIN', async (scheme) => {
  for (const cardStatus of ['ASSIGNED', 'INACTIVE', 'ACTIVE'] as const) {
    const card = await known.issue({ cardStatus })
    const { status, result } = await validate(scheme, bodyOf(card, scheme))
    expect(status).toBe(200)
    expect(result).toEqual({ entityId: card.entityId, kitNo: card.kitNo, cardStatus, accountInfo: [{ ...account, defaultAccount: true }] })
    expect(validatorOf<FoundCard>(validateCardEndingEndpoint.result)(structuredClone(result))).toEqual({ valid: true, value: result })
  }
})

test.each(schemes)('%s: every mismatch has the same answer after the same work', async (scheme) => {
  const issue = async (change: Parameters<KnownCards['issue']>[0] = {}) => bodyOf(await known.issue(change), scheme)
  const stranger = await known.issue()
  const locked = await known.issue()
  for (let time = 0; time < 3; time++) await validate(scheme, bodyOf(locked, scheme, WRONG))
  const twice = await known.issue()
  known.double(twice)
  const mismatches: Record<string, object> = {
    'last six': { ...(await issue()), cardNoLastSix: '999999' },
    expiry: { ...(await issue()), expiryDate: '0829' },
    'unknown mobile number': { ...(await issue()), mobileNo: '9000000001' },
    'mobile number of another customer': { ...(await issue()), mobileNo: stranger.mobileNo },
    ...(scheme === 'v1' && { CVV: { ...(await issue()), cvv: '999' } }),
    'wrong PIN': bodyOf(await known.issue(), scheme, WRONG),
    'PIN of five digits': bodyOf(await known.issue(), scheme, '48261'),
    'block under another key': { ...(await issue()), pin: bank.encrypted(scheme, '041234FFFFFFFFFF', randomBytes(32)) },
    'block of another card': { ...(await issue()), pin: bodyOf(stranger, scheme).pin },
    'bad Base64': { ...(await issue()), pin: 'not Base64!' },
    'empty PIN': { ...(await issue()), pin: '' },
    'card without PIN': await issue({ withoutPin: true }),
    'locked PIN, right': bodyOf(locked, scheme),
    'locked PIN, wrong': bodyOf(locked, scheme, WRONG),
    'two cards': bodyOf(twice, scheme),
    'nothing fits': { ...(await issue()), mobileNo: '9000000002', cardNoLastSix: '999998', expiryDate: '0130' },
    ...Object.fromEntries(
      await Promise.all(
        (['LOCKED', 'BLOCKED', 'HOTLISTED', 'REPLACED', 'EXPIRED_CARD', 'CLOSED'] as const).map(async (cardStatus) => [
          cardStatus,
          await issue({ cardStatus }),
        ]),
      ),
    ),
  }
  const texts = new Map<string, string[]>()
  const works = new Map<string, string[]>()
  const add = (to: Map<string, string[]>, key: string, name: string) => to.set(key, [...(to.get(key) ?? []), name])
  for (const [name, body] of Object.entries(mismatches)) {
    await validate(scheme, body) // from the second time on the counters stand: a first try is not what is compared here
    const { status, headers, body: text } = await validate(scheme, body)
    add(texts, JSON.stringify({ status, headers, text }), name)
    add(works, known.trace.join('\n'), name)
  }
  const everything = [Object.keys(mismatches)]
  expect([...texts.values()]).toEqual(everything)
  expect([...works.values()]).toEqual(everything)
  expect([...texts.keys()][0]).toContain('CRD002')
  const [work = ''] = works.keys()
  const of = (what: string) => work.split('\n').filter((step) => step.startsWith(what))
  expect(of('call')).toEqual(['customers-by-mobile', 'find-cards', 'accounts-of-entity'].map((path) => `call /internal/${path}`))
  expect(of('hsm').filter((step) => step !== 'hsm mac')).toEqual([...(scheme === 'v1' ? ['hsm sealForZone'] : []), 'hsm verifyPin'])
  expect(of('store')).toEqual(['store find', 'store findOneAndUpdate', 'store findOneAndUpdate', 'store findOne', 'store updateOne'])
})

test.each(schemes)('%s: a wrong PIN that was reached counts, the last try locks, and then no PIN passes', async (scheme) => {
  const card = await known.issue()
  expect((await validate(scheme, bodyOf(card, scheme, WRONG))).code).toBe('CRD002')
  expect(await triesOf(card)).toBe(1)
  expect((await validate(scheme, bodyOf(card, scheme))).status).toBe(200)
  expect(await triesOf(card)).toBe(0)
  for (let time = 0; time < 3; time++) expect((await validate(scheme, bodyOf(card, scheme, WRONG))).code).toBe('CRD002')
  expect((await validate(scheme, bodyOf(card, scheme))).code).toBe('CRD002')
  const pinBody = { ...bank.body(card.kitNo, PIN), entityId: card.entityId }
  expect((await bank.run(validatePinV2(known.parts), pinBody)).code).toBe('pin.locked')
  expect((await bank.events(card.kitNo)).filter(({ type }) => type === 'PinLocked')).toHaveLength(1)
})

test('tries of validatePin and of both endings are counted together, and setPin makes the card usable again', async () => {
  const card = await known.issue()
  const inPin = (pin: string) => ({ ...bank.body(card.kitNo, pin), entityId: card.entityId })
  await validate('v1', bodyOf(card, 'v1', WRONG))
  await validate('v2', bodyOf(card, 'v2', WRONG))
  expect((await bank.run(validatePinV2(known.parts), inPin(WRONG))).code).toBe('PIN002')
  expect((await validate('v2', bodyOf(card, 'v2'))).code).toBe('CRD002')
  expect((await bank.run(setPinV2(known.parts), inPin(PIN))).result).toBe(true)
  expect((await validate('v2', bodyOf(card, 'v2'))).status).toBe(200)
})

test.each(schemes)('%s: whatever is wrong besides the PIN, and a block that does not open, count no PIN try', async (scheme) => {
  const card = await known.issue()
  const wrong = bodyOf(card, scheme, WRONG)
  for (const body of [
    { ...wrong, expiryDate: '0829' },
    { ...wrong, mobileNo: '9000000003' },
    { ...wrong, cardNoLastSix: '999997' },
    { ...wrong, pin: 'AAAA' },
    { ...wrong, pin: bank.encrypted(scheme, '041234FFFFFFFFFF', randomBytes(32)) },
    ...(scheme === 'v1' ? [{ ...wrong, cvv: '999' }] : []),
  ])
    expect((await validate(scheme, body)).code).toBe('CRD002')
  expect(await triesOf(card)).toBe(0)
})

test.each(schemes)('%s: of 50 wrong PINs at once, as many count as the limit allows; the right one is refused', async (scheme) => {
  const card = await known.issue()
  const answers = await Promise.all(Array.from({ length: 50 }, () => validate(scheme, bodyOf(card, scheme, WRONG))))
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['CRD002', 'rate.limit.exceeded']))
  expect(await triesOf(card)).toBe(3)
  expect((await bank.events(card.kitNo)).filter(({ type }) => type === 'PinLocked')).toHaveLength(1)
  expect((await validate(scheme, bodyOf(card, scheme), clockAt(16))).code).toBe('CRD002')
})

test('of many right PINs and wrong ones at once none is lost: wrong ones in a row are never more than the limit', async () => {
  const card = await known.issue()
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, position) => validate('v2', bodyOf(card, 'v2', position % 2 === 0 ? PIN : WRONG))),
  )
  const codes = answers.map(({ code, status }) => code ?? status)
  expect(codes.filter((code) => code !== 200 && code !== 'CRD002')).toEqual([])
})

test('failures of both calls and versions add up, and the limit is told with Retry-After', async () => {
  const card = await known.issue()
  for (let time = 0; time < 5; time++) {
    await validate('v1', { ...bodyOf(card, 'v1'), cvv: '999' })
    await validate('v2', { ...bodyOf(card, 'v2'), pin: 'AAAA' })
  }
  const { status, code, headers } = await validate('v2', bodyOf(card, 'v2'))
  expect([status, code]).toEqual([429, 'rate.limit.exceeded'])
  expect(Number(headers?.['retry-after'])).toBeGreaterThan(850)
  expect(known.trace.filter((step) => step.startsWith('call') || step.includes('verify'))).toEqual([])
  expect((await validate('v2', bodyOf(card, 'v2'), clockAt(16))).status).toBe(200)
})

test.each(schemes)('%s: a repeat with the same requestId gives the first answer and counts no second try', async (scheme) => {
  const card = await known.issue()
  const requestId = `r${randomBytes(6).toString('hex')}`
  const first = await validate(scheme, { ...bodyOf(card, scheme, WRONG), requestId })
  // v2 encrypts the same PIN differently each time
  const again = await validate(scheme, { ...bodyOf(card, scheme, WRONG), requestId })
  expect(again.body).toBe(first.body)
  expect(await triesOf(card)).toBe(1)
  expect((await validate(scheme, { ...bodyOf(card, scheme), requestId })).code).toBe('idempotency.conflict')
  if (scheme === 'v1')
    expect((await validate(scheme, { ...bodyOf(card, scheme, WRONG), cvv: '999', requestId })).code).toBe('idempotency.conflict')
})

test('a call that was refused for too many failures runs when it is repeated after the wait', async () => {
  const card = await known.issue()
  const requestId = `r${randomBytes(6).toString('hex')}`
  for (let time = 0; time < 10; time++) await validate('v2', { ...bodyOf(card, 'v2'), pin: 'AAAA' })
  expect((await validate('v2', { ...bodyOf(card, 'v2'), requestId })).code).toBe('rate.limit.exceeded')
  expect((await validate('v2', { ...bodyOf(card, 'v2'), requestId }, clockAt(16))).status).toBe(200)
})

test('where a bank has v1 off, v1 is not offered and v2 is', async () => {
  const card = await known.issue()
  const settings = { pinV1: false }
  expect((await validate('v1', bodyOf(card, 'v1'), { settings })).code).toBe('product.level.disable')
  expect((await validate('v2', bodyOf(card, 'v2'), { settings })).status).toBe(200)
})

test.each([
  ['cvv', '23'],
  ['cvv', undefined],
  ['pin', undefined],
  ['mobileNo', undefined],
])('v1: a %s that is %s is named', async (field, value) => {
  const { code, body } = await validate('v1', { ...bodyOf(await known.issue(), 'v1'), [field]: value })
  expect(code).toBe('invalid.input.request')
  expect(JSON.parse(body).exception.fieldError).toHaveLength(1)
})

test('an unlock by an operator makes the card usable again', async () => {
  const card = await known.issue()
  for (let time = 0; time < 3; time++) await validate('v2', bodyOf(card, 'v2', WRONG))
  await bank.run(unlockPin(known.parts), { kitNo: card.kitNo })
  expect((await validate('v2', bodyOf(card, 'v2'))).status).toBe(200)
})
