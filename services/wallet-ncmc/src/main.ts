// Starts the wallet-ncmc service.
import { anyModel, internalClient, runProcess, startService } from '@dcms/service'
import { commands } from './commands.ts'
import { readConfig } from './config.ts'
import { httpCoreBanking } from './core-banking.ts'
import { ledgerOf } from './ledger-row.ts'
import { moveEntries } from './move-entries.ts'
import { openPurses } from './open-purses.ts'
import { pursesOf } from './purse.ts'
import { settleLoads } from './settle-loads.ts'

await runProcess(async () => {
  const config = readConfig()
  await startService('wallet-ncmc', config, ({ tokens }) => {
    const kit = internalClient({ baseUrl: config.kitInternalUrl, audience: 'kit', tokens })
    const coreBanking = config.coreBankingUrl === undefined ? undefined : httpCoreBanking(config.coreBankingUrl)
    return {
      commands: commands({ kit, coreBanking }),
      aggregates: [anyModel(pursesOf)],
      collections: [anyModel(ledgerOf)],
      reactions: [openPurses],
      sweeps: [moveEntries(), ...(coreBanking ? [settleLoads(coreBanking)] : [])],
      clients: [kit, ...(coreBanking ? [coreBanking] : [])],
    }
  })
})
