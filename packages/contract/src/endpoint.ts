// What an endpoint of the contract is: one entry drives the gateway's route, the service's validation and the SDK's method.
import type { ErrorCode } from './errors.ts'
import type { Permission } from './roles.ts'

/** The contexts that own endpoints, each one service with its own databases. */
export type Context = 'gateway' | 'customer' | 'kit' | 'pin-preference'

/** Who calls an internal endpoint: the name in the caller's context token. */
export type Caller = Context | 'ops'

export type HttpMethod = 'POST' | 'PUT'

/**
 * What a repeat of the same call means.
 * - `read`: changes nothing, so it may be repeated at will.
 * - `stored`: takes `requestId` (or the `Idempotency-Key` header); the first answer is kept 24 hours and given again.
 * - `document`: one atomic update; the document remembers the last idempotency keys, so a repeat of an unseen success answers success.
 */
export type Idempotency = 'read' | 'stored' | 'document'

interface Definition<Code extends ErrorCode> {
  /** The use case in camel case: also the file's name in the owner's service and the SDK's method. */
  readonly name: string
  readonly method: HttpMethod
  /** Path behind the public prefix (`/v1`), or `/internal/…` for calls between services. */
  readonly path: string
  readonly owner: Context
  readonly summary: string
  readonly idempotency: Idempotency
  /** JSON Schema (draft 2020-12) of the body. */
  readonly request: object
  /** JSON Schema of `result` in the envelope. */
  readonly result: object
  readonly errors: readonly Code[]
}

interface PublicDefinition<Code extends ErrorCode> extends Definition<Code> {
  readonly permission: Permission
}

interface InternalDefinition<Code extends ErrorCode> extends Definition<Code> {
  /** The only callers whose context token is taken. */
  readonly callers: readonly Caller[]
}

/** Carries the derived types along; never present at run time. */
interface Typed<Request, Result> {
  readonly types?: { readonly request: Request; readonly result: Result }
}

export type PublicEndpoint<Request = unknown, Result = unknown, Code extends ErrorCode = ErrorCode> = PublicDefinition<Code> &
  Typed<Request, Result>
export type InternalEndpoint<Request = unknown, Result = unknown, Code extends ErrorCode = ErrorCode> = InternalDefinition<Code> &
  Typed<Request, Result>
/** An endpoint with its body and result types and the codes it may refuse with. */
export type Endpoint<Request = unknown, Result = unknown, Code extends ErrorCode = ErrorCode> =
  | PublicEndpoint<Request, Result, Code>
  | InternalEndpoint<Request, Result, Code>

/** Declares an endpoint that banks call through the gateway: `publicEndpoint<Body, Result>()({ … })`. */
export const publicEndpoint =
  <Request, Result>() =>
  <const Code extends ErrorCode>(definition: PublicDefinition<Code>): PublicEndpoint<Request, Result, Code> =>
    definition

/** Declares an endpoint between services, on a listener that the gateway never routes to. */
export const internalEndpoint =
  <Request, Result>() =>
  <const Code extends ErrorCode>(definition: InternalDefinition<Code>): InternalEndpoint<Request, Result, Code> =>
    definition
