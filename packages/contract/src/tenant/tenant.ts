// The tenant definition: one JSON file per bank with products, BINs, limits, keys and settings.

import type { FromSchema } from 'json-schema-to-ts'
import { filledText } from '../wire/text.ts'
import { vendor } from './vendors.ts'

const name = { type: 'string', ...filledText, minLength: 1, maxLength: 100 } as const
const wholeRupees = { type: 'integer', minimum: 0, maximum: 1_000_000_000 } as const

/** What a product offers in one channel. Caps in whole units of the tenant's currency. */
const channelOffer = {
  type: 'object',
  additionalProperties: false,
  required: ['offered', 'dailyCap', 'maxCap'],
  properties: {
    offered: { type: 'boolean', description: 'false: the channel cannot be switched on (product.level.disable)' },
    onAtIssue: { type: 'boolean', default: false },
    dailyCap: { ...wholeRupees, description: 'Highest daily limit; monthly limit = 30 × this' },
    maxCap: { ...wholeRupees, description: 'Highest maxLimit a holder may be given' },
    dailyDefault: { ...wholeRupees, description: 'Daily limit of a new card; dailyCap when absent' },
    maxDefault: { ...wholeRupees, description: 'maxLimit of a new card; maxCap when absent' },
  },
} as const
const regionOffer = {
  type: 'object',
  additionalProperties: false,
  required: ['offered', 'atm', 'pos', 'ecom', 'contactless', 'tokenization'],
  properties: {
    offered: { type: 'boolean' },
    onAtIssue: { type: 'boolean', default: false },
    atm: channelOffer,
    pos: channelOffer,
    ecom: channelOffer,
    contactless: channelOffer,
    tokenization: channelOffer,
  },
} as const

const product = {
  type: 'object',
  additionalProperties: false,
  required: ['productId', 'productName', 'schemeCode', 'cardType', 'bin', 'networkType', 'validityMonths', 'domestic', 'international'],
  properties: {
    productId: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,60}$', maxLength: 60 },
    productName: name,
    schemeCode: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,40}$', maxLength: 40 },
    cardType: { enum: ['PHYSICAL', 'VIRTUAL'] },
    cardCategory: { enum: ['DEBIT'], default: 'DEBIT' },
    bin: { type: 'string', pattern: '^(\\d{6}|\\d{8})$', maxLength: 8 },
    networkType: { enum: ['RUPAY', 'VISA', 'MASTERCARD', 'JAYWAN', 'MAAL', 'HIMYAN'] },
    tierType: name,
    plasticCode: name,
    validityMonths: { type: 'integer', minimum: 1, maximum: 240 },
    serviceCode: { type: 'string', pattern: '^\\d{3}$', maxLength: 3, default: '221' },
    pinLength: { type: 'integer', minimum: 4, maximum: 6, default: 4 },
    pinTriesMax: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
    pinMailer: { type: 'boolean', description: 'Whether PINs are sent on paper; for physical cards only. true when absent' },
    domestic: regionOffer,
    international: regionOffer,
    swipeToPay: channelOffer,
    ncmc: {
      type: 'object',
      additionalProperties: false,
      required: ['offered'],
      properties: { offered: { type: 'boolean' }, walletMaxPaise: { type: 'integer', minimum: 0, default: 200_000 } },
    },
    features: {
      type: 'array',
      maxItems: 20,
      uniqueItems: true,
      items: { enum: ['super-pin', 'super-otp', 'location-shield', 'sms-alerts', 'email-alerts', 'ncmc-offline'] },
    },
    retired: { type: 'boolean', description: 'true: no new cards; existing ones stay what they are. false when absent' },
  },
} as const

const range = {
  type: 'object',
  additionalProperties: false,
  required: ['start', 'size'],
  description: 'Part of the digits between BIN and check digit: first value and how many',
  properties: { start: { type: 'integer', minimum: 0 }, size: { type: 'integer', minimum: 1 } },
} as const

export const tenantSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['tenant', 'name', 'encryption', 'clientKeys', 'bins', 'products', 'limits'],
  properties: {
    tenant: {
      type: 'string',
      pattern: '^[A-Z][A-Z0-9_]{1,29}$',
      maxLength: 30,
      formatText: 'capital letters, digits and _, 2 to 30, starting with a letter',
    },
    name,
    encryption: { enum: ['REQUIRED', 'OPTIONAL'], description: 'OPTIONAL also accepts clear JSON; refused in production' },
    country: { type: 'string', pattern: '^[A-Z]{2}$', maxLength: 2, default: 'IN' },
    currency: { type: 'string', pattern: '^[A-Z]{3}$', maxLength: 3, default: 'INR', description: 'ISO 4217' },
    timeZone: { type: 'string', minLength: 1, maxLength: 64, default: 'Asia/Kolkata' },
    clientKeys: {
      type: 'object',
      additionalProperties: false,
      required: ['keys'],
      description: 'JWKS of the bank’s public keys; answers are sealed to the first unless reply_kid names another. Newest first.',
      properties: {
        keys: {
          type: 'array',
          minItems: 1,
          maxItems: 10,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['kty', 'crv', 'x', 'kid'],
            properties: {
              kty: { enum: ['EC', 'OKP'] },
              crv: { enum: ['P-256', 'X25519'] },
              x: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$', maxLength: 43 },
              y: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$', maxLength: 43 },
              kid: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,100}$', maxLength: 100 },
              use: { const: 'enc' },
              alg: { type: 'string', maxLength: 40 },
            },
          },
        },
      },
    },
    limits: {
      type: 'object',
      additionalProperties: false,
      required: ['requestsPerSecond', 'burst'],
      properties: {
        requestsPerSecond: { type: 'integer', minimum: 1, maximum: 1_000_000 },
        burst: { type: 'integer', minimum: 1, maximum: 1_000_000 },
      },
    },
    bins: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['bin', 'network'],
        properties: {
          bin: { type: 'string', pattern: '^(\\d{6}|\\d{8})$', maxLength: 8 },
          network: { enum: ['RUPAY', 'VISA', 'MASTERCARD', 'JAYWAN', 'MAAL', 'HIMYAN'] },
          panLength: { type: 'integer', minimum: 16, maximum: 19, default: 16 },
          numbered: { ...range, description: 'Range that this system numbers; the lower nine tenths of the BIN when absent' },
          files: { ...range, description: 'Range kept for card numbers that come in files; the rest when absent' },
        },
      },
    },
    schemes: {
      type: 'array',
      maxItems: 500,
      items: { type: 'object', additionalProperties: false, required: ['schemeCode'], properties: { schemeCode: name, name } },
    },
    tiers: {
      type: 'array',
      maxItems: 500,
      description: 'Grades, lowest first; needed when products have more than one',
      items: { type: 'object', additionalProperties: false, required: ['tierType'], properties: { tierType: name, name } },
    },
    plastics: {
      type: 'array',
      maxItems: 500,
      items: { type: 'object', additionalProperties: false, required: ['plasticCode'], properties: { plasticCode: name, name } },
    },
    products: { type: 'array', minItems: 1, maxItems: 500, items: product },
    vendors: {
      type: 'array',
      maxItems: 20,
      description: 'Who makes cards and prints PIN mailers out of files that DCMS writes; none when absent',
      items: vendor,
    },
    settings: {
      type: 'object',
      additionalProperties: false,
      properties: {
        tokenLifeSeconds: {
          type: 'integer',
          minimum: 1,
          maximum: 86_400,
          description: 'How long a token lives, with rememberMe too. When absent: an hour, with rememberMe eight hours',
        },
        sealedFor: {
          enum: ['REQUIRED', 'OPTIONAL'],
          description:
            'REQUIRED (when absent): sealed messages name tenant and endpoint (aud and htu in the protected header). OPTIONAL: they may leave it out, for a client that cannot set them yet; a wrong one is refused all the same',
        },
        pinV1: { type: 'boolean', default: false },
        pinSetOnce: { type: 'boolean', default: false, description: 'true: setPin refuses a card that has a PIN (pin.already.set)' },
        pinBlockPanSource: { enum: ['AUTO', 'PAN', 'KIT_NO'], default: 'AUTO' },
        upgradeReplaceAtOnce: { type: 'boolean', default: false },
        hotlist: { type: 'boolean', default: true },
        replacementPreferences: {
          enum: ['KEEP', 'RESET'],
          description:
            'What a card that takes another one’s place starts with. KEEP (when absent): preferences, limits and opt-ins of that one; RESET: the defaults of a new card',
        },
        cvvNeedsEntity: { type: 'boolean', description: 'true: getCvv accepts a card only together with its entityId' },
        cvvReadsPerUser: {
          type: 'integer',
          minimum: 1,
          maximum: 10_000_000,
          description: 'CVVs that one API user may read within an hour; 1,000 when absent',
        },
        cvvReadsPerBank: {
          type: 'integer',
          minimum: 1,
          maximum: 10_000_000,
          description: 'CVVs that all users together may read within an hour; 5,000 when absent',
        },
        singleNames: { type: 'boolean', description: 'true: customers with one name are registered without lastName. false when absent' },
        renewal: {
          type: 'object',
          additionalProperties: false,
          properties: {
            noticeDays: {
              type: 'integer',
              minimum: 1,
              maximum: 365,
              default: 30,
              description: 'How many days before expiry KitRenewalDue is published',
            },
          },
        },
        deliveryStatuses: { type: 'array', maxItems: 100, items: name },
        orders: {
          type: 'object',
          additionalProperties: false,
          description: 'Card orders and the stock of kits',
          properties: {
            receivedAlertMinutes: {
              type: 'integer',
              minimum: 1,
              maximum: 43_200,
              description: 'How long an order may be RECEIVED before it is listed as waiting too long; 60 when absent',
            },
            stuckPendingMinutes: {
              type: 'integer',
              minimum: 1,
              maximum: 43_200,
              description: 'How long an order may be PENDING before it is placed at the CMS again; 120 when absent',
            },
            kitsPerParent: {
              type: 'integer',
              minimum: 1,
              maximum: 100,
              description: 'Kits that are packed in one parent kit (box); 100 when absent',
            },
            instaKitMonths: {
              type: 'integer',
              minimum: 0,
              maximum: 120,
              description: 'Kits in stock are withdrawn when their cards are good for fewer months than this; 3 when absent',
            },
            pinMailerDays: {
              type: 'integer',
              minimum: 1,
              maximum: 30,
              description: 'Bank days between the file with the cards of an order and the one with their PINs; 2 when absent',
            },
            lowStock: {
              type: 'integer',
              minimum: 0,
              maximum: 1_000_000,
              description: 'Free kits of a product in a branch below which its stock counts as low; 10 when absent',
            },
          },
        },
      },
    },
  },
} as const

export type TenantDefinition = FromSchema<typeof tenantSchema>
export type Product = TenantDefinition['products'][number]
export type RegionOffer = Product['domestic']
export type ChannelOffer = RegionOffer['atm']

/**
 * What `dcms.tenants` carries: the definition, the version it got when it was applied, and the
 * gateway's word for both.
 */
export interface PublishedTenant {
  version: number
  definition: TenantDefinition
  /**
   * JWT (ES256) of the gateway over tenant, version and the SHA-256 of the definition: readers
   * believe nothing else.
   */
  signature: string
}
