// A gateway with two workers: whichever of them a call reaches, it is answered as by one process.
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { auditTopic } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { recordsWithin } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { FAILURES_MAX } from '../src/log-in/login-throttle.ts'
import type { Worker } from '../src/workers/worker.ts'
import { type Answer, Bank, codeOf, freshHeader, headerFor } from './bank.ts'
import { answerSuccess, definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const WORKERS = 2
const PATH = '/v1/kit-manager/kitActivation'
/** Calls at once, each on a connection of its own: all at one worker only once in 2^39 times. */
const CALLS = 40
const clientKeys = newClientKeys()
let gateway: TestGateway

beforeAll(async () => {
  gateway = await TestGateway.start({ workers: WORKERS })
  await untilAllListen()
})
afterAll(() => gateway.close())

const workersOf = (of: TestGateway): readonly Worker[] => of.gateway.workers?.() ?? []
const workers = (): readonly Worker[] => workersOf(gateway)

async function untilAllListen(of = gateway): Promise<void> {
  while (workersOf(of).filter(({ listens }) => listens).length < WORKERS) await sleep(20)
}

/** A bank that is logged in and has a session. */
async function newBank(tenant: string, changes: Parameters<typeof definitionOf>[2] = {}): Promise<Bank> {
  await gateway.addBank(definitionOf(tenant, clientKeys, changes))
  const bank = new Bank({ url: gateway.url, tenant, clientKeys })
  expect((await bank.logIn(PASSWORD)).status).toBe(200)
  expect((await bank.openSession()).status).toBe(200)
  return bank
}

const many = (call: () => Promise<Answer>): Promise<Answer[]> => Promise.all(Array.from({ length: CALLS }, call))
const outcomesOf = (answers: readonly Answer[]): string[] => answers.map((answer) => codeOf(answer) || String(answer.status))
const countOf = (outcomes: readonly string[], wanted: string): number => outcomes.filter((outcome) => outcome === wanted).length

/** Calls of banks that were answered, as one metrics text says. */
async function answered(endpoint: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  const counts = text.matchAll(new RegExp(`^dcms_gateway_request_duration_seconds_count\\{endpoint="${endpoint}",[^}]*\\} (\\d+)`, 'gm'))
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

test('a token and a session from one worker are good at every other, and metrics are the sum', async () => {
  const bank = await newBank('ANY_WORKER_BANK')
  const before = await answered('activateKit')
  expect(outcomesOf(await many(() => bank.call(PATH, { entityId: '1' })))).toEqual(Array.from({ length: CALLS }, () => '200'))
  const perWorker = await Promise.all(workers().map((worker) => worker.snapshot()))
  for (const snapshot of perWorker)
    expect(snapshot?.find(({ name }) => name === 'dcms_gateway_request_duration_seconds')?.values).not.toHaveLength(0)
  expect((await answered('activateKit')) - before).toBe(CALLS)
})

test('the same message to all workers at once is taken by exactly one', async () => {
  const bank = await newBank('REPLAYED_BANK')
  const message = bank.sealInSession({ entityId: '1' })
  const outcomes = outcomesOf(await many(() => bank.send(PATH, message)))
  expect([countOf(outcomes, '200'), countOf(outcomes, 'encryption.replayed')]).toEqual([1, CALLS - 1])
})

test('the rate limit of a bank holds over all workers', async () => {
  const burst = 15
  const startedMs = performance.now()
  const bank = await newBank('RATE_BANK', { limits: { requestsPerSecond: 1, burst } })
  const outcomes = outcomesOf(await many(() => bank.call(PATH, { entityId: '1' })))
  const filled = Math.ceil((performance.now() - startedMs) / 1000)
  const passed = countOf(outcomes, '200')
  expect(passed).toBeGreaterThanOrEqual(burst - 1) // opening the session was a call
  expect(passed).toBeLessThanOrEqual(burst - 1 + filled)
  expect(passed + countOf(outcomes, 'rate.limit.exceeded')).toBe(CALLS)
})

test('failed log-ins count over all workers', async () => {
  const bank = await newBank('GUESSED_BANK')
  const guess = (): Promise<Answer> =>
    bank.send('/api/authenticate', bank.seal({ username: 'somebody', password: 'wrong' }, headerFor('/api/authenticate')))
  const outcomes = outcomesOf(await Promise.all(Array.from({ length: 2 * FAILURES_MAX }, guess)))
  expect([countOf(outcomes, 'auth.invalid.credentials'), countOf(outcomes, 'rate.limit.exceeded')]).toEqual([FAILURES_MAX, FAILURES_MAX])
})

test('a message of a log-in is taken once, and one that a wrong password came with is not remembered', async () => {
  const bank = await newBank('LOG_IN_ONCE_BANK')
  const header = { ...headerFor('/api/authenticate'), jti: 'once' }
  const send = (password: string): Promise<Answer> => bank.send('/api/authenticate', bank.seal({ username: 'api_user', password }, header))
  expect(codeOf(await send('wrong'))).toBe('auth.invalid.credentials')
  const outcomes = outcomesOf(await Promise.all(Array.from({ length: 6 }, () => send(PASSWORD))))
  expect([countOf(outcomes, '200'), countOf(outcomes, 'encryption.replayed')]).toEqual([1, 5])
})

test('an operator who has disabled a user has ended its tokens at every worker', async () => {
  const bank = await newBank('REVOKED_BANK')
  expect(new Set(outcomesOf(await many(() => bank.call(PATH, {}))))).toEqual(new Set(['200'])) // known to all
  const disabled = await gateway.admin('set-user-state', { tenant: 'REVOKED_BANK', username: 'api_user', state: 'DISABLED' })
  expect(disabled.status).toBe(200)
  expect(new Set(outcomesOf(await many(() => bank.call(PATH, {}))))).toEqual(new Set(['auth.token.invalid']))
})

test('a definition that an operator has applied is in use at every worker', async () => {
  const bank = await newBank('CHANGED_BANK')
  const applied = await gateway.admin(
    'apply-tenant',
    definitionOf('CHANGED_BANK', clientKeys, { settings: { sealedFor: 'OPTIONAL' } as never }),
  )
  expect(applied.status).toBe(200)
  const unnamed = (): Promise<Answer> => bank.send(PATH, bank.sealInSession({}, { ...freshHeader(), aud: undefined, htu: undefined }))
  expect(new Set(outcomesOf(await many(unnamed)))).toEqual(new Set(['200']))
})

test('health tells that all is well, once for the whole process', async () => {
  const health = await fetch(`${gateway.url}/health/ready`)
  expect([health.status, await health.json()]).toEqual([200, { service: 'gateway', status: 'UP', process: process.pid, reasons: [] }])
})

test('a worker that dies takes its calls with it; the other goes on, and another takes its place', async () => {
  const bank = await newBank('KILLED_BANK')
  const taken = bank.sealInSession({ entityId: 'before' })
  expect((await bank.send(PATH, taken)).status).toBe(200)
  const before = await answered('activateKit')
  const [victim] = workers()
  if (victim === undefined) throw new Error('no worker')

  const { service } = gateway
  const release = Promise.withResolvers<void>()
  let arrived = 0
  const allArrived = Promise.withResolvers<void>()
  service.answer = (call, response) => {
    if (++arrived === CALLS) allArrived.resolve()
    void release.promise.then(() => answerSuccess(call, response))
  }
  const underWay = Promise.allSettled(Array.from({ length: CALLS }, () => bank.call(PATH, { entityId: '1' })))
  await allArrived.promise
  await victim.kill()
  service.answer = answerSuccess
  release.resolve()
  const settled = await underWay
  const lost = settled.filter(({ status }) => status === 'rejected').length
  expect([lost > 0, lost < CALLS]).toEqual([true, true])
  expect(settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value.status] : []))).toEqual(
    Array.from({ length: CALLS - lost }, () => 200),
  )
  expect((await bank.call(PATH, {})).status).toBe(200)

  await untilAllListen()
  expect(
    workers()
      .map(({ number }) => number)
      .toSorted(),
  ).toEqual([1, 2])
  expect(workers()).not.toContain(victim)
  expect(new Set(outcomesOf(await many(() => bank.send(PATH, taken))))).toEqual(new Set(['encryption.replayed']))
  expect(new Set(outcomesOf(await many(() => bank.call(PATH, {}))))).toEqual(new Set(['200']))
  expect(await answered('activateKit')).toBeGreaterThanOrEqual(before)
})

test('a worker that does not answer makes the process unready, and is replaced', async () => {
  const own = await TestGateway.start({ workers: WORKERS }, new URL('./stuck-worker.mjs', import.meta.url))
  await untilAllListen(own)
  const before = workersOf(own)
  /** As whichever worker is not stuck says. */
  const reasons = (): Promise<string[]> =>
    Promise.any(
      Array.from({ length: 10 }, async () => {
        const response = await fetch(`${own.url}/health/ready`, { signal: AbortSignal.timeout(5_000) })
        return ((await response.json()) as { reasons: string[] }).reasons
      }),
    )
  expect(await reasons()).toEqual([])
  writeFileSync(join(tmpdir(), `dcms-stuck-${own.config.installation}`), '')
  let told: string[] = []
  while (told.length === 0) told = await reasons()
  expect(told).toEqual([expect.stringMatching(/^worker [12] does not answer$/)])
  while (before.every((worker) => workersOf(own).includes(worker))) await sleep(100)
  await untilAllListen(own)
  expect(await reasons()).toEqual([])
  await own.close()
})

test('at the end calls in flight at all workers finish, and every call is in the audit trail', async () => {
  const own = await TestGateway.start({ workers: WORKERS })
  await untilAllListen(own)
  await own.addBank(definitionOf('LAST_BANK', clientKeys))
  const bank = new Bank({ url: own.url, tenant: 'LAST_BANK', clientKeys })
  await bank.logIn(PASSWORD)
  await bank.openSession()
  let arrived = 0
  const allArrived = Promise.withResolvers<void>()
  own.service.answer = (call, response) => {
    if (++arrived === CALLS) allArrived.resolve()
    setTimeout(() => answerSuccess(call, response), 500)
  }
  const ids = Array.from({ length: CALLS }, (_, number) => `last-${number}`)
  const underWay = Promise.all(ids.map((id) => bank.call(PATH, {}, { 'x-request-id': id })))
  await allArrived.promise
  await own.gateway.close()
  expect(new Set(outcomesOf(await underWay))).toEqual(new Set(['200']))
  await expect(fetch(bank.url)).rejects.toThrow()
  await own.service.close()

  const broker = new Broker({
    ...own.config.kafka,
    clientId: 'test',
    installation: own.config.installation,
    logger: pino({ level: 'silent' }),
  })
  await broker.ensureTopics([{ topic: auditTopic }])
  const noted = new Set<string>()
  const ends = new Set<string>()
  const all = Promise.withResolvers<void>()
  void broker.followCompacted(auditTopic, async (_key, value) => {
    for (const text of recordsWithin(value ?? '')) {
      const { requestId, kind, instance } = JSON.parse(text)
      if (ids.includes(requestId)) noted.add(requestId)
      if (kind === 'end') ends.add(instance)
    }
    if (noted.size === CALLS && ends.size === WORKERS + 1) all.resolve()
  })
  await all.promise
  await broker.stop()
})
