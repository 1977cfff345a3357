// Starts the kit service.
import { SoftwareHsm } from '@dcms/card-crypto'
import { anyModel, databaseName, importKeyRoute, internalClient, mongoKeyStore, runProcess, startService } from '@dcms/service'
import { cardVault } from './card-vault.ts'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { kitsOf } from './kit.ts'
import { cardNumbering } from './number-cards.ts'
import { releaseReservations } from './release-reservations.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('kit', config, ({ connection, tokens }) => {
    const database = databaseName(config.installation, 'kit')
    const hsm = new SoftwareHsm(mongoKeyStore(connection, database), config.masterKey)
    const vault = cardVault(hsm)
    const numbering = cardNumbering(connection.useDb(database, { useCache: true }), hsm)
    const customer = internalClient({ baseUrl: config.customerInternalUrl, audience: 'customer', tokens })
    return {
      commands: commands({ vault, numbering, customer }),
      aggregates: [anyModel(kitsOf)],
      sweeps: [releaseReservations],
      prepare: async ({ id }) => {
        for (const purpose of ['data', 'index', 'numbering'] as const) await hsm.ensureKey(id, purpose)
      },
      adminRoutes: importKeyRoute(hsm, ['field']),
      clients: [customer],
    }
  })
})
