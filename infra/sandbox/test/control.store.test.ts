// Clock, faults and messages over HTTP, with the real store; and that production has no control
// API.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { readConfig } from '../src/index.ts'
import { booking, type OwnSandbox, startOwnSandbox } from './own-sandbox.ts'

let sandbox: OwnSandbox
let bank: string
beforeAll(async () => {
  sandbox = await startOwnSandbox()
})
beforeEach(() => {
  bank = `BANK_${randomBytes(4).toString('hex').toUpperCase()}`
})
afterAll(() => sandbox.stop())

const message = (messageId: string, to = '9876543210', text = 'Your card was sent.') => ({
  messageId,
  channel: 'SMS',
  to,
  text,
  template: 'CARD_SENT',
})
const sendMessage = (body: object) => sandbox.call(bank, 'POST', '/messaging/messages', body)
const sent = async (query = '', tenant = bank) => (await sandbox.control(tenant, 'GET', `/messages${query}`)).body.messages
const fault = (partner: string, body: object) => sandbox.control(bank, 'POST', `/faults/${partner}`, body)

test('the clock starts as real time, is advanced by a duration or to a time, and never goes back', async () => {
  const read = async () => Date.parse((await sandbox.control(bank, 'GET', '/clock')).body.now)
  expect(Math.abs((await read()) - Date.now())).toBeLessThan(5_000)
  const advanced = await sandbox.control(bank, 'POST', '/clock', { advance: 'P1DT1H' })
  expect(advanced.body.offsetMs).toBe(90_000_000)
  await sandbox.control(bank, 'POST', '/clock', { to: '2031-01-01T00:00:00Z' })
  expect((await read()) - Date.parse('2031-01-01T00:00:00Z')).toBeLessThan(5_000)
  const back = await sandbox.control(bank, 'POST', '/clock', { to: '2030-01-01T00:00:00Z' })
  expect([back.status, back.body.error.code]).toEqual([409, 'clock.backwards'])
  for (const body of [{}, { advance: 'P1M' }, { advance: 'P1D', to: '2032-01-01T00:00:00Z' }, { to: 'soon' }, { advance: 'P9999W' }])
    expect((await sandbox.control(bank, 'POST', '/clock', body)).status).toBe(400)
})

test('a message sent again, also many times at once, is answered the same and sent once', async () => {
  const replies = await Promise.all(Array.from({ length: 6 }, () => sendMessage(message('m1'))))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]))
  expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(replies[0]?.body).toMatchObject({ messageId: 'm1', status: 'ACCEPTED' })
  expect(await sent()).toHaveLength(1)
  const other = await sendMessage(message('m1', '9876543210', 'Something else.'))
  expect([other.status, other.body.error.code]).toEqual([409, 'message.conflict'])
})

test('what was sent is shown in order, by receiver when asked for, and of this tenant only', async () => {
  for (const [id, to] of [
    ['m1', '9876543210'],
    ['m2', '9876500000'],
    ['m3', '9876543210'],
  ] as const)
    await sendMessage(message(id, to))
  expect((await sent()).map(({ messageId }: { messageId: string }) => messageId)).toEqual(['m1', 'm2', 'm3'])
  expect(await sent('?to=9876543210')).toMatchObject([
    { messageId: 'm1', channel: 'SMS', to: '9876543210', text: 'Your card was sent.', template: 'CARD_SENT' },
    { messageId: 'm3' },
  ])
  expect(await sent('', `${bank}_B`)).toEqual([])
  await sandbox.control(bank, 'POST', '/reset')
  expect(await sent()).toEqual([])
})

test('more messages at once than numbers are taken together have references of their own, and later ones come behind, also after a restart', async () => {
  const crowd = Array.from({ length: 250 }, (_, at) => `crowd-${at}`)
  const replies = await Promise.all(crowd.map((id) => sendMessage(message(id))))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]))
  expect(new Set(replies.map(({ body }) => body.reference)).size).toBe(250)
  await sandbox.restart()
  await sendMessage(message('last'))
  const shown = (await sent()).map(({ messageId }: { messageId: string }) => messageId)
  expect([shown.length, shown.at(-1)]).toEqual([251, 'last'])
  expect(shown.slice(0, 250).toSorted()).toEqual(crowd.toSorted())
})

test('a message without its fields is refused', async () => {
  expect((await sendMessage({ messageId: 'm1', channel: 'FAX', to: '9876543210', text: 'x' })).status).toBe(400)
  expect((await sandbox.call(bank, 'POST', '/messaging/messages')).status).toBe(400)
})

test('the next calls fail with the wanted status, then all is well; the other partner and other tenants see nothing of it', async () => {
  await fault('messaging', { next: { calls: 2, status: 502 } })
  expect((await sandbox.call(bank, 'GET', '/courier/changes')).status).toBe(200)
  expect((await sandbox.call(`${bank}_B`, 'POST', '/messaging/messages', message('m1'))).status).toBe(202)
  expect([(await sendMessage(message('m1'))).status, (await sendMessage(message('m1'))).status]).toEqual([502, 502])
  expect(await sent()).toEqual([])
  expect((await sendMessage(message('m1'))).status).toBe(202)
})

test('a call can fail after its work: the caller does not know, and its repeat finds it done', async () => {
  await fault('courier', { next: { calls: 1, kind: 'RESET', moment: 'AFTER' } })
  await expect(sandbox.call(bank, 'POST', '/courier/shipments', booking('R1'))).rejects.toThrow()
  expect((await sandbox.call(bank, 'POST', '/courier/shipments', booking('R1'))).status).toBe(200)
})

test('a connection is reset, or never answered, before any work', async () => {
  await fault('courier', { next: { calls: 1, kind: 'RESET' } })
  await expect(sandbox.call(bank, 'POST', '/courier/shipments', booking('R1'))).rejects.toThrow()
  await fault('courier', { next: { calls: 1, kind: 'TIMEOUT' } })
  await expect(sandbox.call(bank, 'POST', '/courier/shipments', booking('R1'), 300)).rejects.toMatchObject({ name: 'TimeoutError' })
  expect((await sandbox.call(bank, 'POST', '/courier/shipments', booking('R1'))).status).toBe(201)
})

test('a call that is kept waiting does not keep the sandbox from ending', async () => {
  await fault('courier', { next: { calls: 1, kind: 'TIMEOUT' } })
  const waiting = sandbox.call(bank, 'GET', '/courier/changes').then(
    () => 'answered',
    () => 'cut off',
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  await sandbox.restart()
  expect(await waiting).toBe('cut off')
})

test('a partner answers late, and fails at a rate, until the faults are taken away', async () => {
  await fault('courier', { latencyMs: 400 })
  const begun = performance.now()
  await sandbox.call(bank, 'GET', '/courier/changes')
  expect(performance.now() - begun).toBeGreaterThanOrEqual(395)
  await fault('courier', { errorRate: 1, errorStatus: 500 })
  expect((await sandbox.call(bank, 'GET', '/courier/changes')).status).toBe(500)
  expect((await sandbox.control(bank, 'GET', '/faults')).body).toMatchObject({ courier: { errorRate: 1, errorStatus: 500 } })
  await sandbox.control(bank, 'DELETE', '/faults/courier')
  expect((await sandbox.call(bank, 'GET', '/courier/changes')).status).toBe(200)
})

test('a fault that cannot be, of a partner that is not there, or of no tenant is refused', async () => {
  expect((await fault('courier', { errorRate: 2 })).status).toBe(400)
  expect((await fault('post-office', { errorRate: 1 })).status).toBe(404)
  expect((await sandbox.control('nobody', 'GET', '/clock')).status).toBe(404)
})

test('what cannot be read as JSON is refused without repeating it', async () => {
  const reply = await sandbox.call(bank, 'POST', '/messaging/messages', '{ "to": 9876543210, oops')
  expect(reply.status).toBe(400)
  expect(JSON.stringify(reply.body)).not.toContain('9876543210')
})

test('in production, and where nobody says, there is no control API; the partners answer', async () => {
  const settings = { MONGO_URL: 'mongodb://m', PORT: '0' }
  expect(readConfig(settings).hasControl).toBe(false)
  expect(readConfig({ ...settings, DCMS_ENVIRONMENT: 'development' }).hasControl).toBe(true)
  await sandbox.restart('production')
  for (const path of ['/clock', '/faults', '/messages']) expect((await sandbox.control(bank, 'GET', path)).status).toBe(404)
  expect((await sandbox.control(bank, 'POST', '/reset')).status).toBe(404)
  expect((await sandbox.call(bank, 'GET', '/courier/changes')).status).toBe(200)
  await sandbox.restart()
})
