// Starts the kit service.
import { SoftwareHsm } from '@dcms/card-crypto'
import { keyPurposesOf } from '@dcms/contract'
import { anyModel, databaseName, internalClient, keyRoutes, mongoKeyStore, requireMasterKey, runProcess, startService } from '@dcms/service'
import { httpVendor } from '@dcms/vendor-files'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { cardNumbering } from './issuing/number-cards.ts'
import { gaugeNumbersLeft } from './issuing/numbers-left.ts'
import { onOrderProcessed } from './issuing/on-order-processed.ts'
import { produceKits } from './issuing/produce-kits.ts'
import { productionsOf } from './issuing/production.ts'
import { releaseReservations } from './issuing/release-reservations.ts'
import { kitsOf } from './kit.ts'
import { expireKits } from './life/expire-kits.ts'
import { finishSuccessions } from './life/finish-successions.ts'
import { noticeRenewals } from './life/notice-renewals.ts'
import { onKitsWithdrawn } from './life/on-kits-withdrawn.ts'
import { bookShipments } from './shipments/book-shipments.ts'
import { httpCourier } from './shipments/courier.ts'
import { followShipments } from './shipments/follow-shipments.ts'
import { cardVault } from './vault/card-vault.ts'
import { reindexCardNumbers } from './vault/reindex-card-numbers.ts'
import { rewrapCardNumbers } from './vault/rewrap-card-numbers.ts'
import { readVendorReturns } from './vendors/read-vendor-returns.ts'
import { sendPersoFiles } from './vendors/send-perso-files.ts'
import { vendorReturnsOf } from './vendors/vendor-return.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('kit', config, ({ connection, tokens, logger }) => {
    const database = databaseName(config.installation, 'kit')
    const hsm = new SoftwareHsm(mongoKeyStore(connection, database), config.masterKey, { zoneKey: config.zoneKey })
    const vault = cardVault(hsm)
    const numbering = cardNumbering(connection.useDb(database, { useCache: true }), hsm)
    const customer = internalClient({ baseUrl: config.customerInternalUrl, audience: 'customer', tokens })
    const pinPreference = internalClient({ baseUrl: config.pinPreferenceInternalUrl, audience: 'pin-preference', tokens })
    const inventoryOrder = internalClient({ baseUrl: config.inventoryOrderInternalUrl, audience: 'inventory-order', tokens })
    const courier = config.courierUrl === undefined ? undefined : httpCourier(config.courierUrl)
    const shipmentSweeps = courier ? [bookShipments({ courier, customer, logger }), followShipments({ courier, logger })] : []
    const drops = config.vendorUrl === undefined ? undefined : httpVendor(config.vendorUrl)
    const vendorJobs = drops ? [sendPersoFiles({ drops, vault, hsm, logger }), readVendorReturns({ drops, hsm, logger })] : []
    return {
      commands: commands({ hsm, vault, numbering, customer, pinPreference, inventoryOrder, courier, logger }),
      aggregates: [anyModel(kitsOf), anyModel(productionsOf), anyModel(vendorReturnsOf)],
      sweeps: [
        releaseReservations(inventoryOrder),
        finishSuccessions(),
        produceKits({ vault, numbering, inventoryOrder }),
        rewrapCardNumbers(hsm),
        reindexCardNumbers(vault),
        ...shipmentSweeps,
      ],
      reactions: [onOrderProcessed, onKitsWithdrawn],
      jobs: [expireKits, noticeRenewals, ...vendorJobs],
      check: () => requireMasterKey(connection, database, config.masterKey),
      prepare: async ({ id }) => {
        for (const purpose of ['data', 'index', 'numbering', 'cvk'] as const) await hsm.ensureKey(id, purpose)
      },
      gauges: (tenants) => gaugeNumbersLeft(numbering, () => tenants.all(), logger),
      adminRoutes: keyRoutes(hsm, keyPurposesOf.kit),
      clients: [customer, pinPreference, inventoryOrder, ...(courier ? [courier] : []), ...(drops ? [drops] : [])],
    }
  })
})
