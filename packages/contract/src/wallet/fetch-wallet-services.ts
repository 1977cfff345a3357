// What callers see of the operator services on a card.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { answeredKey, answeredKeyRequired, walletKey, walletKeyRequired } from './fields.ts'

const request = { type: 'object', additionalProperties: false, required: walletKeyRequired, properties: walletKey } as const
export type FetchWalletServices = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: [...answeredKeyRequired, 'services'],
  properties: {
    ...answeredKey,
    services: { type: 'array', items: { type: 'string' }, description: 'Names of the operators; empty when there are none' },
  },
} as const
export type WalletServices = FromSchema<typeof result>

export const fetchWalletServicesEndpoint = publicEndpoint<FetchWalletServices, WalletServices>()({
  name: 'fetchWalletServices',
  method: 'POST',
  path: '/wallet/fetch/services',
  owner: 'wallet-ncmc',
  family: 'wallet',
  permission: 'wallet.read',
  summary: 'The transit and other operators whose service is on the card',
  description:
    'A service is created on the card at an operator’s terminal, never by this API; it appears here after that. Works in every status of the card.',
  idempotency: 'read',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'product.level.disable', 'service.unavailable'],
  examples: [
    {
      name: 'Two operators',
      request: { kitNo: '4240220463', entityId: '878826', walletType: 'NCMC' },
      result: { entityId: '878826', kitNo: '4240220463', services: ['Mumbai Metro', 'Chennai Metro'], walletType: 'NCMC' },
    },
  ],
})
