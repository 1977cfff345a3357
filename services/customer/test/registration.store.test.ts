// register and registerCard on the real store: every refusal, repeats, and customers and cards as
// one. Rule: docs/rules.md#customers-of-a-branch.
import { publicEndpoints, type Register, validatorOf } from '@dcms/contract'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { customersOf } from '../src/customer.ts'
import { CustomerBank } from './customer-bank.ts'
import { account } from './customers.ts'

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
beforeEach(() => {
  bank.isKitAway = false
  bank.refusals.clear()
  bank.meanwhile = async () => undefined
})
afterAll(() => bank.close())

const asha = publicEndpoints.register.examples[0].request as unknown as Register
const body = (entityId: string, change: object = {}) => ({ ...structuredClone(asha), entityId, ...change })
const register = (entityId: string, change: object = {}) => bank.run('register', body(entityId, change))
const issue = (entityId: string, change: object = {}) =>
  bank.run('registerCard', { entityId, kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' }], ...change })
const eventsOf = async (entityId: string) => (await bank.events(entityId)).map((event) => (event as { type: string }).type)

test('a customer and the card exist together, and the customer is told of once', async () => {
  const registered = await register('both')
  expect(registered).toMatchObject({ status: 200, result: { entityId: 'both', kitInfo: [{ entityId: 'both', accountNo: '8642135' }] } })
  expect(validatorOf(publicEndpoints.register.result)(structuredClone(registered.result)).valid).toBe(true)
  expect(await eventsOf('both')).toEqual(['CustomerRegistered'])
  expect(await bank.run('viewCustomer', { entityId: 'both' })).toMatchObject({ status: 200 })
  expect(await issue('both')).toMatchObject({ status: 200, result: { kitInfo: [{ entityId: 'both' }] } })
  expect(await eventsOf('both')).toEqual(['CustomerRegistered'])
})

test('a customer may be registered without a card, and gets one on the default account where none is named', async () => {
  expect(await register('cardless', { kitInfo: [], deliveryAddress: undefined })).toMatchObject({ result: { kitInfo: [] } })
  expect(await register('defaulted', { kitInfo: [{ cardType: 'VIRTUAL' }] })).toMatchObject({
    result: { kitInfo: [{ accountNo: '8642135' }] },
  })
})

test.each([
  ['a birthday that does not exist', { dob: '2025-02-30' }, 'dob must be a valid date, YYYY-MM-DD'],
  ['a leap day of a common year', { dob: '2023-02-29' }, 'dob must be a valid date, YYYY-MM-DD'],
  ['a birthday in another form', { dob: '01-06-1978' }, 'dob must be a valid date, YYYY-MM-DD'],
  [
    'a document that expires on no day',
    { kycInfo: [{ documentType: 'PAN', documentNo: 'ABCDE1234F', documentExpiry: '2026-04-31' }] },
    'kycInfo[0].documentExpiry must be a valid date, YYYY-MM-DD',
  ],
  [
    'a nominee born on no day',
    { nomineeInfo: [{ nomineeName: 'Ravi', nomineeDOB: '2001-13-01' }] },
    'nomineeInfo[0].nomineeDOB must be a valid date, YYYY-MM-DD',
  ],
  ['no document', { kycInfo: [] }, 'kycInfo must have at least 1 element'],
  [
    'no permanent address',
    { addressInfo: [{ ...asha.addressInfo[0], addressCategory: 'COMMUNICATION' }], deliveryAddress: 'COMMUNICATION' },
    'addressInfo must contain a PERMANENT address',
  ],
  ['another kind of entity', { entityType: 'COMPANY' }, 'entityType must be one of CUSTOMER'],
  ['a card that is sent nowhere', { deliveryAddress: undefined }, 'deliveryAddress is required with kitInfo'],
  [
    'a card that is sent to an address that is not given',
    { deliveryAddress: 'COMMUNICATION' },
    "deliveryAddress COMMUNICATION is not one of the customer's addresses",
  ],
  ['an account twice', { accountInfo: [asha.accountInfo[0], asha.accountInfo[0]] }, 'accountInfo must not name an account twice'],
])('%s is refused, and nothing is registered', async (_what, change, sentence) => {
  expect(await register('faulty', change)).toMatchObject({
    status: 400,
    code: 'invalid.input.request',
    fieldError: expect.arrayContaining([sentence]),
  })
  expect(await bank.exists('faulty')).toBe(false)
})

test('the leap day of a leap year is a day', async () => {
  expect(await register('leaper', { dob: '2024-02-29' })).toMatchObject({ status: 200 })
})

test('an entityId is registered once', async () => {
  await register('once')
  expect(await register('once')).toMatchObject({ status: 400, code: 'entity.already.exists' })
  const answered = await Promise.all(Array.from({ length: 4 }, () => register('race')))
  expect(answered.map(({ status, code }) => code ?? status).sort()).toEqual([200, ...Array(3).fill('entity.already.exists')])
})

test.each([
  ['an account that is not the customer’s', { kitInfo: [{ accountNo: '1', cardType: 'VIRTUAL' }] }, 'invalid.source.account'],
  ['a closed account', { accountInfo: [account('8642135', { accountStatus: 'CLOSED', defaultAccount: true })] }, 'invalid.source.account'],
  ['a scheme without a product', { accountInfo: [account('8642135', { schemeCode: '9', defaultAccount: true })] }, 'product.not.found'],
])('a card on %s is refused, and nothing is registered', async (_what, change, code) => {
  expect(await register('refused', change)).toMatchObject({ status: 400, code })
  expect(await bank.exists('refused')).toBe(false)
})

test.each(['kit.not.found', 'invalid.kit.info', 'product.not.found'])(
  'what the stock refuses with %s is refused, and nothing stays',
  async (code) => {
    bank.refusals.set('reserveKits', code)
    expect(await register('unstocked', { kitInfo: [{ cardType: 'PHYSICAL', kitNo: '4240181652' }] })).toMatchObject({ status: 400, code })
    expect(await bank.exists('unstocked')).toBe(false)
    bank.refusals.clear()
    await register(`stocked-${code}`)
    bank.refusals.set('reserveKits', code)
    expect(await issue(`stocked-${code}`)).toMatchObject({ status: 400, code })
    expect(await bank.customer(`stocked-${code}`)).toMatchObject({ issuing: [] })
    expect((await bank.customer(`stocked-${code}`)).issuingAt).toBeUndefined()
  },
)

test('a joint account has one primary holder; who is refused for it is not registered', async () => {
  const accountInfo = [account('joint', { defaultAccount: true, isPrimary: true })]
  const kitInfo = [{ cardType: 'VIRTUAL' }]
  const answered = await Promise.all(['joint-1', 'joint-2', 'joint-3'].map((name) => register(name, { accountInfo, kitInfo })))
  expect(answered.map(({ status, code }) => code ?? status).sort()).toEqual([200, 'invalid.source.account', 'invalid.source.account'])
  expect(await register('joint-4', { accountInfo: [account('joint', { defaultAccount: true })], kitInfo })).toMatchObject({ status: 200 })
})

test('who lost a primary account to nobody may hold it: a refused registration leaves no claim behind', async () => {
  bank.refusals.set('reserveKits', 'invalid.kit.info')
  const accountInfo = [account('freed', { defaultAccount: true, isPrimary: true })]
  await register('refused-holder', { accountInfo, kitInfo: [{ cardType: 'VIRTUAL' }] })
  bank.refusals.clear()
  expect(await register('next-holder', { accountInfo, kitInfo: [] })).toMatchObject({ status: 200 })
})

test('while the kit context is away a card is not issued, and asking again with the same requestId carries on', async () => {
  bank.isKitAway = true
  expect(await register('later', { requestId: 'later-1' })).toMatchObject({ status: 503, code: 'service.unavailable' })
  expect(await bank.run('viewCustomer', { entityId: 'later' })).toMatchObject({ code: 'CUS001' })
  bank.isKitAway = false
  expect(await register('later', { requestId: 'later-1' })).toMatchObject({ status: 200, result: { kitInfo: [{ entityId: 'later' }] } })
  expect(await eventsOf('later')).toEqual(['CustomerRegistered'])
})

test('a repeat gets the first answer, another body under the same requestId a conflict, one that comes too early is told so', async () => {
  const first = await register('keyed', { requestId: 'keyed-1' })
  expect(await register('keyed', { requestId: 'keyed-1' })).toEqual(first)
  expect(await register('keyed', { requestId: 'keyed-1', firstName: 'Other' })).toMatchObject({ status: 409, code: 'idempotency.conflict' })

  const early: unknown[] = []
  bank.meanwhile = async (name) => {
    if (name === 'reserveKits') early.push(await issue('keyed', { requestId: 'card-1' }))
  }
  const card = await issue('keyed', { requestId: 'card-1' })
  expect(early).toMatchObject([{ status: 409, code: 'idempotency.in.progress' }])
  expect(await issue('keyed', { requestId: 'card-1' })).toEqual(card)
  expect(bank.kits.ACME_BANK?.filter(({ entityId }) => entityId === 'keyed')).toHaveLength(2)
})

test('a command that others keep overtaking ends as concurrent.change', async () => {
  await register('contested')
  bank.meanwhile = () => customersOf(bank.tenant()).updateOne({ _id: 'contested' }, { $inc: { version: 1 } })
  expect(
    await bank.run('updateAccount', { entityId: 'contested', accountInfo: [account('8642135', { accountStatus: 'CLOSED' })] }),
  ).toMatchObject({ code: 'invalid.input.request' }) // it would leave no default account: refused before anybody is asked
  expect(
    await bank.run('updateAccount', {
      entityId: 'contested',
      accountInfo: [{ accountNo: '8642135', accountType: 'SAVING', schemeCode: '2003', accountStatus: 'CLOSED' }],
    }),
  ).toMatchObject({ status: 409, code: 'concurrent.change' })
})

test('registerCard does not know an unknown customer, refuses what does not fit, and sends a physical card somewhere', async () => {
  await register('further')
  expect(await issue('nobody')).toMatchObject({ status: 400, code: 'CUS001' })
  expect(await issue('further', { kitInfo: [] })).toMatchObject({
    code: 'invalid.input.request',
    fieldError: ['kitInfo must have at least 1 element'],
  })
  expect(await issue('further', { kitInfo: [{ accountNo: '1', cardType: 'VIRTUAL' }] })).toMatchObject({ code: 'invalid.source.account' })
  const physical = [{ accountNo: '8642135', cardType: 'PHYSICAL' }]
  expect(await issue('further', { kitInfo: physical })).toMatchObject({ fieldError: ['deliveryAddress is required for a PHYSICAL card'] })
  expect(await issue('further', { kitInfo: physical, deliveryAddress: 'COMMUNICATION' })).toMatchObject({
    fieldError: ["deliveryAddress COMMUNICATION is not one of the customer's addresses"],
  })
  expect(await issue('further', { kitInfo: physical, deliveryAddress: 'PERMANENT' })).toMatchObject({ status: 200 })
})

test('a user of a branch registers for it and issues cards to its customers only', async () => {
  const of = (branch: string) => ({ roles: ['BRANCH_USER'], branch })
  expect(await bank.run('register', body('branch-customer'), of('B1'))).toMatchObject({ status: 200 })
  expect(await register('bank-customer')).toMatchObject({ status: 200 })
  const card = (entityId: string, call: object) =>
    bank.run('registerCard', { entityId, kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' }] }, call)
  expect(await card('branch-customer', of('B1'))).toMatchObject({ status: 200 })
  for (const entityId of ['branch-customer', 'bank-customer'])
    expect(await card(entityId, of('B2'))).toMatchObject({ status: 400, code: 'CUS001' })
  expect(await card('branch-customer', {})).toMatchObject({ status: 200 })
  expect((await bank.run('viewCustomer', { entityId: 'branch-customer' })).result).not.toHaveProperty('branch')
})

test('a user of a branch reads no customers: they would be those of the whole bank', async () => {
  expect(await register('unseen')).toMatchObject({ status: 200 })
  expect(await bank.run('viewCustomer', { entityId: 'unseen' }, { roles: ['BRANCH_USER'], branch: 'B1' })).toMatchObject({
    status: 403,
    code: 'auth.forbidden',
  })
})
