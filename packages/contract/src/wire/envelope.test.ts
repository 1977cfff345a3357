// The envelope and the error catalogue: every code complete, every answer with its three parts.
import { expect, test } from '@jest/globals'
import { type ErrorCode, errorCatalogue, isErrorCode } from '../errors/errors.ts'
import { failure, statusOf, success } from './envelope.ts'

const codes = Object.keys(errorCatalogue) as ErrorCode[]

test('a success has a result and no exception', () => {
  expect(success('success')).toEqual({ result: 'success', exception: null, pagination: null })
  const pagination = { pageNo: 0, pageSize: 10, totalRecords: 1, totalElements: 1, totalPages: 1 }
  expect(success([1], pagination)).toEqual({ result: [1], exception: null, pagination })
})

test('a refusal shows code, texts, status and the catalogue’s own field errors', () => {
  expect(failure('MCC007')).toEqual({
    result: null,
    exception: {
      errorCode: 'MCC007',
      shortMessage: 'valid kit not found',
      detailMessage: 'No valid kit found for the given kit number and entity ID',
      errorMessage: 'valid kit not found',
      reasonCode: 'kit.not.found',
      httpStatus: 'BAD_REQUEST',
      fieldError: ['Invalid Kit No'],
      languageCode: 'en',
    },
    pagination: null,
  })
})

test('field errors that are given replace the catalogue’s own, none included', () => {
  expect(failure('CUS001').exception?.fieldError).toEqual(['Invalid entityId'])
  expect(failure('CUS001', ['entityId is required']).exception?.fieldError).toEqual(['entityId is required'])
  expect(failure('CUS001', []).exception?.fieldError).toEqual([])
})

test('what a caller does to an answer does not change the catalogue', () => {
  failure('CUS001').exception?.fieldError.push('changed')
  expect(failure('CUS001').exception?.fieldError).toEqual(['Invalid entityId'])
})

test.each(codes)('%s is complete: status, texts and the situation that raises it', (code) => {
  const entry = errorCatalogue[code]
  expect([400, 401, 403, 404, 405, 408, 409, 413, 415, 417, 429, 431, 500, 501, 502, 503, 504]).toContain(statusOf(code))
  for (const text of [entry.shortMessage, entry.detailMessage, entry.when]) expect(text.trim().length).toBeGreaterThan(5)
  const { exception } = failure(code)
  expect(exception?.httpStatus).toMatch(/^[A-Z_]+$/)
  expect(exception?.httpStatus === 'INTERNAL_SERVER_ERROR').toBe(statusOf(code) === 500)
  expect(exception?.reasonCode).toMatch(/^[a-z]+(\.[a-z]+)+$/)
})

test.each([
  ['MCC007', 400, 'kit.not.found'],
  ['CUS001', 400, 'entity.not.found'],
  ['card.already.active', 400, 'card.already.active'],
  ['tenant.header.missing', 400, 'tenant.header.missing'],
  ['tenant.mismatch', 403, 'tenant.mismatch'],
  ['path.not.found', 404, 'path.not.found'],
  ['method.not.allowed', 405, 'method.not.allowed'],
  ['idempotency.conflict', 409, 'idempotency.conflict'],
  ['idempotency.in.progress', 409, 'idempotency.in.progress'],
  ['request.too.large', 413, 'request.too.large'],
  ['content.type.unsupported', 415, 'content.type.unsupported'],
  ['internal.error', 500, 'internal.error'],
  ['service.unavailable', 503, 'service.unavailable'],
  ['service.timeout', 504, 'service.timeout'],
] as const)('%s has HTTP status %i and the dotted code %s', (code, status, reasonCode) => {
  expect({ status: statusOf(code), reasonCode: failure(code).exception?.reasonCode }).toEqual({ status, reasonCode })
})

test('only codes of the catalogue are taken for one', () => {
  expect(codes.every(isErrorCode)).toBe(true)
  for (const text of ['', 'mcc007', 'constructor', '__proto__', 'toString']) expect(isErrorCode(text)).toBe(false)
})
