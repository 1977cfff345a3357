// Jobs as operators see and start them, `dcms jobs …`: offered by every service that has jobs.
import type { Context } from '../wire/endpoint.ts'
import { internalEndpoint } from '../wire/endpoint.ts'

const tenant = { type: 'string', pattern: '^[A-Z][A-Z0-9_]{1,29}$', maxLength: 30 } as const

export const jobsListPath = '/internal/admin/jobs/list'
export const jobsListRequest = {
  type: 'object',
  additionalProperties: false,
  properties: { tenant: { ...tenant, description: 'All tenants that the service knows when absent' } },
} as const

/** Times are ISO timestamps. */
export interface JobRunShown {
  runId: string
  startedAt: string
  /** The time the run works by. */
  asOf: string
  /** `schedule`, or the operator. */
  startedBy: string
  /** What it did, in the job's own words. */
  counts: Readonly<Record<string, number>>
  endedAt?: string
  /** Why it failed; absent when it went right. */
  error?: string
}

export interface JobOfTenant {
  name: string
  summary: string
  tenant: string
  everyMs: number
  /** When it runs next by the clock; null when it was never due. */
  nextAt: string | null
  running: JobRunShown | null
  /** The run that was asked for and has not begun. */
  asked: string | null
  /** The latest runs, newest first, at most 20. */
  runs: readonly JobRunShown[]
}

export const listJobsEndpoint = (owner: Context) =>
  internalEndpoint<{ tenant?: string }, { jobs: JobOfTenant[] }>()({
    name: 'listJobs',
    method: 'POST',
    path: jobsListPath,
    owner,
    callers: ['ops'],
    summary: 'The jobs of a service with their latest runs, of one tenant or all',
    idempotency: 'read',
    request: jobsListRequest,
    result: { type: 'object' },
    errors: ['invalid.input.request', 'service.unavailable'],
  })

export interface RunJob {
  tenant: string
  job: string
  /** ISO timestamp; only where DCMS_ENVIRONMENT is development or test. */
  asOf?: string
}

export const jobsRunPath = '/internal/admin/jobs/run'
export const jobsRunRequest = {
  type: 'object',
  additionalProperties: false,
  required: ['tenant', 'job'],
  properties: {
    tenant,
    job: { type: 'string', pattern: '^[a-z][a-z0-9-]{1,59}$', maxLength: 60 },
    asOf: { type: 'string', format: 'date-time', maxLength: 40 },
  },
} as const

export const runJobEndpoint = (owner: Context) =>
  internalEndpoint<RunJob, { runId: string }>()({
    name: 'runJob',
    method: 'POST',
    path: jobsRunPath,
    owner,
    callers: ['ops'],
    summary: 'Asks for a run of a job as soon as possible; asking again before it begins gives the same run',
    idempotency: 'document',
    request: jobsRunRequest,
    result: { type: 'object' },
    errors: ['invalid.input.request', 'tenant.not.found', 'service.unavailable'],
  })
