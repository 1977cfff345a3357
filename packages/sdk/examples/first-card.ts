// A customer with a virtual card, activated. Run it in the folder that holds
// .dcms/demo-client.json.
// #region first-card
import { readFileSync } from 'node:fs'
import { Dcms, DcmsError } from '@dcms/sdk'

const { baseUrl, tenants } = JSON.parse(readFileSync('.dcms/demo-client.json', 'utf8'))
const { username, password, ...keys } = tenants.ACME_BANK
const dcms = new Dcms({ baseUrl, tenant: 'ACME_BANK', username, password, keys })

try {
  const { kitInfo } = await dcms.register({
    requestId: 'first-call-1',
    entityId: 'FIRST-1',
    entityType: 'CUSTOMER',
    businessType: 'RETAIL',
    business: 'ACME_BANK',
    businessId: '687',
    firstName: 'Asha',
    lastName: 'Rao',
    gender: 'FEMALE',
    dob: '1978-06-01',
    addressInfo: [
      { addressCategory: 'PERMANENT', address1: '12 Lake Road', city: 'Chennai', state: 'Tamil Nadu', country: 'India', pincode: '600032' },
    ],
    communicationInfo: [{ contactNo: '9876543210' }],
    kycInfo: [{ documentType: 'PASSPORT', documentNo: 'N1234567' }],
    accountInfo: [{ accountNo: '8642135', accountType: 'SAVING', schemeCode: '2003' }],
    deliveryAddress: 'PERMANENT',
    kitInfo: [{ cardType: 'VIRTUAL' }],
  })
  const [card] = kitInfo ?? []
  if (card) console.log(await dcms.activateKit({ entityId: 'FIRST-1', kitNo: card.kitNo }, { requestId: 'first-call-2' }))
} catch (error) {
  if (!(error instanceof DcmsError)) throw error
  console.error(error.errorCode, error.fieldError, 'trace', error.requestId)
} finally {
  await dcms.close()
}
// #endregion
