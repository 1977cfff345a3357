// One method per endpoint of the contract, made from the contract itself: a new entry there is a
// new method here.
import { type PublicEndpoint, publicEndpoints } from '@dcms/contract'
import { DcmsInputError } from './errors.ts'
import type { FileContent } from './file-upload.ts'

type Endpoints = typeof publicEndpoints
type TypesOf<Entry> = Entry extends { readonly types?: infer Types } ? NonNullable<Types> : never

/** The name of an endpoint: its use case. */
export type EndpointName = keyof Endpoints
/** The body an endpoint takes. */
export type RequestOf<Name extends EndpointName> = TypesOf<Endpoints[Name]> extends { readonly request: infer Request } ? Request : never
/** What an endpoint answers: `result` of the envelope. */
export type ResultOf<Name extends EndpointName> = TypesOf<Endpoints[Name]> extends { readonly result: infer Result } ? Result : never

export interface CallOptions {
  /**
   * Idempotency key of a call that changes state: the same key and body give the first answer
   * again, for 24 hours. Taken from the body's `requestId` when that is there, else made up; it
   * stays the same over all tries.
   */
  requestId?: string
  /** Gives up waiting; the outcome is then unknown. */
  signal?: AbortSignal
  /** Time for one try, milliseconds; the client's `timeoutMs` when absent. */
  timeoutMs?: number
}

/** What a method takes: the body, where a file's content may be a stream. */
export type BodyOf<Name extends EndpointName> =
  RequestOf<Name> extends { readonly fileName: string; readonly content: string }
    ? Omit<RequestOf<Name>, 'content'> & { content: FileContent }
    : RequestOf<Name>

/**
 * The methods: each takes the body of the contract and answers its result, or throws DcmsError and
 * its kin.
 */
export type EndpointMethods = {
  [Name in EndpointName]: (body: BodyOf<Name>, options?: CallOptions) => Promise<ResultOf<Name>>
}

/** Where the methods lead: implemented by the client. */
export const callEndpoint = Symbol('callEndpoint')

interface Caller {
  [callEndpoint](endpoint: PublicEndpoint, body: unknown, options: CallOptions | undefined): Promise<unknown>
}

/** Base class with all the methods. */
export const MethodsOfContract = class {} as unknown as abstract new () => EndpointMethods

for (const [name, endpoint] of Object.entries<PublicEndpoint>(publicEndpoints)) {
  Object.defineProperty(MethodsOfContract.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Caller, body: unknown, options?: CallOptions): Promise<unknown> {
      return this[callEndpoint](endpoint, body, options)
    },
  })
}

/**
 * A call's content as it goes out, taken when the call is made: whatever the caller changes
 * afterwards, this is sent.
 */
export interface Content {
  /** Path below the base, with its parameters and the query. */
  path: string
  /** JSON of the body. */
  text: string
}

/**
 * Path and query parameters are members of the body for callers; on the wire they stand in the
 * request target.
 * @throws DcmsInputError when the body is no object (or list, where the endpoint takes one), or
 * cannot be written as JSON
 */
export function contentOf({ path, parametersIn = {}, request }: PublicEndpoint, body: unknown): Content {
  const takesList = 'type' in request && request.type === 'array'
  if (typeof body !== 'object' || body === null || Array.isArray(body) !== takesList)
    throw new DcmsInputError('body', takesList ? 'must be a list' : 'must be an object')
  const rest: Record<string, unknown> = takesList ? {} : { ...body }
  const query = new URLSearchParams()
  let filled = path
  for (const [name, place] of Object.entries(parametersIn)) {
    const value = rest[name]
    delete rest[name]
    if (place === 'path') filled = filled.replace(`{${name}}`, () => pathStep(name, value))
    else if (value !== undefined) query.set(name, String(value))
  }
  return { path: query.size > 0 ? `${filled}?${query}` : filled, text: jsonOf(takesList ? body : rest) }
}

function pathStep(name: string, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  // Proxies resolve `.` and `..`.
  if (typeof text !== 'string' || text === '' || text === '.' || text === '..' || !text.isWellFormed())
    throw new DcmsInputError(name, 'must be a text that can stand in a path')
  return encodeURIComponent(text)
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    throw new DcmsInputError('body', 'cannot be written as JSON') // the cause could quote it
  }
}
