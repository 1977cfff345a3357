// Sets a PIN and checks another one. Run it in the folder that holds .dcms/demo-client.json.
import { readFileSync } from 'node:fs'
// #region pins
import { Dcms, DcmsError, DcmsInputError } from '@dcms/sdk'

// #endregion
const { baseUrl, tenants } = JSON.parse(readFileSync('.dcms/demo-client.json', 'utf8'))
const { username, password, ...keys } = tenants.ACME_BANK
const dcms = new Dcms({ baseUrl, tenant: 'ACME_BANK', username, password, keys })
const pin = '1234'
const cardNumber = '6080390000022751'

// #region pins
const card = { entityId: '675676', kitNo: '4240171508', expiryDate: '1131' }

await dcms.pins.set({ ...card, pin, cardNumber }) // true
try {
  await dcms.pins.validate({ ...card, pin, cardNumber }) // true, never false
} catch (error) {
  if (error instanceof DcmsInputError)
    console.log(error.field) // 'pin', 'cardNumber' …: nothing was sent
  else if (error instanceof DcmsError && error.errorCode === 'PIN002') console.log('wrong PIN, one try less')
  else if (error instanceof DcmsError && error.errorCode === 'pin.locked') console.log('set a new PIN')
  else throw error
}
// #endregion
await dcms.close()
