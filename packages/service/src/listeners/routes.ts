// The HTTP face of a service: each command at its contract path, behind a context token; everything
// else in the envelope.
import { randomUUID } from 'node:crypto'
import { bodyBytesMaxOf, type Caller, type Endpoint, UPLOAD_MS_MAX } from '@dcms/contract'
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import type { CallContext } from '../callers/context-token.ts'
import { type Answer, type Call, type Command, faultAnswer, refusal } from '../commands/command.ts'
import { callersVersionOf, DEFINITION_VERSION_HEADER } from '../commands/definition-version.ts'
import { FILE_NAME_HEADER } from '../commands/upload-command.ts'
import { measureCalls } from '../request-metrics.ts'
import { TenantShares } from '../shares/tenant-shares.ts'
import { NotBegun, TIME_LEFT_HEADER, TIME_LEFT_MS_MAX, withinShare } from '../shares/within-share.ts'
import type { Tenants } from '../store/tenants.ts'
import { express } from '../when-needed.ts'

/**
 * Calls of one listener at work at a time, for all banks; one bank alone gets half (see
 * TenantShares).
 */
const CALLS_MAX = 96
const CALLS_WAITING_MAX = 512
/**
 * Files being read at a time, for all banks. They take up to minutes, so they have places of their
 * own; those of one bank beyond half of them wait.
 */
const UPLOADS_MAX = 4
const UPLOADS_WAITING_MAX = 16

export interface RouteOptions {
  commands: readonly Command[]
  tenants: Tenants
  verify: (token: string | undefined) => CallContext | null
  /** What a scope needs besides what the call brings. */
  shared: Pick<Call, 'relay' | 'sources' | 'clock' | 'touched'>
  /** What the listener is called in metrics. */
  listener: 'public' | 'internal'
  logger: Logger
}

/**
 * Adds one route per command. Calls without a valid context token of an allowed caller are refused
 * with 401. A bank that has its share of the work in hand waits, and a call whose caller has given
 * up by then is not begun: slow statements of one bank never take all connections to the store.
 */
export function addCommands(app: Express, options: RouteOptions): void {
  const shares = new TenantShares({ name: `${options.listener} calls`, places: CALLS_MAX, waitingPlaces: CALLS_WAITING_MAX })
  const uploads = new TenantShares({ name: `${options.listener} uploads`, places: UPLOADS_MAX, waitingPlaces: UPLOADS_WAITING_MAX })
  for (const command of options.commands) {
    const { endpoint } = command
    const takesFile = 'upload' in endpoint && endpoint.upload === true
    const readBody = takesFile ? leftUnread : express().json({ limit: bodyBytesMaxOf(endpoint), type: () => true })
    const callers: readonly Caller[] = 'callers' in endpoint ? endpoint.callers : ['gateway']
    app[endpoint.method === 'PUT' ? 'put' : 'post'](
      routePathOf(endpoint.path),
      measureCalls(endpoint.name),
      readBody,
      async (request: Request, response: Response) => {
        const context = options.verify(headerOf(request, 'x-dcms-context'))
        if (!context || !callers.includes(context.caller)) return write(response, refusal('auth.token.invalid'))
        const tenant = options.tenants.get(context.tenant)
        if (!tenant) return write(response, refusal('service.unavailable')) // not told of this tenant yet
        const idempotencyKey = headerOf(request, 'idempotency-key')
        const traceparent = headerOf(request, 'traceparent')
        const callersVersion = callersVersionOf(headerOf(request, DEFINITION_VERSION_HEADER))
        const call: Call = {
          ...options.shared,
          tenant,
          user: context.user,
          roles: context.roles,
          ...(context.branch !== undefined && { branch: context.branch }),
          requestId: headerOf(request, 'x-request-id') ?? randomUUID(),
          deadlineAtMs: Date.now() + timeLeftOf(request, takesFile ? UPLOAD_MS_MAX : TIME_LEFT_MS_MAX),
          ...(idempotencyKey !== undefined && { idempotencyKey }),
          ...(traceparent !== undefined && { traceparent }),
          ...(callersVersion !== undefined && { callersVersion }),
        }
        // Also what a command writes otherwise than by its scope.
        if (!('idempotency' in endpoint) || endpoint.idempotency !== 'read') options.shared.touched?.(tenant.id)
        try {
          const use = { shares: takesFile ? uploads : shares, tenant: tenant.id, deadlineAtMs: call.deadlineAtMs ?? 0 }
          write(response, await withinShare(use, () => command.run(bodyOf(endpoint, request), call)))
        } catch (error) {
          if (error instanceof NotBegun) return write(response, refusal('service.unavailable'))
          options.logger.error({ err: error, requestId: call.requestId, path: endpoint.path, tenant: tenant.id }, 'call failed')
          write(response, faultAnswer(error))
        } finally {
          if (takesFile) request.resume() // refused before its end: what still comes is dropped
        }
      },
    )
  }
  refuseOtherMethods(
    app,
    options.commands.map(({ endpoint }) => endpoint),
  )
}

/** The last routes of every app: unknown paths, and bodies that cannot be read. */
export function addFallbacks(app: Express, logger: Logger): void {
  app.use((_request, response) => write(response, refusal('path.not.found')))
  const onError: ErrorRequestHandler = (error, request, response, _next) => {
    const type: unknown = error?.type
    if (type === 'entity.too.large') return write(response, refusal('request.too.large'))
    if (typeof error?.status === 'number' && error.status < 500)
      return write(response, refusal('invalid.input.request', ['the body is not valid JSON']))
    logger.error({ err: error, path: request.path }, 'unexpected fault')
    write(response, faultAnswer(error))
  }
  app.use(onError)
}

/** `/preference/{operation}/optIn` as Express writes it. */
const routePathOf = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

/** A file is read by its command, as a stream. */
const leftUnread: RequestHandler = (_request, _response, next) => next()

/** What the command gets: the body, or the file with its name. */
function bodyOf(endpoint: Endpoint, request: Request): unknown {
  if (!('upload' in endpoint) || !endpoint.upload) return withParameters(endpoint, request)
  return { fileName: decodedOr('', headerOf(request, FILE_NAME_HEADER)), content: request }
}

/** What is percent-encoded wrongly is nobody's name. */
function decodedOr(otherwise: string, encoded: string = otherwise): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return otherwise // refused by the command as a name that it does not take
  }
}

/**
 * The body with the path and query parameters that the contract makes members of it; what the body
 * itself says of them does not count.
 */
function withParameters(endpoint: Endpoint, request: Request): unknown {
  const body: unknown = request.body ?? {}
  if (!('parametersIn' in endpoint) || !endpoint.parametersIn || typeof body !== 'object' || body === null) return body
  const parameters: Record<string, unknown> = {}
  for (const [name, place] of Object.entries(endpoint.parametersIn)) {
    const value = place === 'path' ? request.params[name] : request.query[name]
    if (value !== undefined) parameters[name] = value
  }
  return { ...body, ...parameters }
}

/** Other methods at the paths of the endpoints; one path may be several endpoints', by method. */
function refuseOtherMethods(app: Express, endpoints: readonly Endpoint[]): void {
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const allow = endpoints.flatMap((endpoint) => (endpoint.path === path ? [endpoint.method] : [])).join(', ')
    app.all(routePathOf(path), (_request, response) => write(response, { ...refusal('method.not.allowed'), headers: { allow } }))
  }
}

/** What the caller says, within what any caller of such an endpoint gets. */
function timeLeftOf(request: Request, msMax: number): number {
  const told = Number(headerOf(request, TIME_LEFT_HEADER) ?? msMax)
  return told >= 0 && told < msMax ? told : msMax
}

const headerOf = (request: Request, name: string): string | undefined => {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function write(response: Response, { status, body, headers }: Answer): void {
  response
    .status(status)
    .set({ 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(body)
}
