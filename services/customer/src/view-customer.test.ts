// The customer as callers see it.
import { type CustomerView, validatorOf, viewCustomerEndpoint } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { account, customer, kitInfo } from '../test/customers.ts'
import { viewOf } from './view-customer.ts'

const kit = { ...kitInfo, createdDate: '2026-11-20T09:00:00.000+00:00' }

test('a customer is shown whole, with its cards, contacts and document masks', () => {
  expect(viewOf(customer(), [kit])).toEqual({
    entityId: '675676',
    entityType: 'CUSTOMER',
    title: 'Ms',
    firstName: 'Asha',
    middleName: '',
    lastName: 'Rao',
    gender: 'FEMALE',
    dob: '1978-06-01',
    business: 'ACME_BANK',
    businessId: '687',
    businessType: 'ACME_BANK',
    accountInfo: [account('8642135', { defaultAccount: true })],
    kitInfo: [(({ accountNo: _accountNo, ...shown }) => shown)(kit)],
    addressInfo: [
      {
        addressCategory: 'PERMANENT',
        address1: '12 Lake Road',
        address2: null,
        address3: null,
        city: 'CHENNAI',
        state: 'TAMILNADU',
        country: 'INDIA',
        district: null,
        isoCountryCode: null,
        pincode: '600032',
      },
    ],
    communicationInfo: [{ appId: null, contactNo: '9876543210', emailId: 'asha@example.com', notification: true }],
    kycInfo: [{ documentType: 'PAN', documentNo: 'XXXXXX234F', documentExpiry: '2099-03-01', kycRefNo: null }],
    accountKitMapping: [{ entityId: '675676', accountNo: '8642135', kitNo: '4240171642' }],
  })
})

test('nothing that is kept inside shows, whatever stands in the document', () => {
  const full = customer({
    status: 'ACTIVE',
    outboxAt: new Date(),
    commandIds: ['secret command'],
    issuingAt: new Date(),
    issuingStuckAt: new Date(),
    issuing: [{ commandId: 'secret command', startedAt: new Date(), kits: [], attempt: 1 }],
    issued: [{ commandId: 'secret command', reservation: 'r', kitNos: [] }],
    outbox: [{ id: 'secret', type: 'x', dataVersion: 1, sequence: 1, time: new Date(), payload: {} }],
    isMinor: false,
    kycStatus: 'FULL_KYC',
    cifNumber: '1',
    referralEntityId: null,
    nomineeInfo: [{ nomineeName: 'Ravi' }],
  })
  const view = viewOf(full, [kit, { ...kit, kitNo: '2' }])
  const inContract = Object.keys((viewCustomerEndpoint.result as { properties: object }).properties)
  expect(Object.keys(view).filter((name) => !inContract.includes(name))).toEqual([])
  expect(JSON.stringify(view)).not.toMatch(/secret|sealed/)
  // Nor does what a later release keeps, in the customer or in a document.
  const later = { ...full, keptLater: 'secret', kycInfo: full.kycInfo.map((document) => ({ ...document, keptLater: 'secret' })) }
  expect(viewOf(later, [kit, { ...kit, kitNo: '2' }])).toEqual(view)
  // Fields that the contract does not name would be dropped here.
  expect(validatorOf<CustomerView>(viewCustomerEndpoint.result)(structuredClone(view))).toEqual({ valid: true, value: view })
})

test('what is given is shown as given, not as absent', () => {
  const [shown] =
    viewOf(customer({ addressInfo: [{ ...(customer().addressInfo[0] as never as object), district: 'Guindy' } as never] }), [])
      .addressInfo ?? []
  expect(shown).toMatchObject({ district: 'Guindy', address2: null })
})

test('a customer without cards has empty lists', () => {
  expect(viewOf(customer(), [])).toMatchObject({ kitInfo: [], accountKitMapping: [] })
})
