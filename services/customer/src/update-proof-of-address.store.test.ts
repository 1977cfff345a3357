// Adding and replacing addresses: the rule, and the service with its store.
import { addressChangedEvent, validatorOf } from '@dcms/contract'
import { refuse, unchanged } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CustomerBank } from '../test/customer-bank.ts'
import { address, customer } from '../test/customers.ts'
import { decideAddresses } from './update-proof-of-address.ts'

const now = new Date('2026-11-21T10:00:00Z')
const permanent = address('PERMANENT')
const communication = { ...address('COMMUNICATION'), address1: '14 Hill Street', district: null }

test('an address takes the place of the one of its category, whole, or is added; the event names what changed', () => {
  const before = customer({ addressInfo: [{ ...permanent, address2: 'Adyar' }] })
  const decision = decideAddresses(before, [communication, permanent], now)
  expect(decision).toEqual({
    kind: 'changed',
    set: { addressInfo: [permanent, communication] },
    events: [
      {
        type: 'AddressChanged',
        entityId: '675676',
        addressCategories: ['COMMUNICATION', 'PERMANENT'],
        changedAt: '2026-11-21T10:00:00.000Z',
      },
    ],
  })
  if (decision.kind === 'changed') expect(validatorOf(addressChangedEvent.schema)(structuredClone(decision.events[0])).valid).toBe(true)
})

test('a category that is not named stays as it is, and an address that stands already is not told', () => {
  const before = customer({ addressInfo: [permanent, communication] })
  const moved = { ...communication, address1: '1 Park Street' }
  expect(decideAddresses(before, [permanent, moved], now)).toMatchObject({
    set: { addressInfo: [permanent, moved] },
    events: [{ addressCategories: ['COMMUNICATION'] }],
  })
  expect(decideAddresses(before, [communication], now)).toEqual(unchanged)
})

test('a category twice is refused, and an unknown customer has no address', () => {
  expect(decideAddresses(customer(), [permanent, permanent], now)).toEqual(
    refuse('invalid.input.request', ['addressInfo must not contain a category twice']),
  )
  expect(decideAddresses(null, [permanent], now)).toEqual(refuse('CUS001'))
})

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
afterAll(() => bank.close())

const update = (entityId: string, addressInfo: unknown[]) => bank.run('updateProofOfAddress', { entityId, addressInfo })

test('the new address is where the next card goes, at once; a repeat changes nothing further', async () => {
  await bank.add('mover')
  const ask = async () => (await bank.run('deliveryTo', { entityId: 'mover', addressCategory: 'COMMUNICATION' })).result
  expect(await ask()).toBeNull()
  expect(await update('mover', [communication])).toEqual({ status: 200, result: { entityId: 'mover' } })
  expect(await ask()).toMatchObject({ address1: '14 Hill Street' })
  expect(await update('mover', [communication])).toMatchObject({ status: 200 })
  expect(await bank.events('mover')).toHaveLength(1)
})

test('two changes of different addresses at once both stand afterwards', async () => {
  await bank.add('both')
  const moved = { ...permanent, city: 'MADURAI' }
  await Promise.all([update('both', [communication]), update('both', [moved])])
  expect(await bank.customer('both')).toMatchObject({ addressInfo: [moved, communication], sequence: 2 })
})

test.each([
  ['no address', [], 'addressInfo must have at least 1 element'],
  [
    'another category',
    [{ ...permanent, addressCategory: 'OFFICE' }],
    'addressInfo[0].addressCategory must be one of PERMANENT, COMMUNICATION',
  ],
  [
    'a wrong pincode',
    [{ ...permanent, pincode: '!' }],
    'addressInfo[0].pincode has a wrong format: 3 to 12 letters, digits, blanks and hyphens',
  ],
  ['a category twice', [permanent, permanent], 'addressInfo must not contain a category twice'],
])('%s is refused', async (_what, addresses, sentence) => {
  expect(await update('mover', addresses)).toMatchObject({ status: 400, code: 'invalid.input.request', fieldError: [sentence] })
})

test('an unknown customer, and one still being registered, are not found', async () => {
  await bank.add('pending', { status: 'PENDING' })
  for (const entityId of ['nobody', 'pending']) expect(await update(entityId, [permanent])).toMatchObject({ status: 400, code: 'CUS001' })
})
