// Confirming a card without a PIN, on the real store.
// Rule: docs/rules.md#card-validation.
import { type FoundCard, validateCardEndpoint, validatorOf } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { account, type KnownCard, KnownCards } from '../test/known-cards.ts'
import { TestBank } from '../test/test-bank.ts'
import { validateCard } from './validate-card.ts'

let bank: TestBank
let known: KnownCards
beforeAll(async () => {
  bank = await TestBank.start()
  known = new KnownCards(bank)
})
afterAll(() => bank.close())

const bodyOf = ({ kitNo: _kitNo, ...body }: KnownCard) => body
const validate = (body: object) => known.call(validateCard(known.parts), body)
const clockAt = (minutes: number) => () => new Date(Date.now() + minutes * 60_000)

test.each(['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED'] as const)(
  'a card that is %s is found with the accounts it draws on',
  async (cardStatus) => {
    const card = await known.issue({ cardStatus })
    const { status, result } = await validate(bodyOf(card))
    expect(status).toBe(200)
    expect(result).toEqual({
      entityId: card.entityId,
      kitNo: card.kitNo,
      cardStatus,
      accountInfo: [{ ...account, defaultAccount: true }],
    })
    expect(validatorOf<FoundCard>(validateCardEndpoint.result)(structuredClone(result))).toEqual({ valid: true, value: result })
  },
)

test('numbers lose their leading zeros, mobile numbers carry country codes: the card is found all the same', async () => {
  const card = await known.issue()
  const { status } = await validate({
    ...bodyOf(card),
    cardNoLastSix: Number(card.cardNoLastSix),
    expiryDate: 729,
    mobileNo: `+91${card.mobileNo}`,
  })
  expect(status).toBe(200)
})

test('every mismatch has the same answer after the same work', async () => {
  const card = await known.issue()
  const other = await known.issue()
  const unusable = await Promise.all(
    (['BLOCKED', 'HOTLISTED', 'REPLACED', 'EXPIRED_CARD', 'CLOSED'] as const).map((cardStatus) => known.issue({ cardStatus })),
  )
  const twice = await known.issue()
  known.double(twice)
  const fresh = await known.issue()
  const mismatches = [
    { ...bodyOf(card), cardNoLastSix: '999999' },
    { ...bodyOf(card), expiryDate: '0829' },
    { ...bodyOf(card), mobileNo: '9000000001' },
    { ...bodyOf(card), mobileNo: other.mobileNo },
    { ...bodyOf(card), entityId: other.entityId },
    { ...bodyOf(card), entityId: 'nobody' },
    { cardNoLastSix: '999998', expiryDate: '0130', mobileNo: '9000000002', entityId: 'nobody-either' },
    ...unusable.map(bodyOf),
    bodyOf(twice),
  ]
  const works: string[][] = []
  const answers: unknown[] = []
  for (const body of mismatches) {
    await validate(body) // from the second time on the counters stand: a first try is not what is compared here
    const { status, headers, body: text } = await validate(body)
    answers.push({ status, headers, text })
    works.push(known.trace)
  }
  expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1)
  expect(JSON.parse((answers[0] as { text: string }).text)).toMatchObject({
    result: null,
    exception: { errorCode: 'CRD001', shortMessage: 'Card validation failed', fieldError: ['Card details mismatch'] },
  })
  expect(new Set(works.map((work) => work.join('\n'))).size).toBe(1)
  expect(works[0]?.filter((step) => step.startsWith('store'))).toEqual(['store find', ...Array(3).fill('store findOneAndUpdate')])
  expect(works[0]?.filter((step) => step.startsWith('call'))).toEqual([
    'call /internal/customers-by-mobile',
    'call /internal/find-cards',
    'call /internal/accounts-of-entity',
  ])
  await validate(bodyOf(fresh))
  expect(known.trace.filter((step) => step.startsWith('call'))).toEqual(works[0]?.filter((step) => step.startsWith('call')))
})

test('of many calls at once for one card ten fail; the others and the right one are told when to come back', async () => {
  const card = await known.issue()
  const wrong = { ...bodyOf(card), cardNoLastSix: '999997' }
  const answers = await Promise.all(Array.from({ length: 25 }, () => validate(wrong)))
  expect(answers.filter(({ code }) => code === 'CRD001')).toHaveLength(10)
  expect(answers.filter(({ code }) => code === 'rate.limit.exceeded')).toHaveLength(15)
  const right = await validate(bodyOf(card))
  expect([right.status, right.code]).toEqual([429, 'rate.limit.exceeded'])
  expect(Number(right.headers?.['retry-after'])).toBeGreaterThan(850)
  expect(Number(right.headers?.['retry-after'])).toBeLessThanOrEqual(900)
  expect(known.trace.filter((step) => step.startsWith('call'))).toEqual([])
  const later = await known.call(validateCard(known.parts), bodyOf(card), { clock: clockAt(16) })
  expect(later.status).toBe(200)
})

test('the limit is the same for somebody who does not exist', async () => {
  const nobody = { cardNoLastSix: '999996', expiryDate: '0731', mobileNo: '9000000009', entityId: 'no-such-customer' }
  for (let time = 0; time < 10; time++) expect((await validate(nobody)).code).toBe('CRD001')
  const card = await known.issue()
  const somebody = { ...bodyOf(card), cardNoLastSix: '999995' }
  for (let time = 0; time < 10; time++) expect((await validate(somebody)).code).toBe('CRD001')
  const [ofNobody, ofSomebody] = [await validate(nobody), await validate(somebody)]
  expect(ofNobody.body).toBe(ofSomebody.body)
  expect(ofNobody.status).toBe(429)
})

test('a right call counts for nothing, and neither does one that could not be made', async () => {
  const card = await known.issue()
  for (let time = 0; time < 12; time++) expect((await validate(bodyOf(card))).status).toBe(200)
  known.isCustomerAway = true
  for (let time = 0; time < 12; time++) await expect(validate(bodyOf(card))).rejects.toMatchObject({ unavailable: true })
  known.isCustomerAway = false
  expect((await validate(bodyOf(card))).status).toBe(200)
})

test.each([
  ['cardNoLastSix', '12345a'],
  ['entityId', undefined],
  ['expiryDate', '1329'],
  ['mobileNo', 'none'],
])('a %s that is missing or malformed is named', async (field, value) => {
  const { status, code, body } = await validate({ ...bodyOf(await known.issue({ withoutPin: true })), [field]: value })
  expect([status, code]).toEqual([400, 'invalid.input.request'])
  expect(JSON.parse(body).exception.fieldError[0]).toContain(field)
})
