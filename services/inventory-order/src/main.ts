// Starts the inventory-order service.
import { anyModel, internalClient, runProcess, startService } from '@dcms/service'
import { branchesOf } from './branches/branch.ts'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { ordersOf } from './orders/order.ts'
import { movementsOf } from './stock/movement.ts'
import { parentKitsOf } from './stock/parent-kit.ts'
import { stockOf } from './stock/stock-kit.ts'
import { stockKits } from './stock/stock-kits.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('inventory-order', config, ({ tokens }) => {
    const kit = internalClient({ baseUrl: config.kitInternalUrl, audience: 'kit', tokens })
    return {
      commands: commands({ kit }),
      aggregates: [anyModel(branchesOf), anyModel(ordersOf), anyModel(stockOf), anyModel(parentKitsOf), anyModel(movementsOf)],
      reactions: [stockKits],
      clients: [kit],
    }
  })
})
