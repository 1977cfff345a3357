// Jobs in the real store: one process at a time, taken over at the checkpoint, failures recorded,
// started by hand.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { TestBank, until } from '../../test/test-bank.ts'
import { databaseName } from '../store/store.ts'
import type { Job, JobRun } from './job.ts'
import { Jobs, type JobsOptions } from './jobs.ts'

const LEASE_MS = 600

let bank: TestBank
let names = 0
const stops: (() => Promise<void>)[] = []
beforeAll(async () => {
  bank = await TestBank.start()
})
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})
afterAll(() => bank.close())

const jobOf = (run: Job['run'], everyMs = 3_600_000): Job => ({ name: `job-${names++}`, summary: 'Does something', everyMs, run })

const database = () => bank.connection.useDb(databaseName(bank.installation, 'kit'), { useCache: true })

/** As one process of the service has them. */
const jobsOf = (job: Job, change: Partial<JobsOptions> = {}): Jobs =>
  new Jobs({
    database: database(),
    jobs: [job],
    tenants: () => [bank.tenant],
    scopeOf: (_tenant, commandId) => bank.scope({ commandId }),
    logger: bank.logger,
    leaseMs: LEASE_MS,
    tickMs: 20,
    ...change,
  })

/** Starts them; the returned function ends them as the end of the process does. */
function start(jobs: Jobs): () => Promise<void> {
  const controller = new AbortController()
  const ended = jobs.start(controller.signal)
  const stop = async () => {
    controller.abort()
    await ended
  }
  stops.push(stop)
  return stop
}

async function viewOf(jobs: Jobs) {
  const [view] = await jobs.list(bank.tenant)
  if (!view) throw new Error('there is no such job')
  return view
}

async function askFor(jobs: Jobs, job: Job, asOf?: Date): Promise<string> {
  const asked = await jobs.ask(bank.tenant, job.name, 'asha', asOf)
  if (asked.kind !== 'asked') throw new Error(asked.kind)
  return asked.runId
}

/** As a process that was killed leaves it: the lease runs out, nobody prolongs it. */
const leaveBehind = (job: Job, checkpoint: unknown, leaseUntil: Date) =>
  database()
    .collection<{ _id: string }>('jobs')
    .insertOne({
      _id: `ACME_BANK/${job.name}`,
      turn: 1,
      nextAt: new Date(Date.now() + 3_600_000),
      leaseUntil,
      leaseOf: 'killed',
      running: { runId: 'killed-run', startedAt: new Date(), asOf: new Date(0), startedBy: 'schedule', counts: { done: 2 }, checkpoint },
      runs: [],
    } as { _id: string })

test('a bank at rest is left alone for longer, until something is written for it or the job names a time', async () => {
  let runs = 0
  let named: Date | undefined
  const job: Job = {
    ...jobOf(async ({ dueBy }) => {
      runs++
      if (named) await dueBy(named)
    }, 1),
    restEveryMs: 86_400_000,
  }
  const jobs = jobsOf(job)
  const nextInMs = async () => ((await viewOf(jobs)).nextAt?.getTime() ?? 0) - Date.now()
  start(jobs)
  await until('it rests', async () => (await viewOf(jobs)).runs.length === 1)
  const record = { _id: `ACME_BANK/${job.name}` } as object
  await database()
    .collection('jobs')
    .updateOne(record, { $set: { nextAt: new Date(Date.now() + 86_400_000) } }) // the first period is a part of the whole
  jobs.touched('ACME_BANK')
  await until('it comes round again and again', async () => runs > 3)
  await database()
    .collection('jobs')
    .updateOne(record, { $set: { touchedAt: new Date(Date.now() - 150_000) } })
  await until('it rests again', async () => (await nextInMs()) > 80_000_000)
  named = new Date(Date.now() + 3_600_000)
  await askFor(jobs, job)
  await until('the named time is kept', async () => (await viewOf(jobs)).nextAt?.getTime() === named?.getTime())
})

test('two processes look for the same job: one runs it, and only when it is due', async () => {
  let runs = 0
  let atOnce = 0
  let atOnceMax = 0
  const job = jobOf(async ({ note }) => {
    runs++
    atOnceMax = Math.max(atOnceMax, ++atOnce)
    for (let batch = 1; batch <= 5; batch++) {
      await sleep(20)
      await note(batch, { done: batch })
    }
    atOnce--
  }, 400)
  const jobs = [jobsOf(job), jobsOf(job), jobsOf(job)]
  const begunAtMs = performance.now()
  for (const each of jobs) start(each)
  await until('it has run twice', async () => (await viewOf(jobsOf(job))).runs.length >= 2)
  const { runs: kept } = await viewOf(jobsOf(job))
  const periods = Math.ceil((performance.now() - begunAtMs) / 400)
  expect(atOnceMax).toBe(1)
  expect(runs).toBeLessThanOrEqual(periods + 1)
  expect(kept[0]).toMatchObject({ startedBy: 'schedule', counts: { done: 5 } })
  expect(new Set(kept.map(({ runId }) => runId)).size).toBe(kept.length)
})

test('what was read before somebody else took and gave back the lease is not run again', async () => {
  let runs = 0
  const job = jobOf(async () => void runs++)
  const all = Array.from({ length: 6 }, () => jobsOf(job, { tickMs: 1 }))
  for (const each of all) start(each)
  const asked: string[] = []
  for (let round = 0; round < 15; round++) {
    const runId = await askFor(jobsOf(job), job)
    asked.push(runId)
    await until('it has run', async () => (await viewOf(jobsOf(job))).runs.some((run) => run.runId === runId))
  }
  expect(runs).toBe(asked.length + 1) // and the first by the clock
})

test('a run that lasts longer than its lease keeps it', async () => {
  let runs = 0
  const job = jobOf(async () => {
    runs++
    await sleep(LEASE_MS * 2.5)
  })
  for (const jobs of [jobsOf(job), jobsOf(job)]) start(jobs)
  await until('it has ended', async () => (await viewOf(jobsOf(job))).runs.length === 1)
  expect(runs).toBe(1)
})

test('a run whose process died is taken over at its checkpoint, after the lease', async () => {
  const seen: Pick<JobRun, 'checkpoint' | 'counts' | 'asOf'>[] = []
  const job = jobOf(async ({ checkpoint, counts, asOf, note }) => {
    seen.push({ checkpoint, counts, asOf })
    await note('end', { done: (counts.done ?? 0) + 3 })
  })
  const leaseUntil = new Date(Date.now() + LEASE_MS)
  await leaveBehind(job, { lastKitNo: '4240171508' }, leaseUntil)
  const jobs = jobsOf(job)
  start(jobs)
  await sleep(LEASE_MS / 2)
  expect(seen).toEqual([])
  await until('it was taken over', async () => (await viewOf(jobs)).runs.length === 1)
  expect(Date.now()).toBeGreaterThan(leaseUntil.getTime())
  expect(seen).toEqual([{ checkpoint: { lastKitNo: '4240171508' }, counts: { done: 2 }, asOf: new Date(0) }])
  expect(await viewOf(jobs)).toMatchObject({ running: null, runs: [{ runId: 'killed-run', counts: { done: 5 } }] })
})

test('a process that ends leaves its run to another at once, at the checkpoint', async () => {
  const begun = Promise.withResolvers<void>()
  const seen: unknown[] = []
  const job = jobOf(async ({ checkpoint, note }) => {
    seen.push(checkpoint)
    if (checkpoint === 7) return
    await note(7, { done: 7 })
    begun.resolve()
    for (;;) {
      await sleep(10)
      await note(7, { done: 7 })
    }
  })
  const stop = start(jobsOf(job, { leaseMs: 60_000 }))
  await begun.promise
  await stop()
  const other = jobsOf(job, { leaseMs: 60_000 })
  start(other)
  await until('the other has ended it', async () => (await viewOf(other)).runs.length === 1)
  expect(seen).toEqual([undefined, 7])
  expect((await viewOf(other)).runs[0]).not.toHaveProperty('error')
})

test('a process that lost its lease cannot note any more and does not write over the record', async () => {
  const outcome = Promise.withResolvers<unknown>()
  const job = jobOf(async ({ note, signal }) => {
    await database()
      .collection<{ _id: string }>('jobs')
      .updateOne({ _id: `ACME_BANK/${job.name}` }, { $set: { leaseOf: 'another' } })
    const failure = await note(1, { done: 1 }).catch((error: unknown) => error)
    outcome.resolve([failure, signal.aborted])
    throw failure
  })
  const jobs = jobsOf(job, { leaseMs: 60_000 })
  start(jobs)
  expect(await outcome.promise).toEqual([new Error('another process has taken this run over'), true])
  await sleep(100)
  expect(await viewOf(jobs)).toMatchObject({ running: { counts: {} }, runs: [] })
})

test('a run that fails is recorded with its reason, without card data, and the next comes by the clock', async () => {
  let runs = 0
  const job = jobOf(async ({ note }) => {
    runs++
    await note('some', { done: 1 })
    if (runs === 1) throw new Error('no product for 6080401234566954')
  }, 150)
  const jobs = jobsOf(job)
  start(jobs)
  await until('there were two', async () => (await viewOf(jobs)).runs.length >= 2)
  const kept = (await viewOf(jobs)).runs
  expect(kept.at(-1)).toMatchObject({ error: 'no product for 608040XXXXXX6954', counts: { done: 1 }, endedAt: expect.any(Date) })
  expect(kept.at(-2)).not.toHaveProperty('error')
})

test('what is asked for while a run lasts comes after it, once, as of the time asked for', async () => {
  const asOfs: Date[] = []
  const release = Promise.withResolvers<void>()
  const job = jobOf(async ({ asOf }) => {
    asOfs.push(asOf)
    if (asOfs.length === 1) await release.promise
  })
  const jobs = jobsOf(job)
  start(jobs)
  await until('the first has begun', () => asOfs.length === 1)
  const asOf = new Date('2029-08-01T00:00:00Z')
  const runId = await askFor(jobs, job, asOf)
  expect(await askFor(jobs, job, asOf)).toBe(runId)
  expect(await jobs.ask(bank.tenant, job.name, 'asha')).toEqual({ kind: 'conflict' })
  expect(await viewOf(jobs)).toMatchObject({ asked: runId, running: { startedBy: 'schedule' } })
  expect(asOfs).toHaveLength(1)
  release.resolve()
  await until('the second has ended', async () => (await viewOf(jobs)).runs.length === 2)
  expect(asOfs[1]).toEqual(asOf)
  expect((await viewOf(jobs)).runs[0]).toMatchObject({ runId, startedBy: 'asha', asOf })
  expect((await viewOf(jobs)).asked).toBeNull()
})

test('a job there is not cannot be asked for', async () => {
  expect(await jobsOf(jobOf(async () => undefined)).ask(bank.tenant, 'polish-kits', 'asha')).toEqual({ kind: 'unknown' })
})

test('the latest twenty runs are kept, newest first', async () => {
  let runs = 0
  const job = jobOf(async ({ note }) => note(null, { run: ++runs }), 1)
  const jobs = jobsOf(job, { tickMs: 1 })
  start(jobs)
  await until('there were more', () => runs > 23)
  const kept = (await viewOf(jobs)).runs.map(({ counts }) => counts.run ?? 0)
  expect(kept).toHaveLength(20)
  expect(kept).toEqual([...kept].sort((a, b) => b - a))
})

test('each bank has its own runs', async () => {
  const job = jobOf(async () => undefined)
  const jobs = jobsOf(job, { tenants: () => Array.from({ length: 3 }, (_, at) => ({ ...bank.tenant, id: `BANK_${at}` })) })
  start(jobs)
  await until('each bank has had its run', async () => {
    const lists = await Promise.all(['BANK_0', 'BANK_1', 'BANK_2'].map((id) => jobs.list({ ...bank.tenant, id })))
    return lists.every(([view]) => view?.runs.length === 1)
  })
})
