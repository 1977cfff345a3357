// What callers and followers see of upgrading a card to another tier or product.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { cardType, deliveryAddress, entityId, kitNo, requestId } from '../words/fields.ts'
import { type IssuedKits, issuedKits, kitRequest } from '../words/issued-kits.ts'

const { aliasName, plasticCode, tierType } = kitRequest.properties
const request = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo'],
  properties: {
    entityId,
    kitNo: { ...kitNo, description: 'Number of the kit to upgrade' },
    deliveryAddress,
    kitInfo: {
      type: 'array',
      maxItems: 1,
      description: 'What the new card should be; whatever is left out is as on the old card. Without it: the next tier of the scheme',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          aliasName,
          cardType,
          plasticCode,
          tierType: { ...tierType, description: 'Grade of the new card; the next one of the scheme when absent' },
        },
      },
    },
    requestId,
  },
} as const
export type UpgradeCard = FromSchema<typeof request>

export const upgradeCardEndpoint = publicEndpoint<UpgradeCard, IssuedKits>()({
  name: 'upgradeCard',
  method: 'POST',
  path: '/kit-manager/upgradeCard',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.write',
  summary: 'Issues a card of another tier or product that takes the place of the old one',
  description: `The old card must be \`ACTIVE\` or \`LOCKED\`. The new one starts \`ASSIGNED\`, on the same account, with the same preferences and limits (the product’s defaults where the setting \`replacementPreferences\` is \`RESET\`) and no PIN. The old card stays usable until the new one is activated and then becomes \`REPLACED\`; where the tenant's setting \`upgradeReplaceAtOnce\` is on, it becomes \`REPLACED\` at once.

- Without \`kitInfo\`: the next tier of the same scheme; \`tier.not.found\` if there is none.
- An unknown tier is refused with \`tier.not.found\`, an unknown plastic with \`plastic.not.found\`, a tier without a product for the card type with \`product.not.found\`.
- A \`PHYSICAL\` card is sent to \`deliveryAddress\`, which must be among the customer’s addresses; without one it goes where the old card went, otherwise to \`PERMANENT\`.
- A blocked or hotlisted card is refused with \`card.blocked\`, any other status with \`card.status.active\`.

A card has at most one successor waiting to be activated. While one is waiting, the same upgrade again returns that one, with or without a \`requestId\`; another upgrade is refused with \`card.status.active\`. Once the waiting card is blocked, hotlisted, closed or expired, the card can be upgraded again.

A repeat with the same \`requestId\` gives the first answer again. Where the old card is replaced at once, repeating a call without one that was answered with 503 or 500 finds what it did, once, within 24 hours.`,
  idempotency: 'stored',
  request,
  result: issuedKits,
  errors: [
    'invalid.input.request',
    'MCC007',
    'card.blocked',
    'card.status.active',
    'tier.not.found',
    'plastic.not.found',
    'product.not.found',
    'bin.range.exhausted',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'to the silver tier',
      request: {
        entityId: '676165',
        kitNo: '4561789',
        deliveryAddress: 'PERMANENT',
        kitInfo: [{ aliasName: 'sample', cardType: 'PHYSICAL', plasticCode: '4566', tierType: 'SILVER' }],
      },
      result: {
        entityId: '676165',
        kitInfo: [
          {
            accountNo: '8642135',
            bin: '608040',
            cardCategory: 'DEBIT',
            cardNumber: '608040XXXXXX6384',
            cardStatus: 'ASSIGNED',
            cardType: 'PHYSICAL',
            encryptedCardNumber: '7uDVjCyBHjT4hJ1nchDtkSGP510RePm5y/ec8dZrCZ+WbBSuKfMLYR05P0q4AKQ+',
            entityId: '676165',
            expDate: '2029-07-31T00:00:00.000+00:00',
            kitNo: '4240181595',
            networkType: 'RUPAY',
            productId: '2003_PHYSICAL',
            productName: '2003_PHYSICAL',
          },
        ],
      },
    },
  ],
})

const kitUpgraded = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'newKitNo', 'productId', 'newProductId', 'upgradedAt'],
  properties: {
    type: { const: 'KitUpgraded' },
    kitNo: { type: 'string', description: 'The old kit' },
    entityId: { type: 'string' },
    newKitNo: { type: 'string', description: 'The kit that takes its place once activated; its own KitIssued says what it is' },
    productId: { type: 'string', description: 'Product of the old kit' },
    newProductId: { type: 'string' },
    newTierType: { type: 'string' },
    upgradedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type KitUpgraded = FromSchema<typeof kitUpgraded>

export const kitUpgradedEvent = eventType<KitUpgraded>()({
  type: 'KitUpgraded',
  version: 1,
  owner: 'kit',
  summary: 'A card got a successor of another tier or product; KitReplaced follows when that one takes over. Subject is the old kitNo',
  schema: kitUpgraded,
  example: {
    type: 'KitUpgraded',
    kitNo: '4561789',
    entityId: '676165',
    newKitNo: '4240181595',
    productId: '2003_CLASSIC',
    newProductId: '2003_PHYSICAL',
    newTierType: 'SILVER',
    upgradedAt: '2026-01-05T10:00:00.000Z',
  },
})
