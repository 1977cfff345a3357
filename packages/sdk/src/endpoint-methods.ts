// One method per endpoint of the contract, made from the contract itself: a new entry there is a new method here.
import { type PublicEndpoint, publicEndpoints } from '@dcms/contract'

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
   * Idempotency key of a call that changes state: the same key and body give the first answer again, for 24 hours. Taken from the body's
   * `requestId` when that is there, else made up; it stays the same over all tries.
   */
  requestId?: string
  /** Gives up waiting; the outcome is then unknown. */
  signal?: AbortSignal
  /** Time for one try, milliseconds; the client's `timeoutMs` when absent. */
  timeoutMs?: number
}

/** The methods: each takes the body of the contract and answers its result, or throws DcmsError and its kin. */
export type EndpointMethods = {
  [Name in EndpointName]: (body: RequestOf<Name>, options?: CallOptions) => Promise<ResultOf<Name>>
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

/** Path and query parameters are members of the body for callers; on the wire they stand in the request target. */
export function withoutParameters({ path, parametersIn }: PublicEndpoint, body: unknown): { path: string; content: unknown } {
  if (!parametersIn || typeof body !== 'object' || body === null) return { path, content: body }
  const content: Record<string, unknown> = { ...body }
  const query = new URLSearchParams()
  let filled = path
  for (const [name, place] of Object.entries(parametersIn)) {
    const value = content[name]
    delete content[name]
    if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(String(value)))
    else if (value !== undefined) query.set(name, String(value))
  }
  return { path: query.size > 0 ? `${filled}?${query}` : filled, content }
}
