// What followers see of a card that ends soon: told by the job notice-renewals.
import type { FromSchema } from 'json-schema-to-ts'
import { eventType } from '../wire/event.ts'
import { cardStatus, cardType } from '../words/fields.ts'

const text = { type: 'string' } as const

const kitRenewalDue = {
  type: 'object',
  required: ['type', 'kitNo', 'entityId', 'productId', 'cardType', 'cardStatus', 'expDate', 'noticedAt'],
  properties: {
    type: { const: 'KitRenewalDue' },
    kitNo: text,
    entityId: text,
    accountNo: text,
    productId: text,
    cardType,
    cardStatus,
    expDate: { ...text, description: 'Last day of the card’s life, as in kitInfo' },
    noticedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type KitRenewalDue = FromSchema<typeof kitRenewalDue>

export const kitRenewalDueEvent = eventType<KitRenewalDue>()({
  type: 'KitRenewalDue',
  version: 1,
  owner: 'kit',
  summary: 'A card expires soon; once per card, as many days before as the bank has set; subject is the kitNo',
  schema: kitRenewalDue,
  example: {
    type: 'KitRenewalDue',
    kitNo: '4240171508',
    entityId: 'req7',
    accountNo: '8642135',
    productId: '2003_PHYSICAL',
    cardType: 'PHYSICAL',
    cardStatus: 'ACTIVE',
    expDate: '2026-01-31T00:00:00.000+00:00',
    noticedAt: '2026-01-01T00:00:00.000Z',
  },
})
