// The sealed pipeline of /v1 and /dcms: route, tenant, token, open, forward, seal. No step waits
// for another by a promise.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { htuOf } from '@dcms/contract'
import type { TenantShares } from '@dcms/service'
import type { Logger } from 'pino'
import { answerRefusal } from '../exchange/answer.ts'
import { maskedPath } from '../exchange/audit.ts'
import { Exchange, Refusal, type WhenAnswered } from '../exchange/exchange.ts'
import { limitRate } from '../exchange/limit-rate.ts'
import { readBody } from '../exchange/read-body.ts'
import type { RegisteredTenant, Tenants } from '../tenants/tenants.ts'
import { checkTenant } from './check-tenant.ts'
import type { TokenCheck, VerifiedToken } from './check-token.ts'
import { type ForwardedBody, type Forwarder, idempotencyKeyOf } from './forward.ts'
import { type BodyForm, bodyFormOf, limitOf, type Opened, type OpenOptions, type PayloadOpener, takeClear } from './open-payload.ts'
import { readUpload } from './read-upload.ts'
import { findRoute, type Route, type Routes } from './route.ts'
import { sealAnswer, sealRefusal } from './seal-answer.ts'
import { serviceUnavailable } from './upstream.ts'

export interface PipelineParts {
  readonly routes: Routes
  readonly tenants: Tenants
  readonly tokens: TokenCheck
  readonly opener: PayloadOpener
  readonly forwarder: Forwarder
  /** Places for files that are being uploaded: each is in memory until its service has it. */
  readonly uploads: TenantShares
  readonly whenAnswered: WhenAnswered
  /** False until keys, tenants and users are in memory. */
  readonly isLoaded: () => boolean
  readonly logger: Logger
}

/** What the first three steps found. */
interface Admitted {
  readonly route: Route
  readonly tenant: RegisteredTenant
  readonly user: VerifiedToken
  readonly form: BodyForm
  /** What a sealed body must be for. */
  readonly htu: string
  readonly idempotencyKey: string | undefined
}

export class Pipeline {
  readonly #parts: PipelineParts

  constructor(parts: PipelineParts) {
    this.#parts = parts
  }

  /** @param path the request target without its query */
  handle(request: IncomingMessage, response: ServerResponse, path: string, expectsContinue: boolean): void {
    const exchange = new Exchange(request, response, this.#parts.whenAnswered, expectsContinue)
    try {
      const admitted = this.#admit(exchange, path)
      if (admitted instanceof Refusal) answerRefusal(exchange, admitted)
      else if (admitted.form === 'upload') this.#takeUpload(exchange, admitted)
      else readBody(exchange, (body) => this.#answer(exchange, admitted, body))
    } catch (error) {
      this.#fault(exchange, error)
    }
  }

  #admit(exchange: Exchange, path: string): Admitted | Refusal {
    const { routes, tenants, tokens } = this.#parts
    const { request, nowMs } = exchange
    const { headers } = request
    const route = findRoute(routes, request.method ?? '', path)
    if (route instanceof Refusal) {
      exchange.auditPath = maskedPath(path)
      return route
    }
    const { endpoint } = route
    exchange.auditPath = endpoint.path
    exchange.endpoint = endpoint.name
    exchange.bodyMaxBytes = route.sealedMaxBytes

    if (!this.#parts.isLoaded()) return serviceUnavailable
    const tenant = checkTenant(headers, tenants)
    if (tenant instanceof Refusal) return tenant
    exchange.tenantId = tenant.id

    const user = tokens.checkToken(headers.authorization, tenant.id, endpoint.permission, nowMs)
    if (user instanceof Refusal) return user
    exchange.username = user.user

    const limited = limitRate(tenant.bucket, tenant.limits, nowMs)
    if (limited !== null) return limited

    const form = bodyFormOf(headers, tenant, route)
    if (form instanceof Refusal) return form
    exchange.bodyMaxBytes = limitOf(route, form)
    const idempotencyKey = idempotencyKeyOf(headers['idempotency-key'])
    if (idempotencyKey instanceof Refusal) return idempotencyKey
    return { route, tenant, user, form, htu: route.htu ?? htuOf(endpoint.method, path), idempotencyKey }
  }

  #answer(exchange: Exchange, admitted: Admitted, body: Buffer | Refusal): void {
    try {
      const opened = body instanceof Refusal ? body : this.#open(exchange, admitted, body)
      if (opened instanceof Refusal) {
        answerRefusal(exchange, opened)
        return
      }
      this.#forward(exchange, admitted, opened, () => undefined)
    } catch (error) {
      this.#fault(exchange, error)
    }
  }

  /** Not a byte of a file is read before there is a place for it. */
  #takeUpload(exchange: Exchange, admitted: Admitted): void {
    const { uploads, opener } = this.#parts
    const { route, tenant } = admitted
    const leave = (): void => uploads.leave(tenant.id)
    const begin = (): void =>
      readUpload(exchange, { route, tenant, opener, opening: openOptionsOf(admitted) }, (file) => {
        try {
          if (file !== null && !(file instanceof Refusal)) {
            this.#forward(exchange, admitted, { body: file, reply: file.reply }, leave)
            return
          }
          leave()
          if (file !== null) answerRefusal(exchange, file)
        } catch (error) {
          this.#fault(exchange, error)
        }
      })
    if (!uploads.enter(tenant.id, { begin, isGivenUp: () => exchange.request.destroyed })) answerRefusal(exchange, serviceUnavailable)
  }

  /** @param answered called once, when the service needs the body no more */
  #forward(
    exchange: Exchange,
    admitted: Admitted,
    { body, reply }: { body: ForwardedBody } & Pick<Opened, 'reply'>,
    answered: () => void,
  ): void {
    exchange.reply = reply
    const { route, tenant, user, idempotencyKey } = admitted
    this.#parts.forwarder.forward(exchange, route, tenant, user, idempotencyKey, body, (answer) => {
      try {
        answered()
        if (answer instanceof Refusal) sealRefusal(exchange, answer)
        else sealAnswer(exchange, answer.status, answer.headers, answer.body)
      } catch (error) {
        this.#fault(exchange, error)
      }
    })
  }

  #open(exchange: Exchange, admitted: Admitted, body: Buffer): Pick<Opened, 'body' | 'reply'> | Refusal {
    const { form, route, tenant } = admitted
    if (form === 'clear') return takeClear(body, tenant, route.takesList)
    const { opener } = this.#parts
    const opened = opener.openPayload(body, openOptionsOf(admitted), exchange.bodyAtMs)
    if (opened instanceof Refusal) return opened
    return opener.recordJti(tenant.id, opened, exchange.bodyAtMs) ?? opened
  }

  #fault(exchange: Exchange, error: unknown): void {
    this.#parts.logger.error({ err: error, requestId: exchange.requestId, path: exchange.auditPath }, 'unexpected fault')
    sealRefusal(exchange, new Refusal('internal.error'))
  }
}

const openOptionsOf = ({ htu, route, tenant, user }: Admitted): OpenOptions => ({
  tenant,
  username: user.user,
  htu,
  changesState: route.changesState,
  oneShotOnly: false,
  takesList: route.takesList,
})
