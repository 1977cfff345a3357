// What belongs to another bank or another customer is answered like what does not exist, by every
// endpoint of this service. Rule: docs/rules.md#no-probing.
import { publicEndpointList, publicEndpoints } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CustomerBank, OTHER } from './customer-bank.ts'
import { account, address } from './customers.ts'

let bank: CustomerBank
const FOREIGN_MASK = '608040XXXXXX4321'
const NO_MASK = '608040XXXXXX0000'
beforeAll(async () => {
  bank = await CustomerBank.start()
  await bank.add('foreign', { communicationInfo: [{ contactNo: '9000000001' }] }, OTHER)
  bank.issue('foreign', { cardNumber: FOREIGN_MASK }, OTHER)
  await bank.add('own')
  await bank.add('neighbour', { accountInfo: [account('777', { defaultAccount: true })] })
})
afterAll(() => bank.close())

const kitInfo = [{ accountNo: '8642135', cardType: 'VIRTUAL' }]
/** For each endpoint a body that names the customer. */
const bodies: Record<string, (entityId: string) => object> = {
  registerCard: (entityId) => ({ entityId, kitInfo }),
  viewCustomer: (entityId) => ({ entityId }),
  fetchByCif: (entityId) => ({ entityId }),
  fetchByCifV2: (entityId) => ({ entityId }),
  updateProofOfIdentity: (entityId) => ({ entityId, communicationInfo: [{ contactNo: '9000000001', emailId: 'a@example.com' }] }),
  updateProofOfAddress: (entityId) => ({ entityId, addressInfo: [address('PERMANENT')] }),
  updateAccount: (entityId) => ({ entityId, accountInfo: [{ accountNo: '1', accountType: 'SAVING', schemeCode: '2003' }] }),
  entityExists: (entityId) => ({ entityId }),
  accountsOfEntity: (entityId) => ({ entityId }),
  customersByMobile: (entityId) => ({ mobileNo: '9000000001', entityId }),
  deliveryTo: (entityId) => ({ entityId, addressCategory: 'PERMANENT' }),
}

test.each(Object.keys(bodies))('%s answers the id of another bank’s customer as one that nobody has', async (name) => {
  const bodyOf = bodies[name] as (entityId: string) => object
  const before = await bank.customer('foreign', OTHER)
  const answered = await bank.run(name, bodyOf('foreign'))
  expect(answered).toEqual(await bank.run(name, bodyOf('nobody')))
  expect(await bank.customer('foreign', OTHER)).toEqual(before)
  // The same body under its own bank finds it: the test asks rightly.
  expect(await bank.run(name, bodyOf('foreign'), { tenantId: OTHER })).not.toEqual(answered)
})

test('every endpoint that takes a customer of this service is in this test', () => {
  const taking = publicEndpointList.filter(
    ({ owner, request }) => owner === 'customer' && 'entityId' in (request as { properties: object }).properties,
  )
  expect(taking.map(({ name }) => name).filter((name) => name !== 'register' && !(name in bodies))).toEqual([])
})

test('the mask of another bank’s card is one that no card has', async () => {
  const answered = await bank.run('fetchCifByMaskedCard', { maskedCardNo: FOREIGN_MASK })
  expect(answered).toEqual(await bank.run('fetchCifByMaskedCard', { maskedCardNo: NO_MASK }))
  expect(answered).toMatchObject({ code: 'MCC007' })
})

test('an id that another bank has taken is free here', async () => {
  const body = { ...structuredClone(publicEndpoints.register.examples[0].request as object), entityId: 'foreign', kitInfo: [] }
  expect(await bank.run('register', body)).toMatchObject({ status: 200 })
})

test('a card on another customer’s account is refused as one on an account that nobody has', async () => {
  const issue = (accountNo: string) => bank.run('registerCard', { entityId: 'own', kitInfo: [{ accountNo, cardType: 'VIRTUAL' }] })
  expect(await issue('777')).toMatchObject({ code: 'invalid.source.account' })
  expect(await issue('777')).toEqual(await issue('778'))
})
