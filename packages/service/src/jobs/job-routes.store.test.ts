// The operators' routes to jobs: for operators only, refusals in the envelope, another time than
// now for tests only.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import express from 'express'
import { callerFiles, TestBank, until } from '../../test/test-bank.ts'
import { callerTokens, contextVerifier } from '../callers/context-token.ts'
import { type RunningHttp, startHttp } from '../listeners/http.ts'
import { databaseName } from '../store/store.ts'
import { addJobRoutes } from './job-routes.ts'
import { Jobs } from './jobs.ts'

const asOfs: Date[] = []
const stopping = new AbortController()
const files = callerFiles(['ops', 'gateway'])
let bank: TestBank
let working: Promise<void>
const listeners: RunningHttp[] = []
const ports: Record<string, number> = {}

beforeAll(async () => {
  bank = await TestBank.start()
  const jobs = new Jobs({
    database: bank.connection.useDb(databaseName(bank.installation, 'kit'), { useCache: true }),
    jobs: [
      {
        name: 'expire-kits',
        summary: 'Ends the life of cards',
        everyMs: 3_600_000,
        run: async ({ asOf, note }) => {
          asOfs.push(asOf)
          await note(null, { expired: 3 })
        },
      },
    ],
    tenants: () => [bank.tenant],
    scopeOf: (_tenant, commandId) => bank.scope({ commandId }),
    logger: bank.logger,
    tickMs: 20,
  })
  const verify = contextVerifier({ audience: 'kit', callersFile: files.callersFile, operatorsFile: files.operatorsFile })
  for (const environment of ['production', 'test'] as const) {
    const app = express()
    addJobRoutes(app, { jobs, tenants: bank.tenants, verify, environment, logger: bank.logger })
    const http = await startHttp({ handler: app, host: '127.0.0.1', port: 0 })
    listeners.push(http)
    ports[environment] = http.port
  }
  working = jobs.start(stopping.signal)
})
afterAll(async () => {
  stopping.abort()
  await working
  await Promise.all(listeners.map((each) => each.close()))
  files.remove()
  await bank.close()
})

async function call(path: string, body: object, { caller = 'ops', environment = 'production' } = {}) {
  const tokens = callerTokens({ caller: caller as 'ops', keyFile: files.keyFileOf(caller) })
  const token = tokens.tokenFor('kit', { tenant: 'ACME_BANK', user: 'asha', roles: ['ADMIN'] })
  const response = await fetch(`http://127.0.0.1:${ports[environment]}/internal/admin/jobs/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(caller !== 'nobody' && { 'x-dcms-context': token }) },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}
const tenant = 'ACME_BANK'

test('an operator asks for a run and sees in the list what it did', async () => {
  const asked = await call('run', { tenant, job: 'expire-kits' })
  expect(asked).toMatchObject({ status: 200, body: { result: { runId: expect.any(String) }, exception: null } })
  let run: object | undefined
  await until('it is in the list', async () => {
    const { body } = await call('list', { tenant })
    expect(body.result.jobs).toMatchObject([
      { name: 'expire-kits', tenant, everyMs: 3_600_000, nextAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    ])
    run = body.result.jobs[0].runs.find((each: { runId: string }) => each.runId === asked.body.result.runId)
    return run !== undefined
  })
  expect(run).toMatchObject({
    startedBy: 'asha',
    counts: { expired: 3 },
    asOf: expect.stringMatching(/Z$/),
    endedAt: expect.stringMatching(/Z$/),
  })
})

test('other callers than operators are refused', async () => {
  for (const path of ['list', 'run']) expect((await call(path, { tenant, job: 'expire-kits' }, { caller: 'gateway' })).status).toBe(401)
})

test('another time than now is for development and tests', async () => {
  const asOf = '2029-08-01T00:00:00.000Z'
  const refused = await call('run', { tenant, job: 'expire-kits', asOf })
  expect(refused).toMatchObject({
    status: 400,
    body: {
      exception: { errorCode: 'invalid.input.request', fieldError: ['asOf may be given where DCMS_ENVIRONMENT is development or test'] },
    },
  })
  expect((await call('run', { tenant, job: 'expire-kits', asOf }, { environment: 'test' })).status).toBe(200)
  await until('it ran as of then', () => asOfs.some((each) => each.toISOString() === asOf))
})

test.each([
  [{ tenant, job: 'polish-kits' }, 'invalid.input.request', ['job must be one of expire-kits']],
  [{ tenant: 'NO_BANK', job: 'expire-kits' }, 'tenant.not.found', expect.anything()],
  [{ tenant, job: 'expire-kits', asOf: 'tomorrow' }, 'invalid.input.request', [expect.stringMatching(/^asOf/)]],
])('%j is refused', async (body, errorCode, fieldError) => {
  const answered = await call('run', body, { environment: 'test' })
  expect(answered).toMatchObject({ status: 400, body: { exception: { errorCode, fieldError } } })
})

test('without a bank the jobs of all banks are listed', async () => {
  expect((await call('list', {})).body.result.jobs).toMatchObject([{ name: 'expire-kits', tenant }])
})

test('a bank that the service was not told of has no jobs yet', async () => {
  expect((await call('list', { tenant: 'NO_BANK' })).body.result).toEqual({ jobs: [] })
})
