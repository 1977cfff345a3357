// What callers see of listing the kits of an account, holder by holder.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { accountNo, kitInfo } from '../words/fields.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['accountNo'],
  properties: {
    accountNo,
    isAllCardsRequired: {
      type: 'boolean',
      acceptsText: true,
      description: 'true: also cards in a final status (BLOCKED, HOTLISTED, REPLACED, EXPIRED_CARD, CLOSED); false when absent',
    },
  },
} as const
export type FetchKitsByAccountNo = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['accountNo', 'accountStatus', 'accountType', 'entity'],
  properties: {
    accountNo: { type: 'string' },
    accountStatus: { type: 'string', description: 'Status in the core banking system' },
    accountType: { type: ['string', 'null'], description: '`SAVING`, `CURRENT`; `OFFLINE`: an account of a card wallet' },
    entity: {
      type: 'array',
      description: 'The holders of the account; several for a joint account',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['entityId', 'isPrimary', 'kitInfo'],
        properties: {
          entityId: { type: 'string' },
          isPrimary: { type: 'boolean', description: 'Whether this holder is the primary one' },
          kitInfo: {
            type: 'array',
            items: kitInfo,
            description: 'This holder’s cards on the account, oldest first; of more than 500 on the account, the newest',
          },
        },
      },
    },
  },
} as const
export type KitsOfAccount = FromSchema<typeof result>

export const fetchKitsByAccountNoEndpoint = publicEndpoint<FetchKitsByAccountNo, KitsOfAccount>()({
  name: 'fetchKitsByAccountNo',
  method: 'POST',
  path: '/kit-manager/fetchKitsByAccountNo',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.read',
  summary: 'The cards of an account, grouped by holder',
  description:
    'Shows the cards in `ASSIGNED`, `INACTIVE`, `ACTIVE` and `LOCKED`; with the query parameter `isAllCardsRequired=true` those in a final status as well. An account that no customer holds is refused with `invalid.source.account`; a holder without such cards has an empty list.',
  idempotency: 'read',
  request,
  parametersIn: { isAllCardsRequired: 'query' },
  result,
  errors: ['invalid.input.request', 'invalid.source.account', 'service.unavailable'],
  examples: [
    {
      name: 'a virtual card',
      request: { accountNo: 8000000 },
      result: {
        accountNo: '8000000',
        accountStatus: 'ACTIVE',
        accountType: 'SAVING',
        entity: [
          {
            entityId: 'req11',
            isPrimary: false,
            kitInfo: [
              {
                bin: '608040',
                cardCategory: 'DEBIT',
                cardNumber: '608040XXXXXX5750',
                cardStatus: 'INACTIVE',
                cardType: 'VIRTUAL',
                createdDate: '2023-12-19T08:21:11.901+00:00',
                entityId: 'req11',
                expDate: '2029-07-31T00:00:00.000+00:00',
                kitNo: '4240171532',
                networkType: 'RUPAY',
                productId: '2003_VIRTUAL',
                productName: '2003_VIRTUAL',
              },
            ],
          },
        ],
      },
    },
    {
      name: 'final statuses too, of a joint account',
      request: { accountNo: '8000000', isAllCardsRequired: true },
      result: {
        accountNo: '8000000',
        accountStatus: 'ACTIVE',
        accountType: 'SAVING',
        entity: [
          {
            entityId: 'req11',
            isPrimary: true,
            kitInfo: [
              {
                bin: '608040',
                cardCategory: 'DEBIT',
                cardNumber: '608040XXXXXX5743',
                cardStatus: 'REPLACED',
                cardType: 'PHYSICAL',
                createdDate: '2023-12-19T06:41:20.361+00:00',
                entityId: 'req11',
                expDate: '2029-07-31T00:00:00.000+00:00',
                kitNo: '4240171531',
                networkType: 'RUPAY',
                productId: '2003_PHYSICAL',
                productName: '2003_PHYSICAL',
              },
            ],
          },
          { entityId: 'req12', isPrimary: false, kitInfo: [] },
        ],
      },
    },
  ],
})
