// The way of a worker to the desk where log-ins are judged, which the lead has for all.
import type { Refusal } from '../exchange/exchange.ts'
import type { Applicant, Desk, KnownUser } from '../log-in/log-in-desk.ts'
import type { Line } from './line.ts'
import { type LeadAnswers, refusalOf } from './lines.ts'

/** Costs a log-in two messages between threads, far less than its password hash. */
export class RemoteDesk implements Desk {
  readonly #line: Line<LeadAnswers>

  constructor(line: Line<LeadAnswers>) {
    this.#line = line
  }

  async admit(tenantId: string, source: string, nowMs: number): Promise<Refusal | null> {
    const refused = await this.#line.ask('admit', { tenantId, source, nowMs })
    return refused === null ? null : refusalOf(refused)
  }

  async check(applicant: Applicant): Promise<KnownUser | Refusal> {
    const checked = await this.#line.ask('check', applicant)
    return 'user' in checked ? checked.user : refusalOf(checked)
  }

  letIn(applicant: Pick<Applicant, 'tenantId' | 'username' | 'source' | 'nowMs'>): void {
    const { tenantId, username, source, nowMs } = applicant // not the password, should it be there
    this.#line.ask('letIn', { tenantId, username, source, nowMs }).catch(() => undefined) // told by the lead's log
  }
}
