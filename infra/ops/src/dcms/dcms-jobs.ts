// `dcms jobs`: what runs by the clock, for every bank; and a run by hand.
import type { JobRunShown } from '@dcms/contract'
import { Command, InvalidArgumentError } from 'commander'
import { durationText, tableText, timeText } from '../launcher/terminal.ts'
import { isJobContext, jobContexts, type ListedJob } from '../operator/operator-jobs.ts'
import { type OperatorOption, withOperator, withServiceOptions } from './dcms-options.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const oneContext = (value: string): string => {
  if (!isJobContext(value)) throw new InvalidArgumentError(`Expected one of ${jobContexts.join(', ')}.`)
  return value
}

/** `2029-08-01` is the beginning of that day in UTC. */
const oneTime = (value: string): string => {
  const time = new Date(value)
  if (!/^\d{4}-\d{2}-\d{2}/.test(value) || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('Expected a date (2029-08-01) or a timestamp (2029-08-01T00:00:00+05:30).')
  return time.toISOString()
}

const oneTimeout = (value: string): number => {
  const seconds = Number(value)
  if (!Number.isInteger(seconds) || seconds < 1) throw new InvalidArgumentError('Expected a number of seconds.')
  return seconds
}

interface ListOptions extends OperatorOption {
  tenant?: string
  context?: string
  json?: boolean
}

interface RunOptions extends OperatorOption {
  tenant: string
  asOf?: string
  wait?: boolean
  timeout?: number
}

export function jobCommands(): Command {
  const list = new Command('list')
    .description('list jobs with their last and next runs')
    .option('--tenant <tenant>', 'only this tenant (default: all)')
    .option('--context <context>', `only this service: ${jobContexts.join(', ')} (default: all)`, oneContext)
    .option('--json', 'one JSON object per job, with its latest runs')
  withServiceOptions(list).action(async (options: ListOptions) => {
    const { tenant, context, json } = options
    const filter = { ...(tenant !== undefined && { tenant }), ...(context !== undefined && isJobContext(context) && { context }) }
    const jobs = await withOperator(options, (operator) => operator.jobs.list(filter))
    if (json) for (const job of jobs) console.log(JSON.stringify(job))
    else if (jobs.length === 0) console.log('There are no jobs here.')
    else console.log(jobTable(jobs))
  })

  const run = new Command('run')
    .description('start a run as soon as possible, or after the one in progress')
    .argument('<job>', 'name of the job, as shown by jobs list')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .option('--as-of <time>', 'date or timestamp that the job takes as now; in development and tests only', oneTime)
    .option('--wait', 'return when the run has ended; exit code 1 if it failed')
    .option('--timeout <seconds>', 'with --wait: how long to wait (default: 600)', oneTimeout)
  withServiceOptions(run).action(async (job: string, options: RunOptions) => {
    const { tenant, asOf, wait, timeout } = options
    await withOperator(options, async ({ jobs: operations }) => {
      const started = await operations.run(tenant, job, asOf)
      if (!wait) return console.log(`run ${started.runId} of ${job} for ${tenant} has been requested`)
      const ended = await operations.ended({ ...started, tenant, job }, timeout === undefined ? undefined : timeout * 1000)
      if (ended.error !== undefined)
        throw new Error(`run ${ended.runId} of ${job} for ${tenant} failed: ${ended.error} (${countsText(ended)})`)
      console.log(`run ${ended.runId} of ${job} for ${tenant} ended after ${tookText(ended)}: ${countsText(ended)}`)
    })
  })
  return new Command('jobs').description('scheduled work: expiry, notices, unfinished work').addCommand(list).addCommand(run)
}

/** A table for people, one line per job and tenant. */
export function jobTable(jobs: readonly ListedJob[]): string {
  const heads = ['tenant', 'service', 'job', 'every', 'next', 'last run', 'took', 'outcome', 'did']
  const rows = jobs.map((job) => {
    const [last] = job.runs
    return [job.tenant, job.context, job.name, everyText(job.everyMs), timeText(job.nextAt), ...runCells(job, last)]
  })
  return tableText(heads, rows)
}

function runCells({ running, asked }: ListedJob, last: JobRunShown | undefined): string[] {
  if (running) return [timeText(running.startedAt), '', 'running', countsText(running)]
  if (!last) return ['', '', asked ? 'asked for' : 'never ran', '']
  const outcome = last.error === undefined ? 'done' : `failed: ${last.error}`
  return [timeText(last.startedAt), tookText(last), asked ? `${outcome}; next asked for` : outcome, countsText(last)]
}

const tookText = ({ startedAt, endedAt }: JobRunShown): string =>
  endedAt === undefined ? '' : durationText(new Date(endedAt).getTime() - new Date(startedAt).getTime())

const countsText = ({ counts }: JobRunShown): string =>
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ') || 'nothing to do'

const everyText = (ms: number): string =>
  ms % HOUR_MS === 0 ? `${ms / HOUR_MS} h` : ms % MINUTE_MS === 0 ? `${ms / MINUTE_MS} min` : durationText(ms)
