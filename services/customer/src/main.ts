// Starts the customer service.
import { SoftwareHsm } from '@dcms/card-crypto'
import { keyPurposesOf } from '@dcms/contract'
import { anyModel, databaseName, internalClient, keyRoutes, mongoKeyStore, runProcess, startService } from '@dcms/service'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { customersOf } from './customer.ts'
import { finishIssuings } from './finish-issuings.ts'
import { kycVault } from './kyc-vault.ts'
import { onKitEvents } from './on-kit-events.ts'
import { rewrapDocuments } from './rewrap-documents.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('customer', config, ({ connection, tokens, logger }) => {
    const hsm = new SoftwareHsm(mongoKeyStore(connection, databaseName(config.installation, 'customer')), config.masterKey)
    const kyc = kycVault(hsm)
    const kit = internalClient({ baseUrl: config.kitInternalUrl, audience: 'kit', tokens })
    return {
      commands: commands({ kyc, kit, logger }),
      aggregates: [anyModel(customersOf)],
      followings: [onKitEvents],
      sweeps: [finishIssuings(kit), rewrapDocuments(hsm, kyc)],
      prepare: async ({ id }) => {
        await hsm.ensureKey(id, 'data')
      },
      adminRoutes: keyRoutes(hsm, keyPurposesOf.customer),
      clients: [kit],
    }
  })
})
