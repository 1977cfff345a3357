// Calling another context's internal API.
import type { ErrorCode, Exception, InternalEndpoint } from '@dcms/contract'
import type { CallerTokens } from '../callers/context-token.ts'
import { ServiceUnavailable } from '../commands/decision.ts'
import { DEFINITION_VERSION_HEADER } from '../commands/definition-version.ts'
import { IDLE_CONNECTION_MS } from '../listeners/http.ts'
import { TenantShares } from '../shares/tenant-shares.ts'
import { TIME_LEFT_HEADER, withinShare } from '../shares/within-share.ts'
import type { Tenant } from '../store/tenant.ts'
import { undici } from '../when-needed.ts'

const TIMEOUT_MS = 2_000
/** For all banks; one bank alone gets half of them (see TenantShares). */
const CONNECTIONS_MAX = 128
const WAITING_MAX = 512

/**
 * On whose behalf a call is made: the scope of a command says it as it is. Work of the service's
 * own names the service as the user.
 */
export interface AskedFor {
  readonly tenant: Pick<Tenant, 'id'>
  readonly user: string
  readonly roles: readonly string[]
  readonly branch?: string | undefined
  readonly requestId: string
  readonly traceparent?: string | undefined
  /**
   * When whoever waits for this call gives up; the call gets what is left until then, at most 2 s.
   */
  readonly deadlineAtMs?: number | undefined
}

export interface InternalCallOptions {
  /** The same for a repeat, so that the owner recognises it. */
  idempotencyKey?: string
}

export type InternalAnswer<Result, Code extends ErrorCode> =
  | { readonly kind: 'answer'; readonly result: Result }
  | { readonly kind: 'refused'; readonly code: Code; readonly fieldError: readonly string[] }

export interface InternalClient {
  /**
   * @returns the owner's answer, or its refusal with a code the endpoint lists
   * @throws ServiceUnavailable when the owner is away, too slow or says it cannot serve now; the
   * outcome of a write is then unknown
   */
  call<Request, Result, Code extends ErrorCode>(
    endpoint: InternalEndpoint<Request, Result, Code>,
    body: Request,
    scope: AskedFor,
    options?: InternalCallOptions,
  ): Promise<InternalAnswer<Result, Code>>
  close(): Promise<void>
}

/** A client of one owner; 2 s time-out. `audience` is the owner's name. */
export function internalClient({ baseUrl, audience, tokens }: { baseUrl: string; audience: string; tokens: CallerTokens }): InternalClient {
  const dispatcher = new (undici().Agent)({
    connections: CONNECTIONS_MAX,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
    connect: { timeout: TIMEOUT_MS },
  })
  const shares = new TenantShares({ name: `calls of ${audience}`, places: CONNECTIONS_MAX, waitingPlaces: WAITING_MAX })
  return {
    async call<Request, Result, Code extends ErrorCode>(
      endpoint: InternalEndpoint<Request, Result, Code>,
      body: Request,
      { tenant: { id: tenant }, user, roles, branch, requestId, traceparent, deadlineAtMs: endsAtMs }: AskedFor,
      { idempotencyKey }: InternalCallOptions = {},
    ) {
      const version = tokens.definitionVersionOf?.(tenant)
      let status: number
      let envelope: { result: Result; exception: Exception | null }
      try {
        const deadlineAtMs = Math.min(Date.now() + TIMEOUT_MS, endsAtMs ?? Number.POSITIVE_INFINITY)
        ;({ status, envelope } = await withinShare({ shares, tenant, deadlineAtMs }, async (msLeft) => {
          const response = await undici().request(baseUrl + endpoint.path, {
            dispatcher,
            method: endpoint.method,
            headersTimeout: TIMEOUT_MS,
            bodyTimeout: TIMEOUT_MS,
            signal: AbortSignal.timeout(msLeft), // one for the whole call, connecting included
            headers: {
              'content-type': 'application/json',
              'x-dcms-context': tokens.tokenFor(audience, { tenant, user, roles, ...(branch !== undefined && { branch }) }),
              'x-request-id': requestId,
              [TIME_LEFT_HEADER]: String(msLeft),
              ...(version && { [DEFINITION_VERSION_HEADER]: String(version) }),
              ...(traceparent && { traceparent }),
              ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
            },
            body: JSON.stringify(body),
          })
          return { status: response.statusCode, envelope: (await response.body.json()) as typeof envelope }
        }))
      } catch (error) {
        throw new ServiceUnavailable(`${audience} did not answer ${endpoint.path}`, { cause: error })
      }
      if (status === 200) return { kind: 'answer', result: envelope.result }
      const code = envelope.exception?.errorCode
      if (status === 503 || status === 409) throw new ServiceUnavailable(`${audience} cannot serve ${endpoint.path} now: ${code}`)
      const known = endpoint.errors.find((each) => each === code)
      if (!known) throw new Error(`${audience} answered ${endpoint.path} with ${status} ${code}, which the contract does not list`)
      return { kind: 'refused', code: known, fieldError: envelope.exception?.fieldError ?? [] }
    },
    close: () => dispatcher.close(),
  }
}
