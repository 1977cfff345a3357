// What the operations of the reference share: schemas of the envelope, parameters, headers, the
// bearer token.
import type { JsonObject } from './json.ts'

const text: JsonObject = { type: 'string' }
const count: JsonObject = { type: 'integer', minimum: 0 }

/** A named schema or null: the one form of null beside a schema that generators of clients know. */
const orNull = (name: string): JsonObject => ({ anyOf: [{ $ref: `#/components/schemas/${name}` }, { type: 'null' }] })

const problem: JsonObject = {
  type: 'object',
  description: 'The same error as RFC 9457 problem details, for callers that send `Accept: application/problem+json`.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'errorCode', 'reasonCode', 'fieldError'],
  properties: {
    type: { ...text, description: '`urn:dcms:error:<errorCode>`: an identifier, nothing to fetch.' },
    title: text,
    status: { type: 'integer' },
    detail: text,
    instance: { ...text, description: 'The call: `urn:dcms:request:<request id>`.' },
    errorCode: text,
    reasonCode: text,
    fieldError: { type: 'array', items: text },
  },
}

const exception: JsonObject = {
  type: 'object',
  description: 'Why a call was refused. Branch on `errorCode`, never on texts.',
  additionalProperties: false,
  required: ['errorCode', 'shortMessage', 'detailMessage', 'errorMessage', 'reasonCode', 'httpStatus', 'fieldError', 'languageCode'],
  properties: {
    errorCode: { ...text, description: 'The code of the catalogue: dotted, or the short one of its family (`MCC007`).' },
    shortMessage: text,
    detailMessage: text,
    errorMessage: { ...text, description: 'The same text as `shortMessage`.' },
    reasonCode: { ...text, description: 'The dotted code; the same as `errorCode` where that is dotted.' },
    httpStatus: { ...text, description: 'Name of the HTTP status: `BAD_REQUEST`, `CONFLICT` …' },
    fieldError: {
      type: 'array',
      items: text,
      description: 'One line per fault, each names the field and what is wrong with it. Never a value.',
    },
    languageCode: { ...text, const: 'en' },
  },
}

/** Schemas that do not come from an endpoint. */
export const envelopeSchemas: Readonly<Record<string, JsonObject>> = {
  Exception: exception,
  Problem: problem,
  Pagination: {
    type: 'object',
    description: 'Where a list is cut into pages. `totalElements` is the same number as `totalRecords`.',
    additionalProperties: false,
    required: ['pageNo', 'pageSize', 'totalRecords', 'totalElements', 'totalPages'],
    properties: { pageNo: count, pageSize: count, totalRecords: count, totalElements: count, totalPages: count },
  },
  ErrorEnvelope: {
    type: 'object',
    description: 'The envelope of a refusal.',
    additionalProperties: false,
    required: ['result', 'exception', 'pagination'],
    properties: {
      result: { type: ['object', 'null'], description: 'Always null.' },
      exception: { $ref: '#/components/schemas/Exception' },
      pagination: orNull('Pagination'),
    },
  },
}

/** The envelope around a `result`. */
export const successEnvelope = (result: JsonObject): JsonObject => ({
  type: 'object',
  required: ['result', 'exception', 'pagination'],
  properties: {
    result,
    exception: orNull('Exception'),
    pagination: orNull('Pagination'),
  },
})

export const parameters: Readonly<Record<string, JsonObject>> = {
  Tenant: {
    name: 'tenant',
    in: 'header',
    required: true,
    description: 'The bank’s tenant, case-sensitive, as given at onboarding. It must be the tenant of the token.',
    schema: { type: 'string', pattern: '^[A-Z][A-Z0-9_]{1,29}$' },
    example: 'ACME_BANK',
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Names the call, so that a repeat does nothing twice; the same as `requestId` in the body, where the body has one. Unique per tenant and path.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,100}$' },
    example: '5d0f7d0a-7f4e-4a57-9a4e-6e0d3a1c9b21',
  },
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    required: false,
    description: 'Trace id of the call, echoed in the answer; one is made where none is sent. It makes nothing idempotent.',
    schema: { type: 'string', maxLength: 100 },
    example: '0b2f6c1e-5a0b-4d0e-9c53-2f3c9c1b7a10',
  },
}

export const headers: Readonly<Record<string, JsonObject>> = {
  'X-Request-Id': { description: 'The trace id of the call: what support asks for.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait before a repeat makes sense.', schema: { type: 'integer', minimum: 0 } },
}

export const securitySchemes: Readonly<Record<string, JsonObject>> = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `id_token` of `POST /api/authenticate`, usually good for an hour.',
  },
}
