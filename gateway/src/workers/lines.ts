// What lead and workers ask each other.
import type { ErrorCode, PublishedTenant } from '@dcms/contract'
import type { Registry } from 'prom-client'
import type { GatewayConfig } from '../config.ts'
import { Refusal } from '../exchange/exchange.ts'
import type { Applicant, KnownUser } from '../log-in/log-in-desk.ts'
import type { Users } from '../users/users.ts'
import type { SharedMemory } from './shared-memory.ts'

/** What a worker is started with. */
export interface WorkerStart {
  readonly config: GatewayConfig
  /** Its place, from 1, as the log names it; who takes a place over gets the same. */
  readonly worker: number
  /** No two threads of a process ever have the same. */
  readonly thread: number
  readonly listensAtOnce: boolean
  readonly memory: SharedMemory
}

/** A refusal as it passes the line. */
export interface Refused {
  readonly refused: { readonly code: ErrorCode; readonly headers: readonly string[]; readonly fieldError: readonly string[] | undefined }
}

export const refusedBy = ({ code, headers, fieldError }: Refusal): Refused => ({ refused: { code, headers, fieldError } })
export const refusalOf = ({ refused: { code, headers, fieldError } }: Refused): Refusal => new Refusal(code, headers, fieldError)

/** What the lead answers. */
export interface LeadAnswers {
  /** The worker listens on this port. */
  listening(port: number): void
  /** It serves. */
  ready(body: null): void
  admit(body: { readonly tenantId: string; readonly source: string; readonly nowMs: number }): Promise<Refused | null>
  check(applicant: Applicant): Promise<{ readonly user: KnownUser } | Refused>
  letIn(body: Pick<Applicant, 'tenantId' | 'username' | 'source' | 'nowMs'>): void
  /** Of the whole process. */
  readiness(body: null): Promise<string[]>
  /** In the text format of Prometheus. */
  metrics(body: null): Promise<string>
}

/** Metrics of one thread. */
export type Snapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** What a worker answers. */
export interface WorkerAnswers {
  /** Nothing: whoever answers is alive. */
  beat(body: null): void
  tenant(taken: Pick<PublishedTenant, 'version' | 'definition'>): void
  user(change: Parameters<Users['take']>[0]): void
  ownReadiness(body: null): string[]
  snapshot(body: null): Promise<Snapshot>
  /** Answered when calls in flight have ended and the audit is sent. */
  close(body: null): Promise<void>
}
