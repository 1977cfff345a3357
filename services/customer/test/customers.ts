// A bank, a customer and a card as they stand in the store, for tests of rules.
import type { KitInfo, Product, Register, TenantDefinition } from '@dcms/contract'
import { newlyStored } from '@dcms/service'
import type { Account, Customer } from '../src/customer.ts'

const product = (productId: string, cardType: Product['cardType'], tierType?: string) =>
  ({ productId, schemeCode: '2003', cardType, ...(tierType && { tierType }) }) as Product

/** As far as planning cards looks into it. */
export const definition = {
  products: [
    product('2003_VIRTUAL', 'VIRTUAL', 'CLASSICONE'),
    product('2003_PHYSICAL', 'PHYSICAL'),
    product('2003_SILVER', 'VIRTUAL', 'SILVER'),
  ],
} as TenantDefinition

export const account = (accountNo: string, change: Partial<Account> = {}): Account => ({
  accountNo,
  accountStatus: 'ACTIVE',
  accountType: 'SAVING',
  accountsCurrency: 'INR',
  schemeCode: '2003',
  defaultAccount: false,
  isPrimary: false,
  ...change,
})

export const address = (addressCategory: 'PERMANENT' | 'COMMUNICATION'): Register['addressInfo'][number] => ({
  addressCategory,
  address1: '12 Lake Road',
  city: 'CHENNAI',
  state: 'TAMILNADU',
  country: 'INDIA',
  pincode: '600032',
})

export const customer = (change: Partial<Customer> = {}): Customer =>
  newlyStored({
    _id: '675676',
    status: 'ACTIVE' as const,
    entityType: 'CUSTOMER' as const,
    businessType: 'ACME_BANK',
    business: 'ACME_BANK',
    businessId: '687',
    title: 'Ms' as const,
    firstName: 'Asha',
    middleName: '',
    lastName: 'Rao',
    gender: 'FEMALE' as const,
    dob: '1978-06-01',
    addressInfo: [address('PERMANENT')],
    communicationInfo: [{ contactNo: '9876543210', emailId: 'asha@example.com', notification: true }],
    mobileNumbers: ['9876543210'],
    kycInfo: [
      {
        documentType: 'PAN' as const,
        documentExpiry: '2099-03-01',
        maskedDocumentNo: 'XXXXXX234F',
        encryptedDocumentNo: 'sealed document',
      },
    ],
    accountInfo: [account('8642135', { defaultAccount: true })],
    kycKeyVersion: 1,
    issuing: [],
    issued: [],
    registeredAt: new Date('2026-11-20T09:00:00Z'),
    ...change,
  })

export const kitInfo: KitInfo = {
  kitNo: '4240171642',
  entityId: '675676',
  accountNo: '8642135',
  bin: '608040',
  cardNumber: '608040XXXXXX6857',
  cardStatus: 'INACTIVE',
  cardType: 'VIRTUAL',
  cardCategory: 'DEBIT',
  networkType: 'RUPAY',
  productId: '2003_VIRTUAL',
  productName: '2003_VIRTUAL',
  expDate: '2029-07-31T00:00:00.000+00:00',
}
