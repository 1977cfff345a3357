// Activates a customer's first card. Run it in the folder that holds .dcms/demo-client.json.
// #region activate
import { readFileSync } from 'node:fs'
import { Dcms, DcmsError } from '@dcms/sdk'

// npm start writes this file for the two demo banks; at a real bank the same members come from
// onboarding.
const { baseUrl, tenants } = JSON.parse(readFileSync('.dcms/demo-client.json', 'utf8'))
const { username, password, ...keys } = tenants.ACME_BANK

const dcms = new Dcms({ baseUrl, tenant: 'ACME_BANK', username, password, keys })

try {
  const [kit] = await dcms.fetchKitsByEntityId({ entityId: '675676' })
  if (kit) await dcms.activateKit({ entityId: '675676', kitNo: kit.kitNo })
} catch (error) {
  if (!(error instanceof DcmsError)) throw error
  if (error.errorCode === 'card.already.active') console.log('nothing to do')
  else console.error(error.errorCode, error.fieldError, 'trace', error.requestId)
} finally {
  await dcms.close()
}
// #endregion
