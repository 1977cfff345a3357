// A whole service process: its jobs run by hand and by the clock, its reactions come at least once,
// and it ends in order.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { tenantsTopic, topicOf } from '@dcms/contract'
import { type Broker, deadLetterTopic, type ReceivedEvent } from '@dcms/events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { callerFiles, definitionOf, TestBank, until } from '../test/test-bank.ts'
import { callerTokens } from './callers/context-token.ts'

const lines = `
  import { startService, serviceConfig, settings, ServiceUnavailable } from '@dcms/service'
  let tries = 0
  await startService('kit', serviceConfig(settings(process.env)), () => ({
    commands: [],
    aggregates: [],
    jobs: [{ name: 'count-up', summary: 'Counts', everyMs: 3_600_000, async run({ note, asOf }) {
      console.log('job as of ' + asOf.toISOString())
      for (let count = 1; ; count++) { await note(count, { counted: count }); await new Promise((resolve) => setTimeout(resolve, 20)) }
    } }],
    reactions: [{ of: 'customer', group: 'kit-reactions', deadLetterAfterMs: 500, async react(scopeOf, event) {
      const scope = scopeOf('command')
      if (event.subject === 'away' && ++tries < 7) throw new ServiceUnavailable('the partner is away')
      if (event.subject === 'poison') throw new Error('refused')
      console.log('reacted to ' + event.subject + ' of ' + scope.tenant.id + ' by ' + scope.user)
    } }],
  }))
`

const files = callerFiles(['ops', 'kit', 'gateway'])
let bank: TestBank
let broker: Broker
let child: ChildProcess
let out = ''
beforeAll(async () => {
  bank = await TestBank.start(files)
  broker = bank.broker()
  child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', lines], {
    cwd: join(import.meta.dirname, '..'),
    env: {
      ...process.env,
      DCMS_INSTALLATION: bank.installation,
      DCMS_ENVIRONMENT: 'test',
      PORT: '0',
      INTERNAL_PORT: '0',
      DCMS_CALLER_KEY_FILE: files.keyFileOf('kit'),
      DCMS_CALLERS_FILE: files.callersFile,
      DCMS_OPERATORS_FILE: files.operatorsFile,
    },
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      out += text
    })
  await until('it listens', () => out.includes('"listening"'))
}, 30_000)
afterAll(async () => {
  child.kill('SIGKILL')
  files.remove()
  await bank.close()
})

const publish = (subject: string): Promise<void> =>
  broker.publish(topicOf('customer'), [
    {
      key: `ACME_BANK:${subject}`,
      value: JSON.stringify({ type: 'CustomerRegistered' }),
      headers: {
        ce_id: `id-${subject}`,
        ce_type: 'CustomerRegistered',
        ce_source: '/dcms/customer',
        ce_time: new Date().toISOString(),
        ce_subject: subject,
        ce_tenantid: 'ACME_BANK',
        ce_sequence: '1',
      },
    },
  ])

async function jobs(path: 'list' | 'run', body: object) {
  const internalPort = /"internalPort":(\d+)/.exec(out)?.[1]
  const tokens = callerTokens({ caller: 'ops', keyFile: files.keyFileOf('ops') })
  const response = await fetch(`http://127.0.0.1:${internalPort}/internal/admin/jobs/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-dcms-context': tokens.tokenFor('kit', { tenant: 'ACME_BANK', user: 'asha', roles: ['ADMIN'] }),
    },
    body: JSON.stringify(body),
  })
  return JSON.parse(await response.text())
}

test('events are reacted to at least once: what is away is waited for, what is refused for good becomes a dead letter', async () => {
  await until(
    'the service has made its topics',
    async () =>
      await broker.withAdmin(async (admin) =>
        (await admin.listTopics()).includes(`${bank.installation}.${deadLetterTopic('dcms.customer', 'kit-reactions')}`),
      ),
  )
  const letters: ReceivedEvent[] = []
  await broker.tail([deadLetterTopic(topicOf('customer'), 'kit-reactions')], { fromBeginning: true }, (event) => letters.push(event))
  // A topic is listed a moment before its partitions have a leader; what is refused meanwhile was
  // not kept.
  const isTaken = (subject: string): Promise<boolean> =>
    publish(subject).then(
      () => true,
      (error: Error) => {
        if (/not the leader|leader election/.test(error.message)) return false
        throw error
      },
    )
  for (const subject of ['poison', 'away', 'well']) await until(`${subject} is published`, () => isTaken(subject))
  await until(
    'all were dealt with',
    () => out.includes('reacted to away of ACME_BANK by kit') && out.includes('reacted to well') && letters.length > 0,
  )
  expect(letters.map(({ subject }) => subject)).toEqual(['poison'])
  expect(out).not.toContain('reacted to poison')
})

test('a job runs by the clock, is shown while it runs, and a bank that joins has its own run', async () => {
  await broker.publish(tenantsTopic, [{ key: 'NEW_BANK', value: JSON.stringify(bank.published(1, definitionOf('NEW_BANK'))) }])
  await until('it counts', async () => (await jobs('list', { tenant: 'ACME_BANK' })).result.jobs[0].running?.counts.counted > 3)
  expect((await jobs('run', { tenant: 'ACME_BANK', job: 'count-up', asOf: '2029-08-01T00:00:00Z' })).result).toEqual({
    runId: expect.any(String),
  })
  await until('the new bank is listed', async () =>
    (await jobs('list', {})).result.jobs.some((job: { tenant: string }) => job.tenant === 'NEW_BANK'),
  )
})

test('on SIGTERM the run is left to another process and the process ends with 0', async () => {
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
  expect(out).toContain('job left to another process')
  const record = await bank.connection
    .useDb(`${bank.installation}_kit`, { useCache: true })
    .collection<{ _id: string }>('jobs')
    .findOne({ _id: 'ACME_BANK/count-up' })
  expect(record).toMatchObject({ running: { checkpoint: expect.any(Number) }, asked: { startedBy: 'asha' } })
  expect(record).not.toHaveProperty('leaseUntil')
})
