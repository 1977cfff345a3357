// What callers see of logging in and opening a session; both are bare objects, without the
// envelope.
import type { FromSchema } from 'json-schema-to-ts'

export const authenticatePath = '/api/authenticate'
export const sessionPath = '/api/session'
export const jwksPath = '/.well-known/jwks.json'

/** Body of `POST /api/authenticate`; sealed one-shot where the tenant requires encryption. */
export const authenticateRequest = {
  type: 'object',
  additionalProperties: false,
  required: ['username', 'password'],
  properties: {
    username: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$', maxLength: 64 },
    password: { type: 'string', minLength: 1, maxLength: 200 },
    rememberMe: { type: 'boolean', description: 'A longer life for the token, as far as the bank allows' },
  },
} as const
export type Authenticate = FromSchema<typeof authenticateRequest>
export interface Authenticated {
  id_token: string
}

/** Body of `POST /api/session`, always sealed one-shot: the client's fresh public key. */
export const openSessionRequest = {
  type: 'object',
  additionalProperties: false,
  required: ['key'],
  properties: {
    key: {
      type: 'object',
      additionalProperties: false,
      required: ['kty', 'crv', 'x'],
      properties: {
        kty: { enum: ['EC', 'OKP'] },
        crv: { enum: ['P-256', 'X25519'] },
        x: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$', maxLength: 43 },
        y: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$', maxLength: 43 },
      },
    },
  },
} as const
export type OpenSession = FromSchema<typeof openSessionRequest>
export interface SessionOpened {
  ticket: string
  /** The gateway's ephemeral public key, same curve. */
  key: { kty: 'EC' | 'OKP'; crv: 'P-256' | 'X25519'; x: string; y?: string }
  /** Seconds. */
  expiresIn: number
}
