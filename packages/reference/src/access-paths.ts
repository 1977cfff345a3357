// What stands outside the public prefix: logging in, opening a session, the gateway's keys.
import { authenticatePath, authenticateRequest, type ErrorCode, jwksPath, openSessionRequest, sessionPath } from '@dcms/contract'
import { errorResponses, sealed } from './error-answers.ts'
import type { JsonObject } from './json.ts'
import { requestSchema } from './schema.ts'

export const accessTag = 'Access'

const COORDINATE = 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU'
const OTHER_COORDINATE = 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'
const publicKey: JsonObject = {
  type: 'object',
  description: 'A public key as JWK (RFC 7517): P-256, or X25519 (RFC 8037) without `y`.',
  required: ['kty', 'crv', 'x'],
  properties: {
    kty: { type: 'string', enum: ['EC', 'OKP'] },
    crv: { type: 'string', enum: ['P-256', 'X25519'] },
    x: { type: 'string', description: 'Base64url of 32 bytes' },
    y: { type: 'string', description: 'Base64url of 32 bytes; on P-256 only' },
  },
}

export const accessSchemas: Readonly<Record<string, JsonObject>> = {
  PublicKey: publicKey,
  AuthenticateRequest: requestSchema(authenticateRequest),
  AuthenticateAnswer: {
    type: 'object',
    // Not `required`: of a single required member with an underscore the generator typescript-fetch
    // makes code that does not compile.
    minProperties: 1,
    properties: {
      id_token: { type: 'string', description: 'The bearer token, a JWT, always there; its `exp` says when to log in again.' },
    },
  },
  SessionRequest: requestSchema(openSessionRequest),
  SessionAnswer: {
    type: 'object',
    required: ['ticket', 'key', 'expiresIn'],
    properties: {
      ticket: { type: 'string', description: 'Opaque; the `kid` of every message of the session.' },
      key: { $ref: '#/components/schemas/PublicKey' },
      expiresIn: { type: 'integer', description: 'Seconds; 900' },
    },
  },
  GatewayKeys: {
    type: 'object',
    required: ['keys'],
    properties: {
      keys: {
        type: 'array',
        items: {
          type: 'object',
          required: ['kty', 'crv', 'x', 'kid', 'use'],
          properties: {
            kty: { type: 'string' },
            crv: { type: 'string' },
            x: { type: 'string' },
            y: { type: 'string' },
            kid: { type: 'string' },
            use: { type: 'string', enum: ['enc', 'sig'] },
            alg: { type: 'string' },
          },
        },
      },
    },
  },
}

const doorErrors: readonly ErrorCode[] = [
  'invalid.input.request',
  'tenant.header.missing',
  'tenant.not.found',
  'encryption.required',
  'encryption.key.not.found',
  'encryption.decrypt.failed',
  'encryption.timestamp.invalid',
  'encryption.replayed',
  'content.type.unsupported',
  'request.too.large',
  'rate.limit.exceeded',
  'internal.error',
  'service.unavailable',
]
const authenticateErrors: readonly ErrorCode[] = [...doorErrors, 'auth.invalid.credentials']
const sessionErrors: readonly ErrorCode[] = [
  ...doorErrors,
  'tenant.mismatch',
  'auth.token.missing',
  'auth.token.invalid',
  'auth.token.expired',
]

const gatewayKeysErrors: readonly ErrorCode[] = ['method.not.allowed', 'internal.error', 'service.unavailable']
/** Codes of the calls that stand here. */
export const accessErrors: readonly ErrorCode[] = [...new Set([...authenticateErrors, ...sessionErrors, ...gatewayKeysErrors])]

const outsidePrefix = [{ url: '/', description: 'Outside the prefix of the calls' }]
const shared = ['Tenant', 'RequestId'].map((name) => ({ $ref: `#/components/parameters/${name}` }))

const authenticate: JsonObject = {
  operationId: 'authenticate',
  tags: [accessTag],
  summary: 'Logs an API user in and answers the bearer token',
  description:
    'The only call without a token. Its body is sealed one-shot where the tenant’s setting `encryption` is `REQUIRED`, and so is the answer, which is a bare object and not the envelope. Its protected header says `aud: <tenant>` and `htu: POST /api/authenticate`. Log in again when the token has expired; there is no refresh. Failed log-ins are limited per user and source address. `rememberMe` asks for a longer life of the token: eight hours, or as long as the bank’s setting `tokenLifeSeconds` says, which it never exceeds.',
  security: [],
  parameters: shared,
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/AuthenticateRequest' },
        example: { username: 'api_user', password: 'the password of this user' },
      },
      'application/jose': { schema: sealed('#/components/schemas/AuthenticateRequest') },
    },
  },
  responses: {
    200: answer('AuthenticateAnswer', 'The token.', { id_token: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhcGlfdXNlciJ9.c2lnbmF0dXJl' }),
    ...errorResponses(authenticateErrors),
  },
}

const openSession: JsonObject = {
  operationId: 'openSession',
  tags: [accessTag],
  summary: 'Agrees the keys of a session, under which calls are sealed without key agreement of their own',
  description:
    'Always sealed one-shot, both ways, with `aud: <tenant>` and `htu: POST /api/session` in the protected header. Both ends compute Z = ECDH(own ephemeral private key, the other’s `key`) and from it, by HKDF-SHA256 with the salt SHA-256(ticket), 32 bytes for each direction: `dcms/v1/request/<tenant>/<username>` and `dcms/v1/answer/<tenant>/<username>`. The ticket lives 15 minutes and is good with a token of the same user only.',
  parameters: shared,
  requestBody: {
    required: true,
    content: { 'application/jose': { schema: sealed('#/components/schemas/SessionRequest') } },
  },
  responses: {
    200: {
      ...answer('SessionAnswer', 'The session.'),
      content: { 'application/jose': { schema: sealed('#/components/schemas/SessionAnswer') } },
    },
    ...errorResponses(sessionErrors),
  },
}

const gatewayKeys: JsonObject = {
  operationId: 'gatewayKeys',
  tags: [accessTag],
  summary: 'The gateway’s public keys',
  description:
    'Seal to a key with `use: enc` (P-256 or X25519). A new key is published well before it is needed; keep the set for some minutes, not for ever.',
  security: [],
  responses: {
    200: {
      description: 'A JWK set (RFC 7517).',
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/GatewayKeys' },
          example: {
            keys: [
              { kty: 'OKP', crv: 'X25519', x: COORDINATE, kid: 'gateway-x25519-1', use: 'enc' },
              { kty: 'EC', crv: 'P-256', x: COORDINATE, y: OTHER_COORDINATE, kid: 'gateway-p256-1', use: 'enc' },
            ],
          },
        },
      },
    },
    ...errorResponses(gatewayKeysErrors),
  },
}

function answer(schema: string, description: string, example?: JsonObject): JsonObject {
  const reference = `#/components/schemas/${schema}`
  return {
    description,
    headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } },
    content: {
      'application/json': { schema: { $ref: reference }, ...(example && { example }) },
      'application/jose': { schema: sealed(reference) },
    },
  }
}

export const accessPaths: Readonly<Record<string, JsonObject>> = {
  [authenticatePath]: { servers: outsidePrefix, post: authenticate },
  [sessionPath]: { servers: outsidePrefix, post: openSession },
  [jwksPath]: { servers: outsidePrefix, get: gatewayKeys },
}
