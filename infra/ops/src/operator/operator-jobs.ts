// What an operator does about jobs: see what ran, start a run, wait for its end.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type InternalEndpoint,
  type JobOfTenant,
  type JobRunShown,
  listJobsEndpoint,
  runJobEndpoint,
  type ServiceName,
  serviceNames,
} from '@dcms/contract'

const POLL_MS = 200
const WAIT_TIMEOUT_MS = 600_000

/** Every service may have jobs. */
export type JobContext = ServiceName

export const jobContexts: readonly JobContext[] = serviceNames

export const isJobContext = (text: string): text is JobContext => jobContexts.some((each) => each === text)

/** Calls a process as the operator, for a tenant; `''` for none in particular. */
type JobCall = <Body extends { tenant?: string }, Result>(
  owner: JobContext,
  tenant: string,
  what: string,
  endpoint: InternalEndpoint<Body, Result>,
  body: Body,
) => Promise<Result>

export type ListedJob = JobOfTenant & { context: JobContext }

export interface JobOperations {
  /** Jobs with their latest runs, of one tenant or all, of one service or all. */
  list(filter?: { tenant?: string; context?: JobContext }): Promise<ListedJob[]>
  /** Asks for a run in the service that has the job. @throws when none has it */
  run(tenant: string, job: string, asOf?: string): Promise<{ context: JobContext; runId: string }>
  /** The run when it has ended, right or wrong. @throws when it has not within the time */
  ended(run: { context: JobContext; tenant: string; job: string; runId: string }, timeoutMs?: number): Promise<JobRunShown>
}

export function jobOperations(call: JobCall): JobOperations {
  const listOf = async (context: JobContext, tenant?: string): Promise<ListedJob[]> => {
    const { jobs } = await call(context, tenant ?? '', `listing the jobs of ${context}`, listJobsEndpoint(context), {
      ...(tenant !== undefined && { tenant }),
    })
    return jobs.map((job) => ({ ...job, context }))
  }

  /** A service that is away matters only when no other has the job. */
  const contextOf = async (tenant: string, job: string): Promise<JobContext> => {
    const lists = await Promise.allSettled(jobContexts.map((context) => listOf(context, tenant)))
    const known = lists.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    const found = known.find(({ name }) => name === job)
    if (found) return found.context
    const away = lists.find((each) => each.status === 'rejected')
    if (away) throw away.reason
    if (known.length === 0) throw new Error(`No service has jobs for ${tenant}. Is it the name of a tenant?`)
    throw new Error(`There is no job ${job}. Jobs: ${known.map(({ name }) => name).join(', ')}.`)
  }

  return {
    async list({ tenant, context } = {}) {
      const lists = await Promise.all((context ? [context] : jobContexts).map((each) => listOf(each, tenant)))
      return lists.flat()
    },
    async run(tenant, job, asOf) {
      const context = await contextOf(tenant, job)
      const body = { tenant, job, ...(asOf !== undefined && { asOf }) }
      return { context, ...(await call(context, tenant, `a run of ${job}`, runJobEndpoint(context), body)) }
    },
    async ended({ context, tenant, job, runId }, timeoutMs = WAIT_TIMEOUT_MS) {
      const until = performance.now() + timeoutMs
      for (;;) {
        const listed = (await listOf(context, tenant)).find(({ name }) => name === job)
        const run = listed?.runs.find((each) => each.runId === runId)
        if (run) return run
        if (performance.now() > until)
          throw new Error(`Run ${runId} of ${job} has not ended after ${timeoutMs / 1000} s. It is still running.`)
        await sleep(POLL_MS)
      }
    },
  }
}
