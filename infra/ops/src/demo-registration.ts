// The customer of the demo, as in the published samples.
import type { RequestOf } from '@dcms/sdk'

/** A registration with one account of scheme 2003 and a virtual card on it. */
export const demoRegistration = (entityId: string): RequestOf<'register'> => ({
  entityId,
  entityType: 'CUSTOMER',
  businessType: 'ACME_BANK',
  business: 'ACME_BANK',
  businessId: '687',
  title: 'Ms',
  firstName: 'Asha',
  middleName: '',
  lastName: 'Rao',
  gender: 'FEMALE',
  dob: '1978-06-01',
  deliveryAddress: 'PERMANENT',
  addressInfo: [
    { addressCategory: 'PERMANENT', address1: '12 Lake Road', city: 'CHENNAI', state: 'TAMILNADU', country: 'INDIA', pincode: '600032' },
  ],
  communicationInfo: [{ contactNo: '9876543210', emailId: 'asha@example.com', notification: true }],
  kycInfo: [{ documentType: 'PAN', documentNo: 'ABCDE1234F', documentExpiry: '2099-03-01' }],
  accountInfo: [
    {
      accountNo: '8642135',
      accountStatus: 'ACTIVE',
      accountType: 'SAVING',
      accountsCurrency: 'INR',
      defaultAccount: true,
      isPrimary: false,
      initialFunding: '8000',
      schemeCode: '2003',
    },
  ],
  kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' }],
})
