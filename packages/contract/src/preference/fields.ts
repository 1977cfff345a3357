// What preferences look like in answers; shared by reading and setting them.

export const toggle = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled'],
  properties: { isEnabled: { type: 'boolean' } },
} as const

const rupees = { type: 'string', pattern: '^\\d+$', description: 'Whole rupees' } as const

export const channelView = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled', 'dailyLimit', 'maxLimit', 'monthlyLimit', 'yearlyLimit'],
  properties: {
    isEnabled: { type: 'boolean' },
    dailyLimit: { ...rupees, description: 'Maximum per day, as the holder chose; whole rupees' },
    maxLimit: { ...rupees, description: 'The highest daily limit the holder may choose; whole rupees' },
    monthlyLimit: { ...rupees, description: '30 × the product’s daily cap; whole rupees' },
    yearlyLimit: { ...rupees, description: '12 × monthlyLimit; whole rupees' },
  },
} as const

export const regionView = {
  type: 'object',
  additionalProperties: false,
  required: ['isEnabled'],
  properties: {
    isEnabled: { type: 'boolean', description: 'A region that is off shows only this' },
    atm: channelView,
    pos: channelView,
    ecom: channelView,
    contactless: channelView,
    tokenization: channelView,
    recurringPayments: toggle,
  },
} as const

export const dynamicAuth = {
  type: 'object',
  additionalProperties: false,
  required: ['otp', 'pin'],
  properties: {
    otp: { type: 'boolean', description: 'Ask for a one-time password as well' },
    pin: { type: 'boolean', description: 'Ask for the PIN as well' },
  },
} as const

export const preferenceView = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'domestic', 'international', 'dynamicAuth', 'locationShield', 'swipeToPay'],
  properties: {
    entityId: { type: 'string' },
    kitNo: { type: 'string' },
    domestic: regionView,
    international: regionView,
    dynamicAuth,
    locationShield: { ...toggle, description: 'Switched by processOptIn with location-shield' },
    swipeToPay: {
      type: 'object',
      additionalProperties: false,
      required: ['isEnabled', 'dailyLimit', 'maxLimit'],
      properties: { isEnabled: { type: 'boolean' }, dailyLimit: rupees, maxLimit: rupees },
    },
  },
} as const

/** The state that the pages print after their sample of setPreference. */
export const sampleState = {
  domestic: {
    isEnabled: true,
    atm: { isEnabled: false, dailyLimit: '100000', maxLimit: '100000', monthlyLimit: '3000000', yearlyLimit: '36000000' },
    contactless: { isEnabled: true, dailyLimit: '1000', maxLimit: '100000', monthlyLimit: '150000', yearlyLimit: '1800000' },
    ecom: { isEnabled: true, dailyLimit: '5000', maxLimit: '150000', monthlyLimit: '3000000', yearlyLimit: '36000000' },
    pos: { isEnabled: false, dailyLimit: '20000', maxLimit: '150000', monthlyLimit: '3000000', yearlyLimit: '36000000' },
    recurringPayments: { isEnabled: false },
    tokenization: { isEnabled: false, dailyLimit: '100000', maxLimit: '100000', monthlyLimit: '3000000', yearlyLimit: '36000000' },
  },
  international: { isEnabled: false },
  dynamicAuth: { otp: false, pin: false },
  locationShield: { isEnabled: false },
  swipeToPay: { isEnabled: true, dailyLimit: '10000', maxLimit: '100000' },
} as const
