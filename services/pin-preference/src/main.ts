// Starts the pin-preference service.
import { SoftwareHsm } from '@dcms/card-crypto'
import { anyModel, databaseName, importKeyRoute, internalClient, mongoKeyStore, runProcess, startService } from '@dcms/service'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { onKitEvents } from './on-kit-events.ts'
import { preferencesOf } from './preference.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('pin-preference', config, ({ connection, tokens }) => {
    const hsm = new SoftwareHsm(mongoKeyStore(connection, databaseName(config.installation, 'pin-preference')), config.masterKey)
    const kit = internalClient({ baseUrl: config.kitInternalUrl, audience: 'kit', tokens })
    return {
      commands: commands({ kit }),
      aggregates: [anyModel(preferencesOf)],
      followings: [onKitEvents],
      adminRoutes: importKeyRoute(hsm, ['pin']),
      clients: [kit],
    }
  })
})
