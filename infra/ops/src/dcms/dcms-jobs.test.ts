// What dcms jobs shows, and what it says when something is wrong.
import { expect, test } from '@jest/globals'
import { jobOperations, type ListedJob } from '../operator/operator-jobs.ts'
import { dcmsCommand, runDcms } from './dcms.ts'
import { jobTable } from './dcms-jobs.ts'

const job: ListedJob = {
  context: 'kit',
  tenant: 'ACME_BANK',
  name: 'expire-kits',
  summary: 'Ends the life of cards',
  everyMs: 3_600_000,
  nextAt: '2026-11-21T10:00:00.000Z',
  running: null,
  asked: null,
  runs: [],
}
const run = {
  runId: 'r1',
  startedAt: '2026-11-21T09:00:00.000Z',
  endedAt: '2026-11-21T09:00:01.500Z',
  asOf: '2026-11-21T09:00:00.000Z',
  startedBy: 'schedule',
  counts: { expired: 3, skipped: 1 },
}

test('the table has one line per job and bank: last run, how it ended, what it did', () => {
  const lines = jobTable([
    { ...job, runs: [run] },
    { ...job, tenant: 'OTHER_BANK', runs: [{ ...run, counts: {}, error: 'the store is away' }] },
    { ...job, context: 'customer', name: 'finish-registrations', everyMs: 300_000, nextAt: null },
    { ...job, running: { ...run, counts: { expired: 1 } } },
  ]).split('\n')
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    ['tenant', 'service', 'job', 'every', 'next', 'last run', 'took', 'outcome', 'did'],
    ['ACME_BANK', 'kit', 'expire-kits', '1 h', '2026-11-21 10:00:00Z', '2026-11-21 09:00:00Z', '1.5 s', 'done', '3 expired, 1 skipped'],
    [
      'OTHER_BANK',
      'kit',
      'expire-kits',
      '1 h',
      '2026-11-21 10:00:00Z',
      '2026-11-21 09:00:00Z',
      '1.5 s',
      'failed: the store is away',
      'nothing to do',
    ],
    ['ACME_BANK', 'customer', 'finish-registrations', '5 min', 'never ran'],
    ['ACME_BANK', 'kit', 'expire-kits', '1 h', '2026-11-21 10:00:00Z', '2026-11-21 09:00:00Z', 'running', '1 expired'],
  ])
})

/** Services as they answer; `away` are those that do not. */
const operationsOf = (jobs: readonly ListedJob[], away: readonly string[] = []) => {
  const asked: unknown[] = []
  const operations = jobOperations(async (owner, tenant, what, endpoint, body) => {
    if (away.includes(owner)) throw new Error(`${owner} does not answer`)
    asked.push([owner, tenant, endpoint.name, body])
    const result = endpoint.name === 'listJobs' ? { jobs: jobs.filter(({ context }) => context === owner) } : { runId: what }
    return result as never
  })
  return { operations, asked }
}

test('a run is asked for at the service that has the job, even when another is away', async () => {
  const { operations, asked } = operationsOf([job], ['customer'])
  expect(await operations.run('ACME_BANK', 'expire-kits', '2029-08-01T00:00:00.000Z')).toMatchObject({ context: 'kit' })
  expect(asked.at(-1)).toEqual([
    'kit',
    'ACME_BANK',
    'runJob',
    { tenant: 'ACME_BANK', job: 'expire-kits', asOf: '2029-08-01T00:00:00.000Z' },
  ])
})

test('a job there is not is told with those there are; a service that is away is told instead', async () => {
  await expect(operationsOf([job]).operations.run('ACME_BANK', 'polish')).rejects.toThrow('There is no job polish. Jobs: expire-kits.')
  await expect(operationsOf([job], ['customer']).operations.run('ACME_BANK', 'polish')).rejects.toThrow('customer does not answer')
  await expect(operationsOf([]).operations.run('NO_BANK', 'polish')).rejects.toThrow('No service has jobs for NO_BANK')
})

test('waiting ends with the run, or with a sentence when it lasts too long', async () => {
  const { operations } = operationsOf([{ ...job, runs: [run] }])
  const of = { context: 'kit', tenant: 'ACME_BANK', job: 'expire-kits' } as const
  expect(await operations.ended({ ...of, runId: 'r1' })).toEqual(run)
  await expect(operations.ended({ ...of, runId: 'r2' }, 1)).rejects.toThrow('has not ended after 0.001 s. It is still running.')
})

test.each([
  ['no tenant', ['jobs', 'run', 'expire-kits']],
  ['no time', ['jobs', 'run', 'expire-kits', '--tenant', 'ACME_BANK', '--as-of', 'tomorrow']],
  ['a service there is not', ['jobs', 'list', '--context', 'gateway']],
])('%s is wrong use', async (_what, parameters) => {
  expect(await runDcms(dcmsCommand(), parameters)).toBe(2)
})
