// The operators' routes to the jobs of a service: `dcms jobs list`, `dcms jobs run`.
import {
  failure,
  type JobOfTenant,
  jobsListPath,
  jobsListRequest,
  jobsRunPath,
  jobsRunRequest,
  type RunJob,
  success,
  validatorOf,
} from '@dcms/contract'
import type { Express, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import type { contextVerifier } from '../callers/context-token.ts'
import type { Environment } from '../settings/settings.ts'
import type { Tenants } from '../store/tenants.ts'
import { express } from '../when-needed.ts'
import type { Jobs, JobView } from './jobs.ts'

export interface JobRouteParts {
  jobs: Jobs
  tenants: Tenants
  verify: ReturnType<typeof contextVerifier>
  /** A run as of another time than now is for development and tests. */
  environment: Environment
  logger: Logger
}

/** Adds the routes; for operators only. */
export function addJobRoutes(app: Express, { jobs, tenants, verify, environment, logger }: JobRouteParts): void {
  const serve = <Request>(path: string, schema: object, run: (input: Request, user: string, response: Response) => Promise<void>): void => {
    const validate = validatorOf<Request>(schema)
    const handle: RequestHandler = async (request, response) => {
      const context = verify(request.get('x-dcms-context'))
      if (context?.caller !== 'ops') return void response.status(401).json(failure('auth.token.invalid'))
      const input = validate(request.body)
      if (!input.valid) return invalid(response, input.fieldError)
      try {
        await run(input.value, context.user, response)
      } catch (error) {
        logger.error({ err: error, path }, 'operator command failed')
        response.status(503).json(failure('service.unavailable'))
      }
    }
    app.post(path, express().json({ limit: BODY_MAX }), handle)
  }

  serve<{ tenant?: string }>(jobsListPath, jobsListRequest, async ({ tenant }, _user, response) => {
    const asked = tenant === undefined ? tenants.all() : [tenants.get(tenant)].filter((each) => each !== undefined)
    // A service that was not told of a bank yet has done nothing for it.
    const lists = await Promise.all(asked.map(async (each) => (await jobs.list(each)).map((view) => shownOf(each.id, view))))
    response.json(success({ jobs: lists.flat() }))
  })
  serve<RunJob>(jobsRunPath, jobsRunRequest, async ({ tenant, job, asOf }, user, response) => {
    const served = tenants.get(tenant)
    if (!served) return void response.status(400).json(failure('tenant.not.found'))
    if (asOf !== undefined && environment === 'production')
      return invalid(response, ['asOf may be given where DCMS_ENVIRONMENT is development or test'])
    const asked = await jobs.ask(served, job, user, asOf === undefined ? undefined : new Date(asOf))
    if (asked.kind === 'unknown') return invalid(response, [`job must be one of ${jobs.names.join(', ') || '(none here)'}`])
    if (asked.kind === 'conflict') return invalid(response, [`a run of ${job} as of another time is asked for and has not begun`])
    response.json(success({ runId: asked.runId }))
  })
}

const BODY_MAX = '2kb'

const invalid = (response: Response, fieldError: readonly string[]): void =>
  void response.status(400).json(failure('invalid.input.request', fieldError))

const shownOf = (tenant: string, { running, runs, nextAt, ...rest }: JobView): JobOfTenant => ({
  ...rest,
  tenant,
  nextAt: nextAt?.toISOString() ?? null,
  running: running && runOf(running),
  runs: runs.map(runOf),
})

const runOf = ({ startedAt, asOf, endedAt, ...run }: JobView['runs'][number]): JobOfTenant['runs'][number] => ({
  ...run,
  startedAt: startedAt.toISOString(),
  asOf: asOf.toISOString(),
  ...(endedAt && { endedAt: endedAt.toISOString() }),
})
