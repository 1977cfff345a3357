// The door of the internal listeners for operators: a role for each route, and a record of every
// command, refused ones too.
import { randomUUID } from 'node:crypto'
import { type AuditInstance, auditInstancesPath, failure, type OperatorRole, rolesOfOperatorPaths, success } from '@dcms/contract'
import type { Express, Request, RequestHandler, Response } from 'express'
import type { AuditLog } from '../audit/audit-log.ts'
import type { AuditRegister } from '../audit/audit-register.ts'
import type { CallContext } from './context-token.ts'

const CALLER_GONE = 499
const TEXT_LENGTH_MAX = 100
/**
 * Members of a command's body that its record repeats: they say what it was about, and none can
 * hold a secret.
 */
const aboutMembers = [
  'tenant',
  'username',
  'state',
  'roles',
  'branch',
  'purpose',
  'number',
  'kitNo',
  'orderId',
  'cardOrderId',
  'branchId',
  'batchId',
  'limit',
  'job',
  'asOf',
] as const

export interface DoorParts {
  readonly verify: (token: string | undefined) => CallContext | null
  readonly audit: Pick<AuditLog, 'note'>
  readonly register: Pick<AuditRegister, 'all'>
  /** Further routes of this process. */
  readonly roles?: Readonly<Record<string, readonly OperatorRole[]>>
}

/**
 * To be added before all other routes of an internal listener. A route that names no role lets no
 * operator through.
 */
export function admitOperators(app: Express, { verify, audit, register, roles = {} }: DoorParts): void {
  const rolesOf: Readonly<Record<string, readonly OperatorRole[]>> = { ...rolesOfOperatorPaths, ...roles }
  const admit: RequestHandler = (request, response, next) => {
    const context = verify(request.get('x-dcms-context'))
    const isOperator = context?.caller === 'ops'
    const wanted = Object.hasOwn(rolesOf, request.path) ? rolesOf[request.path] : undefined
    if (!isOperator && wanted === undefined) return next()
    noteWhenAnswered(request, response, { context, audit })
    if (isOperator && !wanted?.some((role) => context.roles.includes(role))) {
      response.status(403).json(failure('auth.forbidden'))
      return
    }
    next()
  }
  app.use(admit)
  app.post(auditInstancesPath, async (request, response) => {
    if (verify(request.get('x-dcms-context'))?.caller !== 'ops') return void response.status(401).json(failure('auth.token.invalid'))
    const instances: AuditInstance[] = await register.all()
    response.json(success({ instances }))
  })
}

interface About {
  readonly context: CallContext | null
  readonly audit: DoorParts['audit']
}

function noteWhenAnswered(request: Request, response: Response, { context, audit }: About): void {
  const timeMs = Date.now()
  const startedMs = performance.now()
  const answered = errorCodeOf(response)
  response.once('close', () => {
    audit.note({
      kind: 'operator',
      timeMs,
      requestId: cut(request.get('x-request-id') ?? randomUUID()),
      tenant: context?.tenant ?? '',
      user: userOf(context),
      method: request.method,
      path: maskedPath(request.path),
      status: response.writableFinished ? response.statusCode : CALLER_GONE,
      errorCode: answered(),
      durationMs: performance.now() - startedMs,
      remote: request.socket.remoteAddress ?? '',
      about: aboutOf(request.body),
    })
  })
}

/** A process that calls where operators do is told apart from an operator of its name. */
function userOf(context: CallContext | null): string {
  if (context === null) return ''
  return context.caller === 'ops' ? context.user : `service:${context.caller}`
}

/** The code of a refusal, out of the answer as it is written. */
function errorCodeOf(response: Response): () => string {
  let body: unknown
  const end = response.end.bind(response)
  response.end = ((...parameters: Parameters<typeof end>) => {
    body = parameters[0]
    return end(...parameters)
  }) as typeof response.end
  return () => {
    if (response.statusCode < 400 || (typeof body !== 'string' && !Buffer.isBuffer(body))) return ''
    return /"errorCode":"([A-Za-z0-9._]{1,60})"/.exec(body.toString())?.[1] ?? ''
  }
}

function aboutOf(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {}
  const members = new Map(Object.entries(body))
  return Object.fromEntries(
    aboutMembers.flatMap((name) => {
      const value: unknown = members.get(name)
      const text = Array.isArray(value) ? value.join(',') : value
      return typeof text === 'string' || typeof text === 'number' ? [[name, cut(String(text))]] : []
    }),
  )
}

/** Where somebody puts a card number into the wrong place, the trail does not keep it. */
const cut = (text: string): string => text.slice(0, TEXT_LENGTH_MAX).replace(/\d{12,}/g, 'XXXXXX')
const maskedPath = (path: string): string => path.slice(0, TEXT_LENGTH_MAX).replace(/\d{6,}/g, 'XXXXXX')
