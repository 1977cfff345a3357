// The internal listener: operators' commands. The bank's side never reaches it.
import {
  addUserEndpoint,
  applyTenantEndpoint,
  bodyBytesMaxOf,
  type Caller,
  type ErrorCode,
  type InternalEndpoint,
  listUsersEndpoint,
  setUserStateEndpoint,
  success,
  tenantVersionPath,
  tenantVersionRequest,
  unknownTenantMembers,
  validatorOf,
} from '@dcms/contract'
import {
  type Answer,
  type AuditLog,
  type AuditRegister,
  addFallbacks,
  admitOperators,
  type CallContext,
  faultAnswer,
  type Outcome,
  refusal,
} from '@dcms/service'
import express, { type Express, type RequestHandler, type Response } from 'express'
import type { Logger } from 'pino'
import { type ApplyTenantParts, applyTenant } from '../tenants/apply-tenant.ts'
import { type AddUserParts, addUser } from '../users/add-user.ts'
import { listUsers } from '../users/list-users.ts'
import { setUserState } from '../users/set-user-state.ts'

/** A definition with 500 products is some 600 KB. */
const DEFINITION_BYTES_MAX = 5 * 1024 * 1024

export interface InternalAppParts {
  /** Resolves when all threads of this process know what a command has changed. */
  readonly allKnow?: (() => Promise<void>) | undefined
  readonly verify: (token: string | undefined) => CallContext | null
  readonly audit: AuditLog
  readonly register: AuditRegister
  readonly applying: ApplyTenantParts
  readonly adding: AddUserParts
  readonly isLoaded: () => boolean
  readonly logger: Logger
}

export function internalApp(parts: InternalAppParts): Express {
  const app = express()
  admitOperators(app, parts)
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  serve(app, parts, applyTenantEndpoint, (definition) => applyTenant(definition, parts.applying, new Date()))
  serve(app, parts, addUserEndpoint, (input, operator) => addUser(input, parts.adding, { now: new Date(), operator }))
  serve(app, parts, listUsersEndpoint, (input) => listUsers(input, parts.adding))
  serve(app, parts, setUserStateEndpoint, (input, operator) => setUserState(input, parts.adding, { now: new Date(), operator }))
  serve(app, parts, tenantVersionEndpoint, async ({ tenant }) => ({
    kind: 'answer',
    result: { version: parts.applying.tenants.versionOf(tenant) },
  }))
  addFallbacks(app, parts.logger)
  return app
}

type Served<Request, Result, Code extends ErrorCode> = Pick<InternalEndpoint<Request, Result, Code>, 'path' | 'request' | 'callers'> & {
  readonly types?: { readonly request: Request; readonly result: Result }
}

const tenantVersionEndpoint: Served<{ tenant: string }, { version: number }, never> = {
  path: tenantVersionPath,
  request: tenantVersionRequest,
  callers: ['ops'],
}

/** One route: only for its callers, with a valid body. */
function serve<Request, Result, Code extends ErrorCode>(
  app: Express,
  { verify, isLoaded, allKnow, logger }: InternalAppParts,
  endpoint: Served<Request, Result, Code>,
  run: (input: Request, operator: string) => Promise<Outcome<Result, Code>>,
): void {
  const validate = validatorOf<Request>(endpoint.request)
  const limit = endpoint.path === applyTenantEndpoint.path ? DEFINITION_BYTES_MAX : bodyBytesMaxOf(endpoint)
  app.all(
    endpoint.path,
    onlyPost,
    onlyFor(endpoint.callers, verify),
    express.json({ limit, type: () => true }),
    async (request, response) => {
      if (!isLoaded()) return write(response, refusal('service.unavailable'))
      const unknown = unknownIn(endpoint.path, request.body)
      if (unknown.length > 0) return write(response, refusal('invalid.input.request', unknown))
      const validated = validate(request.body ?? {})
      if (!validated.valid) return write(response, refusal('invalid.input.request', validated.fieldError))
      try {
        const outcome = await run(validated.value, verify(request.get('x-dcms-context'))?.user ?? '')
        await allKnow?.()
        write(response, answerOf(outcome))
      } catch (error) {
        logger.error({ err: error, path: endpoint.path }, 'operator command failed')
        write(response, faultAnswer(error))
      }
    },
  )
}

/**
 * Elsewhere a member that nobody knows is dropped; what stands in a definition and is dropped would
 * be an operator's mistake gone unseen.
 */
const unknownIn = (path: string, body: unknown): string[] => (path === applyTenantEndpoint.path ? unknownTenantMembers(body) : [])

const onlyPost: RequestHandler = (request, response, next) => {
  if (request.method === 'POST') next()
  else write(response, { ...refusal('method.not.allowed'), headers: { allow: 'POST' } })
}

const onlyFor =
  (callers: readonly Caller[], verify: InternalAppParts['verify']): RequestHandler =>
  (request, response, next) => {
    const token = request.get('x-dcms-context')
    const context = verify(token)
    if (context === null) write(response, refusal(token === undefined ? 'auth.token.missing' : 'auth.token.invalid'))
    else if (!callers.includes(context.caller)) write(response, refusal('auth.forbidden'))
    else next()
  }

function answerOf<Result, Code extends ErrorCode>(outcome: Outcome<Result, Code>): Answer {
  switch (outcome.kind) {
    case 'answer':
      return { status: 200, body: JSON.stringify(success(outcome.result)) }
    case 'refused':
      return refusal(outcome.code, outcome.fieldError)
    case 'overtaken':
      return refusal('concurrent.change')
  }
}

function write(response: Response, { status, body, headers }: Answer): void {
  response
    .status(status)
    .set({ 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
    .end(body)
}
