// The Express app beside the pipeline: log-in, sessions, keys, health, metrics; everything else is
// unknown.
import { authenticatePath, jwksPath, sessionPath } from '@dcms/contract'
import { faultAnswer, healthRoutes, type Readiness } from '@dcms/service'
import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import type { Logger } from 'pino'
import { answerRefusal } from '../exchange/answer.ts'
import { maskedPath } from '../exchange/audit.ts'
import { Exchange, Refusal, type WhenAnswered } from '../exchange/exchange.ts'
import type { Keys } from '../keys/gateway-keys.ts'
import { jwks } from '../keys/jwks.ts'
import { type AuthenticateParts, authenticate } from '../log-in/authenticate.ts'
import { type OpenSessionParts, openSession } from '../log-in/open-session.ts'
import { sealAnswer, sealRefusal } from '../pipeline/seal-answer.ts'
import { serviceUnavailable } from '../pipeline/upstream.ts'
import { docsRoutes } from './docs.ts'

const OK = 200
const UNAVAILABLE = 503
const probePaths = ['/health', '/health/live', '/health/ready', '/metrics']

export interface PublicAppParts {
  readonly keys: Keys
  readonly readiness: Readiness
  /** For Prometheus; those of this thread, unless said otherwise. */
  readonly metrics?: (() => Promise<string>) | undefined
  readonly isLoaded: () => boolean
  readonly authentication: AuthenticateParts
  readonly sessions: OpenSessionParts
  readonly whenAnswered: WhenAnswered
  readonly logger: Logger
}

export function publicApp(parts: PublicAppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.set('query parser', false)
  app.use((_request, response, next) => {
    response.set({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    next()
  })
  app.use(healthRoutes('gateway', parts.readiness, parts.metrics))
  app.use(docsRoutes())
  app.get(jwksPath, jwks(parts.keys))
  app.post(
    authenticatePath,
    bareCall('authenticate', parts, (exchange) => authenticate(exchange, parts.authentication)),
  )
  app.post(
    sessionPath,
    bareCall('openSession', parts, (exchange) => openSession(exchange, parts.sessions)),
  )
  for (const path of [authenticatePath, sessionPath]) app.all(path, refuseWith(parts, new Refusal('method.not.allowed', ['allow', 'POST'])))
  for (const path of [...probePaths, jwksPath]) app.all(path, refuseWith(parts, new Refusal('method.not.allowed', ['allow', 'GET, HEAD'])))
  app.use(refuseWith(parts, new Refusal('path.not.found')))
  app.use((error: unknown, request: Request, response: Response, _next: unknown) => {
    parts.logger.error({ err: error, path: maskedPath(request.path) }, 'unexpected fault')
    if (response.headersSent) response.destroy()
    else answerRefusal(exchangeOf(request, response, parts), new Refusal('internal.error'))
  })
  return app
}

/**
 * A call whose result is a bare object. Until the body is open, `exchange.reply` is clear, and so
 * are refusals.
 */
function bareCall(name: string, parts: PublicAppParts, run: (exchange: Exchange) => Promise<object>): RequestHandler {
  return async (request, response) => {
    const exchange = exchangeOf(request, response, parts)
    exchange.endpoint = name
    exchange.auditPath = request.path
    try {
      const result = parts.isLoaded() ? await run(exchange) : serviceUnavailable
      if (result instanceof Refusal) sealRefusal(exchange, result)
      else sealAnswer(exchange, OK, [], Buffer.from(JSON.stringify(result)))
    } catch (error) {
      parts.logger.error({ err: error, requestId: exchange.requestId, path: exchange.auditPath }, 'unexpected fault')
      sealRefusal(exchange, faultAnswer(error).status === UNAVAILABLE ? serviceUnavailable : new Refusal('internal.error'))
    }
  }
}

const refuseWith =
  (parts: PublicAppParts, refusal: Refusal): RequestHandler =>
  (request, response) => {
    const exchange = exchangeOf(request, response, parts)
    exchange.auditPath = maskedPath(request.path)
    answerRefusal(exchange, refusal)
  }

const exchangeOf = (request: Request, response: Response, { whenAnswered }: PublicAppParts): Exchange =>
  new Exchange(request, response, whenAnswered, request.headers.expect !== undefined)
