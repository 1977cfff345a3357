// The envelope of every answer: result, exception, pagination; all three always present.
import { type ErrorCode, errorCatalogue } from '../errors/errors.ts'

/**
 * The error in the envelope: the library shape plus `errorMessage` (same text as `shortMessage`)
 * and `reasonCode` (the dotted code).
 */
export interface Exception {
  errorCode: string
  shortMessage: string
  detailMessage: string
  errorMessage: string
  reasonCode: string
  httpStatus: string
  fieldError: string[]
  languageCode: 'en'
}

export interface Pagination {
  pageNo: number
  pageSize: number
  totalRecords: number
  totalElements: number
  totalPages: number
}

export interface Envelope<Result = unknown> {
  result: Result | null
  exception: Exception | null
  pagination: Pagination | null
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  417: 'EXPECTATION_FAILED',
  429: 'TOO_MANY_REQUESTS',
  431: 'REQUEST_HEADER_FIELDS_TOO_LARGE',
  500: 'INTERNAL_SERVER_ERROR',
  501: 'NOT_IMPLEMENTED',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
}

/** The HTTP status of a code. */
export const statusOf = (code: ErrorCode): number => errorCatalogue[code].status

/** The success envelope. */
export const success = <Result>(result: Result, pagination: Pagination | null = null): Envelope<Result> => ({
  result,
  exception: null,
  pagination,
})

/**
 * The error envelope of a code; `fieldError` lines and `reasonCode`, where given, replace the
 * catalogue's own.
 */
export function failure(code: ErrorCode, fieldError?: readonly string[], reasonCode?: string): Envelope<never> {
  const entry = errorCatalogue[code]
  return {
    result: null,
    exception: {
      errorCode: code,
      shortMessage: entry.shortMessage,
      detailMessage: entry.detailMessage,
      errorMessage: entry.shortMessage,
      reasonCode: reasonCode ?? entry.reasonCode ?? code,
      httpStatus: statusNames[entry.status] ?? 'INTERNAL_SERVER_ERROR',
      fieldError: [...(fieldError ?? entry.fieldError ?? [])],
      languageCode: 'en',
    },
    pagination: null,
  }
}

/**
 * The same error as RFC 9457 problem details, for callers that accept `application/problem+json`.
 */
export interface Problem {
  /** `urn:dcms:error:<errorCode>`: an identifier, nothing to fetch. */
  type: string
  title: string
  status: number
  detail: string
  /** The call: `urn:dcms:request:<request id>`. */
  instance: string
  errorCode: string
  reasonCode: string
  fieldError: string[]
}

export const problemType = 'application/problem+json'

/** The problem details of an error. */
export const problemOf = (exception: Exception, status: number, requestId: string): Problem => ({
  type: `urn:dcms:error:${exception.errorCode}`,
  title: exception.shortMessage,
  status,
  detail: exception.detailMessage,
  instance: `urn:dcms:request:${requestId}`,
  errorCode: exception.errorCode,
  reasonCode: exception.reasonCode,
  fieldError: exception.fieldError,
})
