// Where a log-in is judged: how often it may be tried, and whether the password is right. One for
// the whole process, on however many threads calls are served.
import type { mongo } from 'mongoose'
import type { UserDocument } from '../database.ts'
import { Refusal } from '../exchange/exchange.ts'
import { countLogin } from '../exchange/metrics.ts'
import { serviceUnavailable } from '../pipeline/upstream.ts'
import type { Tenants } from '../tenants/tenants.ts'
import type { PasswordCheck, Verdict } from '../users/passwords.ts'
import { userId } from '../users/users.ts'
import type { LoginThrottle } from './login-throttle.ts'

const invalidCredentials = new Refusal('auth.invalid.credentials')

/** Who wants in, from where and with what. */
export interface Applicant {
  readonly tenantId: string
  readonly username: string
  readonly password: string
  readonly source: string
  readonly nowMs: number
}

/** What a token is made of. */
export type KnownUser = Pick<UserDocument, 'tenant' | 'username' | 'roles' | 'version'> & { readonly branch?: string | undefined }

/** What log-ins ask; `LogInDesk`, or the way to the one of another thread. */
export interface Desk {
  /** Before the body is read. */
  admit(tenantId: string, source: string, nowMs: number): Promise<Refusal | null>
  /** The user, when the password is right. An unknown user and a disabled one take as long. */
  check(applicant: Applicant): Promise<KnownUser | Refusal>
  /** The user was let in: a log-in from there counts as known. */
  letIn(applicant: Pick<Applicant, 'tenantId' | 'username' | 'source' | 'nowMs'>): void
}

export interface LogInDeskParts {
  readonly tenants: Tenants
  readonly users: Pick<mongo.Collection<UserDocument>, 'findOne'>
  readonly passwords: PasswordCheck
  readonly throttle: LoginThrottle
}

export class LogInDesk implements Desk {
  readonly #parts: LogInDeskParts

  constructor(parts: LogInDeskParts) {
    this.#parts = parts
  }

  async admit(tenantId: string, source: string, nowMs: number): Promise<Refusal | null> {
    const { tenants, throttle } = this.#parts
    const tenant = tenants.find(tenantId)
    if (tenant === undefined) return serviceUnavailable // this thread is about to hear of it
    const refused = await throttle.admit(tenant, source, nowMs)
    return refused === null ? null : throttled(refused)
  }

  async check({ tenantId, username, password, source, nowMs }: Applicant): Promise<KnownUser | Refusal> {
    const { users, passwords, throttle } = this.#parts
    const id = userId(tenantId, username)
    const attempt = await throttle.begin(id, source, nowMs)
    if (attempt instanceof Refusal) return throttled(attempt)
    let verdict: Verdict = 'busy'
    try {
      const user = await users.findOne({ _id: id })
      const hash = user === null || user.disabled ? null : user.passwordHash
      verdict = await passwords.verify(hash, password, { tenant: tenantId, isKnown: attempt.isKnown })
      countLogin(verdict)
      if (verdict === 'busy') return serviceUnavailable
      if (verdict === 'wrong' || user === null) return invalidCredentials
      const { tenant, roles, branch, version } = user
      return { tenant, username: user.username, roles, branch, version }
    } finally {
      if (verdict !== 'wrong') attempt.takeBack()
    }
  }

  letIn({ tenantId, username, source, nowMs }: Pick<Applicant, 'tenantId' | 'username' | 'source' | 'nowMs'>): void {
    this.#parts.throttle.succeeded(tenantId, userId(tenantId, username), source, nowMs)
  }
}

function throttled(refusal: Refusal): Refusal {
  countLogin('throttled')
  return refusal
}
