// The error answers of the reference: one response per status, one example per code, in the
// envelope and as RFC 9457 problem details.
import {
  type ErrorCode,
  errorCatalogue,
  failure,
  isErrorCode,
  type PublicEndpoint,
  problemOf,
  problemType,
  statusOf,
  stillToCome,
} from '@dcms/contract'
import { type Json, type JsonObject, toJson } from './json.ts'

const SAMPLE_REQUEST_ID = '0b2f6c1e-5a0b-4d0e-9c53-2f3c9c1b7a10'
const withRetryAfter: readonly number[] = [409, 429, 503, 504]

/** What the gateway may say to any call of a bank, whoever serves it. */
const gatewayErrors: readonly ErrorCode[] = [
  'tenant.header.missing',
  'tenant.not.found',
  'tenant.mismatch',
  'auth.token.missing',
  'auth.token.invalid',
  'auth.token.expired',
  'auth.forbidden',
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
  'service.timeout',
]
/** What a call that changes something may meet besides. */
const changeErrors: readonly ErrorCode[] = ['concurrent.change']
const storedErrors: readonly ErrorCode[] = ['idempotency.conflict', 'idempotency.in.progress']

/** Every code that a call of this endpoint may be refused with, its own first. */
export function errorsOf({ name, errors, idempotency }: PublicEndpoint): readonly ErrorCode[] {
  return [
    ...new Set([
      ...errors,
      ...(stillToCome.has(name) ? (['endpoint.not.available'] as const) : []),
      ...gatewayErrors,
      ...(idempotency === 'read' ? [] : changeErrors),
      ...(idempotency === 'stored' ? storedErrors : []),
    ]),
  ]
}

/**
 * Responses by status for these codes; what several endpoints answer alike is theirs to share by
 * reference.
 */
export function errorResponses(codes: readonly ErrorCode[]): Record<string, JsonObject> {
  const statuses = [...new Set(codes.map(statusOf))].sort((one, other) => one - other)
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      errorResponse(
        status,
        codes.filter((code) => statusOf(code) === status),
      ),
    ]),
  )
}

function errorResponse(status: number, codes: readonly ErrorCode[]): JsonObject {
  const examples = (kind: string): JsonObject =>
    Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${kind}.${code}` }]))
  return {
    description: codes.map((code) => `- \`${code}\`: ${errorCatalogue[code].when}`).join('\n'),
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' },
      ...(withRetryAfter.includes(status) && { 'Retry-After': { $ref: '#/components/headers/Retry-After' } }),
    },
    content: {
      'application/json': { schema: { $ref: '#/components/schemas/ErrorEnvelope' }, examples: examples('error') },
      [problemType]: { schema: { $ref: '#/components/schemas/Problem' }, examples: examples('problem') },
      'application/jose': { schema: sealed('#/components/schemas/ErrorEnvelope') },
    },
  }
}

/** A JWE whose payload has the schema. */
export const sealed = (reference: string): JsonObject => ({
  type: 'string',
  contentMediaType: 'application/json',
  contentSchema: { $ref: reference },
  description: 'JWE in compact form; its payload is the JSON shown for `application/json`. See the guide on sealing.',
})

/** An example of every code that is referred to, twice: in the envelope and as problem details. */
export function errorExamples(used: ReadonlySet<ErrorCode>): Record<string, JsonObject> {
  const examples: Record<string, JsonObject> = {}
  for (const code of Object.keys(errorCatalogue).filter(isErrorCode)) {
    if (!used.has(code)) continue
    const { when, fieldError } = errorCatalogue[code]
    const envelope = failure(code, code === 'invalid.input.request' && !fieldError ? ['entityId is required'] : undefined)
    examples[`error.${code}`] = { summary: when, value: toJson(envelope) }
    if (envelope.exception) examples[`problem.${code}`] = { summary: when, value: problem(envelope.exception, code) }
  }
  return examples
}

const problem = (exception: Parameters<typeof problemOf>[0], code: ErrorCode): Json =>
  toJson(problemOf(exception, statusOf(code), SAMPLE_REQUEST_ID))
