// A fault of a partner as a test sets it.
import { validatorOf } from '@dcms/contract'
import type { FromSchema } from 'json-schema-to-ts'

const LATENCY_MAX_MS = 60_000

const status = { type: 'integer', minimum: 400, maximum: 599, default: 503 } as const
const faultSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    latencyMs: { type: 'integer', minimum: 0, maximum: LATENCY_MAX_MS },
    errorRate: { type: 'number', minimum: 0, maximum: 1 },
    errorStatus: status,
    next: {
      type: 'object',
      additionalProperties: false,
      required: ['calls'],
      properties: {
        calls: { type: 'integer', minimum: 0, maximum: 10_000 },
        kind: { enum: ['STATUS', 'TIMEOUT', 'RESET'], default: 'STATUS' },
        status,
        moment: { enum: ['BEFORE', 'AFTER'], default: 'BEFORE' },
      },
    },
  },
} as const
export type Fault = FromSchema<typeof faultSchema>

export const readFault = validatorOf<Fault>(faultSchema)
