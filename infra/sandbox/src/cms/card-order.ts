// A card order at the CMS: what is placed, the states it will pass, and how it is stored.
import { validatorOf } from '@dcms/contract'
import type { FromSchema } from 'json-schema-to-ts'

/** Cards of all products of one order. */
export const CARDS_MAX = 1_000_000
const LINES_MAX = 50

const orderIdPattern = '^[A-Za-z0-9._-]{1,64}$'
const word = { type: 'string', minLength: 1, maxLength: 100 } as const
const placingSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId', 'branchId', 'products'],
  properties: {
    orderId: { type: 'string', pattern: orderIdPattern },
    branchId: word,
    address: { type: 'string', maxLength: 500 },
    pinCode: { type: 'string', maxLength: 12 },
    products: {
      type: 'array',
      minItems: 1,
      maxItems: LINES_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['line', 'bin', 'productId', 'quantity', 'cardType', 'embossType'],
        properties: {
          line: { type: 'integer', minimum: 0, maximum: LINES_MAX, description: 'The caller’s own, one of the order' },
          bin: { type: 'string', pattern: '^([0-9]{6}|[0-9]{8})$' },
          productId: word,
          plasticCode: word,
          quantity: { type: 'integer', minimum: 1, maximum: CARDS_MAX },
          panLength: { type: 'integer', minimum: 16, maximum: 19 },
          pinGeneration: { type: 'boolean' },
          cardType: { enum: ['PHYSICAL', 'VIRTUAL'] },
          embossType: { enum: ['PERSONALIZED', 'NON_PERSONALIZED'] },
        },
      },
    },
    file: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'kits'],
      properties: { name: word, kits: { type: 'integer', minimum: 1, maximum: CARDS_MAX } },
    },
  },
} as const
export type PlacedOrder = FromSchema<typeof placingSchema>
export const readPlacing = validatorOf<PlacedOrder>(placingSchema)

export const isOrderId = (text: string | undefined): text is string => new RegExp(orderIdPattern).test(text ?? '')

export type CmsStatus = 'PENDING' | 'PROCESSED' | 'FAILED'

/** A state of an order: from when it is in it, and which of its lines have failed by then. */
export interface State {
  status: CmsStatus
  at: Date
  failedLines: readonly number[]
  /** Why lines have failed; absent when none has. */
  reasonCode?: ReasonCode
}

const reasons = {
  'cms.product.not.produced': 'The cards of this product could not be produced',
  'cms.order.stopped': 'The order was stopped in production',
} as const
export type ReasonCode = keyof typeof reasons

export interface CardOrder {
  _id: string
  tenant: string
  kind: 'order'
  order: PlacedOrder
  bodyHash: string
  cardOrderName: string
  /**
   * All its states, fixed at its placing unless it is stopped; what lies after the tenant's time
   * has not happened.
   */
  states: readonly State[]
  stoppedAt?: Date
}

/** In the place of an order that is not to be accepted any more. */
export interface Withdrawn {
  _id: string
  tenant: string
  kind: 'withdrawn'
}

/** What tests may ask for. */
const rulesSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    processAfterMinutes: { type: 'integer', minimum: 0, maximum: 525_600, default: 30 },
    failProducts: { type: 'array', maxItems: 1_000, items: word, default: [] },
    refuseProducts: { type: 'array', maxItems: 1_000, items: word, default: [] },
    staleAnswers: { type: 'integer', minimum: 0, maximum: 1_000_000, default: 0 },
  },
} as const
export type CmsRules = FromSchema<typeof rulesSchema>
export const readRules = validatorOf<CmsRules>(rulesSchema)

const MINUTE_MS = 60_000

/** States of an order placed at that time: in work, then done, or failed when no line is done. */
export function statesOf({ products }: PlacedOrder, at: Date, rules: CmsRules): State[] {
  const failedLines = products.filter(({ productId }) => rules.failProducts.includes(productId)).map(({ line }) => line)
  return [
    { status: 'PENDING', at, failedLines: [] },
    {
      status: failedLines.length === products.length ? 'FAILED' : 'PROCESSED',
      at: new Date(at.getTime() + rules.processAfterMinutes * MINUTE_MS),
      failedLines,
      ...(failedLines.length > 0 && { reasonCode: 'cms.product.not.produced' }),
    },
  ]
}

/** How many of its states have happened by then; that number is the `sequence` of answers. */
export const sequenceAt = ({ states }: CardOrder, now: Date): number => states.filter(({ at }) => at <= now).length

/** The states after it was stopped: those that have happened stay, the last one is the failure. */
export const stopped = ({ states, order }: CardOrder, now: Date): State[] => [
  ...states.filter(({ at }) => at <= now),
  { status: 'FAILED', at: now, failedLines: order.products.map(({ line }) => line), reasonCode: 'cms.order.stopped' },
]

/** What the CMS tells of an order in its state of that number, from 1. */
export function answerOf({ order, cardOrderName, states }: CardOrder, sequence: number) {
  const state = states[sequence - 1]
  if (!state) throw new Error(`an order has no state ${sequence}`)
  const why = state.reasonCode && { reason: reasons[state.reasonCode], reasonCode: state.reasonCode }
  return {
    orderId: order.orderId,
    cardOrderName,
    status: state.status,
    sequence,
    products: order.products.map(({ line }) =>
      state.failedLines.includes(line) ? { line, status: 'FAILED' as const, ...why } : { line, status: state.status },
    ),
    ...(state.status === 'FAILED' && why),
  }
}
