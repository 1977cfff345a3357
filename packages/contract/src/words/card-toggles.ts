// The features of a card as customer views, card look-ups and preferences show them.

const flag = { type: 'boolean' } as const
const feature = { type: 'object', additionalProperties: false, required: ['isEnabled'], properties: { isEnabled: flag } } as const

/** The features of a card that are on or off. */
export const cardToggles = {
  type: 'object',
  additionalProperties: false,
  required: ['superOtp', 'superPin', 'locationShield', 'swipeToPay'],
  properties: {
    superOtp: { ...flag, description: 'Device-bound one-time password for critical operations' },
    superPin: { ...flag, description: 'One-time PIN for sensitive operations' },
    locationShield: feature,
    swipeToPay: feature,
  },
} as const
