// The part of the demo journey about a transit card: its wallet is loaded once per txnId, within
// its limit, and the ledger tells of both.
import { type Demo, EVENT_WAIT_MS } from './demo-cards.ts'
import { demoRegistration } from './demo-registration.ts'

/** Its physical product has a wallet. */
const SCHEME = '2004'

export async function showWallet({ report, dcms, watch, customer }: Demo): Promise<void> {
  const entityId = `${customer.entityId}-TRANSIT`
  const accountNo = `${customer.accountNo}4`
  const registration = demoRegistration(entityId, { accountNo, mobileNo: `8${customer.mobileNo.slice(1)}` })
  const kitNo = await report.step(
    'Another customer gets a transit card',
    `register ${entityId}, scheme ${SCHEME}; activateKit`,
    async () => {
      const { kitInfo } = await dcms.register({
        ...registration,
        accountInfo: registration.accountInfo.map((account) => ({ ...account, schemeCode: SCHEME })),
        kitInfo: [{ accountNo, cardType: 'PHYSICAL' }],
      })
      const issued = kitInfo[0]?.kitNo ?? ''
      await dcms.activateKit({ entityId, kitNo: issued })
      return issued
    },
  )
  if (!kitNo) return
  const wallet = { entityId, kitNo, walletType: 'NCMC' } as const
  const load = { ...wallet, txnId: `TXN-${entityId}`, amount: '200.00' }
  await report.step('Money for her way to work: from the account, waiting for a tap', `loadWallet ${load.amount}`, () =>
    dcms.loadWallet(load),
  )
  await report.step('The same load again moves nothing', `loadWallet with the same txnId; fetchWalletBalance`, async () => {
    await dcms.loadWallet(load)
    const { offlineWalletBalance, offlineStagedWalletBalance } = await dcms.fetchWalletBalance(wallet)
    if (offlineStagedWalletBalance !== load.amount) throw new Error(`${offlineStagedWalletBalance} are staged`)
    return { offlineWalletBalance, offlineStagedWalletBalance }
  })
  await report.refusal('More than the chip may hold', 'loadWallet 1900.00', 'TX0057', async () => {
    await dcms.loadWallet({ ...wallet, txnId: `${load.txnId}-2`, amount: '1900.00' })
  })
  await report.step('The ledger tells of both', 'fetchWalletLedgerTransactions', async () => {
    const { ledgerOfflineStagedTransactionData: rows } = await dcms.fetchWalletLedgerTransactions(wallet)
    return rows.map(({ amount, transactionType, transactionStatus, errorCode }) => ({
      transactionType,
      amount,
      transactionStatus,
      errorCode,
    }))
  })
  await report.step('The event for other contexts', `WalletStaged of ${kitNo} on dcms.wallet-ncmc`, async () => {
    const { topic, type, sequence, payload } = await watch.next('WalletStaged', kitNo, EVENT_WAIT_MS)
    return { topic, type, sequence, stagedBalancePaise: payload.stagedBalancePaise }
  })
}
