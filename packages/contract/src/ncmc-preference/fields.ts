// What the NCMC preference endpoints share.

export const autoReload = {
  type: 'object',
  additionalProperties: false,
  required: ['enabled', 'threshold', 'loadAmount'],
  properties: {
    enabled: { type: 'boolean' },
    threshold: { type: 'number', minimum: 0, multipleOf: 0.01, description: 'Reload when the balance falls below it; rupees' },
    loadAmount: { type: 'number', minimum: 0, multipleOf: 0.01, description: 'Amount of one reload; rupees' },
  },
} as const

/** `2024-01-15T10:30:00Z`: whole seconds, UTC. */
export const storedAt = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' } as const
