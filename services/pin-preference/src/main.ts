// Starts the pin-preference service.
import { SoftwareHsm } from '@dcms/card-crypto'
import { keyPurposesOf } from '@dcms/contract'
import { anyModel, databaseName, internalClient, keyRoutes, mongoKeyStore, requireMasterKey, runProcess, startService } from '@dcms/service'
import { httpVendor } from '@dcms/vendor-files'
import { cardsOf } from './card.ts'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { limitFailures } from './limit-failures.ts'
import { onKitEvents } from './on-kit-events.ts'
import { planPinMailerFiles } from './plan-pin-mailer-files.ts'
import { rewrapCardNumbers } from './rewrap-card-numbers.ts'
import { sendPinMailerFiles } from './send-pin-mailer-files.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('pin-preference', config, ({ connection, tokens, logger }) => {
    const store = mongoKeyStore(connection, databaseName(config.installation, 'pin-preference'))
    const hsm = new SoftwareHsm(store, config.masterKey, { zoneKey: config.zoneKey })
    const kit = internalClient({ baseUrl: config.kitInternalUrl, audience: 'kit', tokens })
    const customer = internalClient({ baseUrl: config.customerInternalUrl, audience: 'customer', tokens })
    const drops = config.vendorUrl === undefined ? undefined : httpVendor(config.vendorUrl)
    return {
      commands: commands({ hsm, kit, customer, limit: limitFailures(hsm) }),
      aggregates: [anyModel(cardsOf)],
      followings: [onKitEvents(kit)],
      reactions: [planPinMailerFiles],
      jobs: drops ? [sendPinMailerFiles({ drops, hsm, kit, logger })] : [],
      sweeps: [rewrapCardNumbers(hsm)],
      check: () => requireMasterKey(connection, databaseName(config.installation, 'pin-preference'), config.masterKey),
      prepare: async ({ id }) => {
        for (const purpose of ['data', 'pvk'] as const) await hsm.ensureKey(id, purpose)
      },
      adminRoutes: keyRoutes(hsm, keyPurposesOf['pin-preference']),
      clients: [kit, customer, ...(drops ? [drops] : [])],
    }
  })
})
