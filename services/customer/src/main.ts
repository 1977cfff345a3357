// Starts the customer service.
import { SoftwareHsm } from '@dcms/card-crypto'
import { keyPurposesOf } from '@dcms/contract'
import { anyModel, databaseName, internalClient, keyRoutes, mongoKeyStore, requireMasterKey, runProcess, startService } from '@dcms/service'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { customersOf } from './customer.ts'
import { finishIssuings, finishRegistrations } from './finish-issuings.ts'
import { kycVault } from './kyc-vault.ts'
import { messaging } from './messaging.ts'
import { cardholderNotifications } from './notify-cardholder.ts'
import { onKitEvents } from './on-kit-events.ts'
import { rewrapDocuments } from './rewrap-documents.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('customer', config, ({ connection, tokens, logger }) => {
    const hsm = new SoftwareHsm(mongoKeyStore(connection, databaseName(config.installation, 'customer')), config.masterKey)
    const kyc = kycVault(hsm)
    const kit = internalClient({ baseUrl: config.kitInternalUrl, audience: 'kit', tokens })
    const partner = config.messagingUrl === undefined ? undefined : messaging(config.messagingUrl)
    if (partner === undefined) logger.warn('MESSAGING_URL is not set: cardholders are not notified')
    const pinPreference = internalClient({ baseUrl: config.pinPreferenceInternalUrl, audience: 'pin-preference', tokens })
    return {
      commands: commands({ kyc, kit, pinPreference, logger }),
      aggregates: [anyModel(customersOf)],
      followings: [onKitEvents],
      jobs: [finishRegistrations(kit, logger)],
      sweeps: [finishIssuings(kit, logger), rewrapDocuments(hsm, kyc)],
      reactions: partner ? cardholderNotifications(partner) : [],
      check: () => requireMasterKey(connection, databaseName(config.installation, 'customer'), config.masterKey),
      prepare: async ({ id }) => {
        await hsm.ensureKey(id, 'data')
      },
      adminRoutes: keyRoutes(hsm, keyPurposesOf.customer),
      clients: [kit, pinPreference, ...(partner ? [partner] : [])],
    }
  })
})
