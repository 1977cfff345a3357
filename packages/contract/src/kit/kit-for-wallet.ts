// What the wallet-ncmc context asks the owner of kits: one kit as it stands now.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { kitNo } from '../words/fields.ts'
import type { KitInfo } from './kit-info.ts'

const request = { type: 'object', additionalProperties: false, required: ['kitNo'], properties: { kitNo } } as const

/** A kit that has an owner. */
export interface KitForWallet {
  entityId: string
  productId: string
  cardStatus: KitInfo['cardStatus']
  /** The account that the card draws on. */
  accountNo: string
}

export const kitForWalletEndpoint = internalEndpoint<FromSchema<typeof request>, KitForWallet | null>()({
  name: 'kitForWallet',
  method: 'POST',
  path: '/internal/kit-for-wallet',
  owner: 'kit',
  callers: ['wallet-ncmc'],
  summary: 'One kit as it stands now, for loads and NCMC preferences; null when there is none with an owner',
  idempotency: 'read',
  request,
  result: { type: ['object', 'null'] },
  errors: ['invalid.input.request'],
})
