// Fields that branches, inventory and card orders share.
import { filledText } from '../wire/text.ts'

export const branchId = {
  type: 'string',
  pattern: '^[A-Za-z0-9._-]{1,64}$',
  maxLength: 64,
  formatText: 'letters, digits, point, underscore and hyphen, at most 64',
  description: 'Branch of the tenant: where kits are, and who orders them',
} as const

export const productId = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,60}$',
  maxLength: 60,
  description: 'Card product of the tenant’s configuration',
} as const
export const bin = {
  type: 'string',
  pattern: '^(\\d{6}|\\d{8})$',
  maxLength: 8,
  formatText: '6 or 8 digits',
  description: 'Issuer prefix of the card numbers, 6 or 8 digits',
} as const

export const refType = { enum: ['DC_KIT', 'PARENT_KIT'], description: 'Single kits, or parent kits: the boxes that group them' } as const
export const embossType = { enum: ['PERSONALIZED', 'NON_PERSONALIZED'] } as const
export const orderingPartyId = { type: 'string', ...filledText, minLength: 1, maxLength: 64, description: 'Who ordered' } as const
export const orderingPartyType = { enum: ['BANK', 'BRANCH', 'CORPORATE', 'AGENT'], description: 'What the ordering party is' } as const

/**
 * The list is open: the tenant's configuration names what is allowed, DELIVERED, BANK, IN_TRANSIT
 * and RETURNED among it.
 */
export const deliveryStatus = {
  type: 'string',
  ...filledText,
  minLength: 1,
  maxLength: 40,
  anyCase: true,
  description:
    'Where the card is: `DELIVERED`, `BANK`, `IN_TRANSIT`, `RETURNED` or another status of the tenant’s list; in upper or lower case',
} as const

/** Status as answers give it: virtual kits have none. */
export const deliveryStatusAnswered = {
  type: ['string', 'null'],
  description: '`DELIVERED`, `BANK`, `IN_TRANSIT`, `RETURNED` or another status of the tenant’s list; null for virtual kits',
} as const

const PAGE_SIZE_MAX = 100
const PAGES_MAX = 1_000_000
export const pageNoFromOne = {
  type: 'integer',
  minimum: 1,
  maximum: PAGES_MAX,
  default: 1,
  description: 'Page, counted from 1',
} as const
export const pageNoFromZero = {
  type: 'integer',
  minimum: 0,
  maximum: PAGES_MAX,
  default: 0,
  description: 'Page, counted from 0',
} as const
export const pageSize = { type: 'integer', minimum: 1, maximum: PAGE_SIZE_MAX, default: 10, description: 'Rows of a page' } as const

/** How many kits one call takes, and one event names. */
export const KITS_MAX = 1000

/** `2025-01-10 10:00:00`: the time form of branch filters and of orders. */
export const localTime = {
  type: 'string',
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01]) ([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d$',
  maxLength: 19,
  formatText: 'YYYY-MM-DD HH:mm:ss',
} as const

/** `2025-01-01T00:00:00Z`: the time form of inventory filters and answers. */
export const utcTime = { type: 'string', format: 'date-time', maxLength: 40 } as const
