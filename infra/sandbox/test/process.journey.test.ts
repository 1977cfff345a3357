// The sandbox as a process of its own: what it logs, and how it ends.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import mongoose from 'mongoose'
import { booking } from './own-sandbox.ts'

const STARTED_WITHIN_MS = 30_000
const installation = `s${randomBytes(4).toString('hex')}`

function start(environment: Record<string, string>) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '..', 'src', 'main.ts')],
    {
      env: { ...process.env, PORT: '0', DCMS_INSTALLATION: installation, DCMS_ENVIRONMENT: 'test', LOG_LEVEL: 'debug', ...environment },
    },
  )
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      out += text
    })
  return { child, out: () => out, exitCode: once(child, 'close').then(([code]) => code) }
}

async function until<Found>(look: () => Promise<Found | undefined> | Found | undefined): Promise<Found> {
  for (const end = Date.now() + STARTED_WITHIN_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await look()
    if (found !== undefined) return found
  }
  throw new Error('it did not come in time')
}

test('names, addresses, telephone numbers and texts are in no log line, and the end is orderly', async () => {
  const { child, out, exitCode } = start({})
  const port = await until(() => /"port":(\d+)/.exec(out())?.[1])
  const url = `http://127.0.0.1:${port}`
  await until(async () => ((await fetch(`${url}/health/ready`)).ok ? true : undefined))
  const post = async (path: string, body: string): Promise<number> =>
    (await fetch(`${url}${path}`, { method: 'POST', headers: { 'x-account': 'ACME_BANK' }, body })).status
  const message = {
    messageId: 'm1',
    channel: 'SMS',
    to: '9876543210',
    text: 'Dear Asha, card 6080401234566954 was sent.',
    template: 'SENT',
  }
  expect(await post('/messaging/messages', JSON.stringify(message))).toBe(202)
  expect(await post('/messaging/messages', JSON.stringify({ ...message, text: 'Dear Asha again' }))).toBe(409)
  expect(await post('/messaging/messages', `{ "to": "9876543210", Asha`)).toBe(400)
  expect(await post('/courier/shipments', JSON.stringify(booking('R1')))).toBe(201)
  expect((await fetch(`${url}/_control/ACME_BANK/messages?to=9876543210`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await exitCode).toBe(0)
  expect(out().match(/"msg":"call"/g)?.length).toBe(3)
  for (const personal of ['9876543210', 'Asha', '6080401234566954', 'A Rao', 'Lake Road', 'at Object'])
    expect(out()).not.toContain(personal)
  const connection = await mongoose.createConnection(process.env.MONGO_URL ?? '').asPromise()
  await connection.useDb(`${installation}_sandbox`).dropDatabase()
  await connection.close()
})

test('without its settings it does not start, and says which', async () => {
  const { out, exitCode } = start({ MONGO_URL: '' })
  expect(await exitCode).toBe(1)
  expect(out()).toBe('MONGO_URL is not set\n')
})
