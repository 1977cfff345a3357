// What callers see of listing a customer's kits.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint, publicEndpoint } from '../wire/endpoint.ts'
import { entityId, kitInfo } from '../words/fields.ts'
import type { KitInfo } from './kit-info.ts'

const request = { type: 'object', additionalProperties: false, required: ['entityId'], properties: { entityId } } as const
export type FetchKitsByEntityId = FromSchema<typeof request>

/** The example, for both versions. */
export const kitsOfEntityExample = {
  name: 'a replaced card',
  request: { entityId: '181223116' },
  result: [
    {
      accountNo: '221000182316',
      bin: '817649',
      cardActivationDate: '2023-12-18T10:14:11.552+00:00',
      cardCategory: 'DEBIT',
      cardNumber: '817649XXXXXX0662',
      cardStatus: 'REPLACED',
      cardType: 'PHYSICAL',
      changedDate: '2024-06-16T06:04:53.241+00:00',
      createdDate: '2023-12-18T10:14:11.552+00:00',
      encryptedCardNumber: 'yOsXd29zJWp7R81xQqDE11u1JlMhc2EFfcoFn4Vfv3gi9i0eZF94vYmmixtCHDfg',
      entityId: '181223116',
      expDate: '2028-11-30T00:00:00.000+00:00',
      kitNo: '10930010476',
      networkType: 'RUPAY',
      productId: 'RuPay_TRG_Classic_Debit_Physical',
      productName: 'RuPay_TRG_Classic_Debit_Physical',
      tierType: 'CLASSICONE',
    },
  ],
} as const

export const fetchKitsByEntityIdEndpoint = publicEndpoint<FetchKitsByEntityId, KitInfo[]>()({
  name: 'fetchKitsByEntityId',
  method: 'POST',
  path: '/kit-manager/fetchKitsByEntityId',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.read',
  summary: 'All cards of a customer in every status, oldest first',
  description:
    'Includes replaced, blocked and expired cards; of more than 500 cards, the newest 500; for a customer without cards the list is empty. The card number is shown masked and, under the field key, as `encryptedCardNumber`.',
  idempotency: 'read',
  request,
  result: { type: 'array', items: kitInfo },
  errors: ['invalid.input.request', 'CUS001', 'service.unavailable'],
  examples: [kitsOfEntityExample],
})

const kitsOfEntity = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId'],
  properties: {
    entityId,
    withCardNumbers: {
      type: 'boolean',
      description: 'With encryptedCardNumber, where the bank has exchanged a field key, and with how each card was issued',
    },
  },
} as const
export type KitsOfEntity = FromSchema<typeof kitsOfEntity>

/** A kit, and whether it was handed out from stock where that is asked for. */
export type KitOfEntity = KitInfo & { cardIssuanceType?: 'WELCOME_KIT' }

/**
 * The kits of a customer as the owner has them now, oldest first, for the customer context's reads.
 */
export const kitsOfEntityEndpoint = internalEndpoint<KitsOfEntity, KitOfEntity[]>()({
  name: 'kitsOfEntity',
  method: 'POST',
  path: '/internal/kits-of-entity',
  owner: 'kit',
  callers: ['customer'],
  summary: 'The kits of a customer as they are now',
  idempotency: 'read',
  request: kitsOfEntity,
  result: {
    type: 'array',
    items: { ...kitInfo, properties: { ...kitInfo.properties, cardIssuanceType: { const: 'WELCOME_KIT' } } },
  },
  errors: ['invalid.input.request'],
})
