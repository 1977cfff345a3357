// What callers see of reading a wallet's balances.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { answeredKey, answeredKeyRequired, money, walletKey, walletKeyRequired } from './fields.ts'

const request = { type: 'object', additionalProperties: false, required: walletKeyRequired, properties: walletKey } as const
export type FetchWalletBalance = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: [...answeredKeyRequired, 'offlineWalletBalance', 'offlineStagedWalletBalance'],
  properties: {
    ...answeredKey,
    offlineWalletBalance: { ...money, description: 'Confirmed: what the chip holds; rupees, two decimals' },
    offlineStagedWalletBalance: { ...money, description: 'Loaded but not yet on the chip; rupees, two decimals' },
  },
} as const
export type WalletBalance = FromSchema<typeof result>

export const fetchWalletBalanceEndpoint = publicEndpoint<FetchWalletBalance, WalletBalance>()({
  name: 'fetchWalletBalance',
  method: 'POST',
  path: '/wallet/fetch/balance',
  owner: 'wallet-ncmc',
  family: 'wallet',
  permission: 'wallet.read',
  summary: 'The confirmed and the staged balance of a wallet',
  description: `Works in every status of the card. The confirmed balance follows the chip with a delay: offline spends arrive with the next settlement file, so it may fall below zero for a while. The same two balances are called
\`walletBalance\` and \`stagedWalletBalance\` in \`loadWallet\`.`,
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'product.level.disable', 'service.unavailable'],
  examples: [
    {
      name: 'Two balances',
      request: { kitNo: '4240220463', entityId: '878826', walletType: 'NCMC' },
      result: {
        entityId: '878826',
        kitNo: '4240220463',
        offlineStagedWalletBalance: '500.00',
        offlineWalletBalance: '250.00',
        walletType: 'NCMC',
      },
    },
  ],
})
