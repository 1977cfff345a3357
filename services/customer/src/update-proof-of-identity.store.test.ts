// Replacing contacts: the rule, and what finds a customer by its number right afterwards.
import { contactChangedEvent, validatorOf } from '@dcms/contract'
import { refuse, unchanged } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CustomerBank } from '../test/customer-bank.ts'
import { customer } from '../test/customers.ts'
import { decideContacts } from './update-proof-of-identity.ts'

const now = new Date('2026-11-21T10:00:00Z')
const contact = (contactNo: string, more: object = {}) => ({ contactNo, notification: true, ...more })

test('the contacts are replaced, and with them the numbers the customer is found by; the event tells neither', () => {
  const contacts = [
    contact('9000000001', { emailId: 'new@example.com' }),
    contact('501234567', { countryCode: '+971', notification: false }),
  ]
  const decision = decideContacts(customer(), contacts, now)
  expect(decision).toEqual({
    kind: 'changed',
    set: { communicationInfo: contacts, mobileNumbers: ['9000000001', '501234567', '971501234567'] },
    events: [{ type: 'ContactChanged', entityId: '675676', notification: true, changedAt: '2026-11-21T10:00:00.000Z' }],
  })
  if (decision.kind === 'changed') expect(validatorOf(contactChangedEvent.schema)(structuredClone(decision.events[0])).valid).toBe(true)
})

test('a customer none of whose contacts takes notifications is told so', () => {
  expect(decideContacts(customer(), [contact('9000000001', { notification: false })], now)).toMatchObject({
    events: [{ notification: false }],
  })
})

test('the same contacts are no change, and an unknown customer has none', () => {
  expect(decideContacts(customer(), customer().communicationInfo, now)).toEqual(unchanged)
  expect(decideContacts(null, [contact('9000000001')], now)).toEqual(refuse('CUS001'))
})

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
afterAll(() => bank.close())

const update = (entityId: string, communicationInfo: unknown[], idempotencyKey?: string) =>
  bank.run('updateProofOfIdentity', { entityId, communicationInfo }, idempotencyKey === undefined ? {} : { idempotencyKey })
const found = async (mobileNo: string) => (await bank.run('customersByMobile', { mobileNo })).result

test('right after the change the customer is found by the new number and by the old one no more', async () => {
  await bank.add('mover', { communicationInfo: [contact('9000000010')] })
  expect(await update('mover', [{ contactNo: 9000000011 }])).toEqual({ status: 200, result: { entityId: 'mover' } })
  expect(await found('+919000000011')).toEqual({ entityIds: ['mover'] })
  expect(await found('9000000010')).toEqual({ entityIds: [] })
  expect((await bank.customer('mover')).communicationInfo).toEqual([contact('9000000011')])
})

test('a repeat changes nothing further, not even after another change in between', async () => {
  await bank.add('repeater')
  await update('repeater', [contact('9000000020')], 'first')
  await update('repeater', [contact('9000000021')], 'second')
  expect(await update('repeater', [contact('9000000020')], 'first')).toMatchObject({ status: 200 })
  expect((await bank.customer('repeater')).mobileNumbers).toEqual(['9000000021'])
  await update('repeater', [contact('9000000021')])
  expect(await bank.events('repeater')).toHaveLength(2)
})

test('two changes at once leave the contacts of one of them, and both are told', async () => {
  await bank.add('twice')
  const answered = await Promise.all(['9000000031', '9000000032'].map((number) => update('twice', [contact(number)])))
  expect(answered.map(({ status }) => status)).toEqual([200, 200])
  const { communicationInfo, mobileNumbers, sequence } = await bank.customer('twice')
  expect(mobileNumbers).toEqual(communicationInfo.map(({ contactNo }) => contactNo))
  expect(sequence).toBe(2)
})

test.each([
  ['no contacts', [], 'communicationInfo must have at least 1 element'],
  ['no mobile number', [{ emailId: 'a@example.com' }], 'communicationInfo[0].contactNo is required'],
  ['a wrong number', [contact('12')], 'communicationInfo[0].contactNo has a wrong format: 8 to 15 digits, with or without a leading +'],
  ['a wrong mail address', [contact('9000000001', { emailId: 'nobody' })], 'communicationInfo[0].emailId must be a valid e-mail address'],
])('%s is refused', async (_what, contacts, sentence) => {
  expect(await update('mover', contacts)).toMatchObject({ status: 400, code: 'invalid.input.request', fieldError: [sentence] })
})

test('an unknown customer, and one still being registered, are not found', async () => {
  await bank.add('pending', { status: 'PENDING' })
  for (const entityId of ['nobody', 'pending'])
    expect(await update(entityId, [contact('9000000001')])).toMatchObject({ status: 400, code: 'CUS001' })
})
