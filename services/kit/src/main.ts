// Starts the kit service.
import { SoftwareHsm } from '@dcms/card-crypto'
import { keyPurposesOf } from '@dcms/contract'
import { anyModel, databaseName, internalClient, keyRoutes, mongoKeyStore, requireMasterKey, runProcess, startService } from '@dcms/service'
import { bookShipments } from './book-shipments.ts'
import { cardVault } from './card-vault.ts'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { httpCourier } from './courier.ts'
import { expireKits } from './expire-kits.ts'
import { finishSuccessions } from './finish-successions.ts'
import { followShipments } from './follow-shipments.ts'
import { kitsOf } from './kit.ts'
import { noticeRenewals } from './notice-renewals.ts'
import { cardNumbering } from './number-cards.ts'
import { gaugeNumbersLeft } from './numbers-left.ts'
import { reindexCardNumbers } from './reindex-card-numbers.ts'
import { releaseReservations } from './release-reservations.ts'
import { rewrapCardNumbers } from './rewrap-card-numbers.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('kit', config, ({ connection, tokens, logger }) => {
    const database = databaseName(config.installation, 'kit')
    const hsm = new SoftwareHsm(mongoKeyStore(connection, database), config.masterKey, { zoneKey: config.zoneKey })
    const vault = cardVault(hsm)
    const numbering = cardNumbering(connection.useDb(database, { useCache: true }), hsm)
    const customer = internalClient({ baseUrl: config.customerInternalUrl, audience: 'customer', tokens })
    const pinPreference = internalClient({ baseUrl: config.pinPreferenceInternalUrl, audience: 'pin-preference', tokens })
    const courier = config.courierUrl === undefined ? undefined : httpCourier(config.courierUrl)
    const shipmentSweeps = courier ? [bookShipments({ courier, customer, logger }), followShipments({ courier, logger })] : []
    return {
      commands: commands({ vault, numbering, customer, pinPreference, courier, logger }),
      aggregates: [anyModel(kitsOf)],
      sweeps: [releaseReservations, finishSuccessions(), rewrapCardNumbers(hsm), reindexCardNumbers(vault), ...shipmentSweeps],
      jobs: [expireKits, noticeRenewals],
      check: () => requireMasterKey(connection, database, config.masterKey),
      prepare: async ({ id }) => {
        for (const purpose of ['data', 'index', 'numbering', 'cvk'] as const) await hsm.ensureKey(id, purpose)
      },
      gauges: (tenants) => gaugeNumbersLeft(numbering, () => tenants.all(), logger),
      adminRoutes: keyRoutes(hsm, keyPurposesOf.kit),
      clients: [customer, pinPreference, ...(courier ? [courier] : [])],
    }
  })
})
