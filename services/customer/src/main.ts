// Starts the customer service.
import { SoftwareHsm } from '@dcms/card-crypto'
import { anyModel, databaseName, internalClient, mongoKeyStore, runProcess, startService } from '@dcms/service'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { customersOf } from './customer.ts'
import { finishIssuings } from './finish-issuings.ts'
import { kycVault } from './kyc-vault.ts'
import { onKitEvents } from './on-kit-events.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('customer', config, ({ connection, tokens, logger }) => {
    const hsm = new SoftwareHsm(mongoKeyStore(connection, databaseName(config.installation, 'customer')), config.masterKey)
    const kit = internalClient({ baseUrl: config.kitInternalUrl, audience: 'kit', tokens })
    return {
      commands: commands({ kyc: kycVault(hsm), kit, logger }),
      aggregates: [anyModel(customersOf)],
      followings: [onKitEvents],
      sweeps: [finishIssuings(kit)],
      prepare: async ({ id }) => {
        await hsm.ensureKey(id, 'data')
      },
      clients: [kit],
    }
  })
})
