// Starts the inventory-order service.
import { anyModel, internalClient, runProcess, startService } from '@dcms/service'
import { branchesOf } from './branches/branch.ts'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { alertReceivedOrders } from './orders/alert-received-orders.ts'
import { httpCms } from './orders/card-management-system.ts'
import { clearOrderFiles } from './orders/clear-order-files.ts'
import { dispatchOrders } from './orders/dispatch-orders.ts'
import { expireOrders } from './orders/expire-orders.ts'
import { ordersOf } from './orders/order.ts'
import { retryOrders } from './orders/retry-orders.ts'
import { syncOrders } from './orders/sync-orders.ts'
import { alertLowStock } from './stock/alert-low-stock.ts'
import { expireOldKits } from './stock/expire-old-kits.ts'
import { finishMovements } from './stock/finish-movement.ts'
import { movementsOf } from './stock/movement.ts'
import { parentKitsOf } from './stock/parent-kit.ts'
import { stockOf } from './stock/stock-kit.ts'
import { stockKits } from './stock/stock-kits.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('inventory-order', config, ({ tokens, logger }) => {
    const kit = internalClient({ baseUrl: config.kitInternalUrl, audience: 'kit', tokens })
    const cms = config.cmsUrl === undefined ? undefined : httpCms(config.cmsUrl)
    const cmsJobs = cms ? [dispatchOrders(cms), syncOrders(cms), retryOrders(cms)] : []
    return {
      commands: commands({ kit, cms }),
      aggregates: [anyModel(branchesOf), anyModel(ordersOf), anyModel(stockOf), anyModel(parentKitsOf), anyModel(movementsOf)],
      sweeps: [finishMovements()],
      reactions: [stockKits],
      jobs: [...cmsJobs, expireOrders(cms), alertReceivedOrders(logger), expireOldKits, alertLowStock(logger), clearOrderFiles],
      clients: [kit, ...(cms ? [cms] : [])],
    }
  })
})
