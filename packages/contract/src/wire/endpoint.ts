// What an endpoint of the contract is: one entry drives the gateway's route, the service's
// validation, the SDK's method and the reference.
import type { ErrorCode } from '../errors/errors.ts'
import type { ProcessName, plannedContexts } from '../processes.ts'
import { grants, type Permission } from './roles.ts'

/** The contexts that own endpoints, each one service with its own databases, or none yet. */
export type Context = ProcessName | (typeof plannedContexts)[number]

/** Who calls an internal endpoint: the name in the caller's context token. */
export type Caller = Context | 'ops'

export type HttpMethod = 'POST' | 'PUT'

/**
 * What a repeat of the same call means.
 * - `read`: changes nothing, so it may be repeated at will.
 * - `stored`: takes `requestId` (or the `Idempotency-Key` header); the first answer is kept 24
 *   hours and given again.
 * - `document`: one atomic update; the document remembers the last idempotency keys, so a repeat of
 *   an unseen success answers success.
 */
export type Idempotency = 'read' | 'stored' | 'document'

/**
 * How long the service may take over a call that brings a file, in milliseconds: it reads every
 * line before it answers.
 */
export const UPLOAD_MS_MAX = 120_000

/** The chapters of the reference; also the folder an endpoint's file stands in. */
export const families = {
  registration: 'Registration',
  customer: 'Customer',
  kit: 'Kit (card life)',
  pin: 'PIN',
  validation: 'Validation',
  preference: 'Preference',
  'ncmc-preference': 'NCMC preference',
  wallet: 'Wallet',
  branch: 'Branch',
  inventory: 'Inventory',
  'card-order': 'Card order',
  'account-mapping': 'Account mapping',
} as const
export type Family = keyof typeof families

/**
 * A worked call: a body as callers send it and the `result` they get. Both are checked against the
 * schemas by a test.
 */
export interface Example {
  readonly name: string
  readonly request: unknown
  readonly result: unknown
}

interface Definition<Code extends ErrorCode> {
  /**
   * The use case in camel case: also the file's name in the owner's service and the SDK's method.
   */
  readonly name: string
  readonly method: HttpMethod
  /**
   * Path behind the public prefix (`/v1`), or `/internal/…` for calls between services. A step in
   * braces is a path parameter.
   */
  readonly path: string
  readonly owner: Context
  /** One line, no full stop. */
  readonly summary: string
  readonly idempotency: Idempotency
  /**
   * JSON Schema (draft 2020-12) of the body. Path and query parameters are members of it too: see
   * `parametersIn`.
   */
  readonly request: object
  /** JSON Schema of `result` in the envelope. */
  readonly result: object
  readonly errors: readonly Code[]
}

interface PublicDefinition<Code extends ErrorCode> extends Definition<Code> {
  /** What every call needs, checked at the door and by the owner. */
  readonly permission: Permission
  /**
   * What the value of the member `operation` needs besides, checked by the owner; every operation
   * stands here.
   */
  readonly permissionOfOperation?: Readonly<Record<string, Permission>>
  /** What a repeat means for these values of the member `operation`; for others `idempotency`. */
  readonly idempotencyOfOperation?: Readonly<Record<string, Idempotency>>
  readonly family: Family
  /** What a caller should know beyond the summary: effects, states, limits. Markdown. */
  readonly description: string
  readonly examples: readonly [Example, ...Example[]]
  /**
   * Members of `request` that do not travel in the body: in the path (as in the braces of `path`)
   * or in the query. Services get them merged into the body; there they are text, so boolean and
   * integer members need `acceptsText`.
   */
  readonly parametersIn?: Readonly<Record<string, 'path' | 'query'>>
  /** Refuses clear bodies even where the tenant allows them. */
  readonly sealedOnly?: true
  /**
   * The family's own code for a missing or malformed field; `invalid.input.request` when absent.
   */
  readonly inputFault?: Code
  /** The body is one uploaded file: multipart/form-data with one part `file`. */
  readonly upload?: true
  /** Bytes of the opened body; what the schema asks for when absent: see `bodyBytesMaxOf`. */
  readonly bodyMaxBytes?: number
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

/**
 * Whether a caller with these roles may make this call. Calls between services need no permission:
 * their callers are listed.
 * @param input the validated body; until there is one, only what every call of the endpoint needs
 * is asked for
 */
export function mayCall(
  endpoint: Pick<PublicEndpoint, 'permission' | 'permissionOfOperation'> | InternalEndpoint,
  roles: readonly string[],
  input?: unknown,
): boolean {
  if (!('permission' in endpoint)) return true
  const { permission, permissionOfOperation } = endpoint
  if (!grants(roles, permission)) return false
  if (permissionOfOperation === undefined || typeof input !== 'object' || input === null || !('operation' in input)) return true
  const { operation } = input
  const needed =
    typeof operation === 'string' && Object.hasOwn(permissionOfOperation, operation) ? permissionOfOperation[operation] : undefined
  return needed !== undefined && grants(roles, needed)
}

/** What a repeat of this call means. */
export function idempotencyOf(
  endpoint: Pick<Endpoint, 'idempotency'> & Pick<PublicEndpoint, 'idempotencyOfOperation'>,
  input: object,
): Idempotency {
  const { idempotency, idempotencyOfOperation = {} } = endpoint
  const operation = 'operation' in input && typeof input.operation === 'string' ? input.operation : undefined
  const ofOperation =
    operation !== undefined && Object.hasOwn(idempotencyOfOperation, operation) ? idempotencyOfOperation[operation] : undefined
  return ofOperation ?? idempotency
}

/**
 * Declares an endpoint that banks call through the gateway:
 * `publicEndpoint<Body, Result>()({ … })`.
 */
export const publicEndpoint =
  <Request, Result>() =>
  <const Code extends ErrorCode>(definition: PublicDefinition<Code>): PublicEndpoint<Request, Result, Code> =>
    definition

/** Declares an endpoint between services, on a listener that the gateway never routes to. */
export const internalEndpoint =
  <Request, Result>() =>
  <const Code extends ErrorCode>(definition: InternalDefinition<Code>): InternalEndpoint<Request, Result, Code> =>
    definition
