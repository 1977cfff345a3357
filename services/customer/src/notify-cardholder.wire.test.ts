// Messages of a notice, and how answers of the partner are understood.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ServiceUnavailable } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Message, messaging } from './messaging.ts'
import { messagesOf } from './notify-cardholder.ts'

const notice = { template: 'CARD_BLOCKED', subject: 'Your card is blocked', text: 'Your card ending 6954 is blocked.' }
const both = { text: notice.text, template: 'CARD_BLOCKED' }

test('a contact gets an SMS and, with an address, an e-mail; repeats of the event have the same message ids', () => {
  const contacts = [{ contactNo: '9876543210', emailId: 'asha@example.com', notification: true }]
  expect(messagesOf('8b6f', notice, contacts)).toEqual([
    { messageId: '8b6f:SMS', channel: 'SMS', to: '9876543210', ...both },
    { messageId: '8b6f:EMAIL', channel: 'EMAIL', to: 'asha@example.com', subject: notice.subject, ...both },
  ])
})

test('muted contacts get nothing, the others keep their message ids, nobody gets a message twice', () => {
  const contacts = [
    { contactNo: '9876543210', emailId: 'asha@example.com', notification: false },
    { contactNo: '9876543211', countryCode: '+91', emailId: 'rao@example.com' },
    { contactNo: '+919876543211', emailId: 'rao@example.com', notification: true },
    { contactNo: '9876543212' },
  ]
  expect(messagesOf('8b6f', notice, contacts).map(({ messageId, to }) => [messageId, to])).toEqual([
    ['8b6f:SMS:2', '+919876543211'],
    ['8b6f:EMAIL:2', 'rao@example.com'],
    ['8b6f:SMS:4', '9876543212'],
  ])
})

let partner: Server
let answering = { status: 202, body: '{}' }
const seen: { account: string | undefined; path: string | undefined; body: string }[] = []
beforeAll(async () => {
  partner = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push({ account: String(request.headers['x-account']), path: request.url, body })
    response.writeHead(answering.status, { 'content-type': 'application/json', location: '/elsewhere' }).end(answering.body)
  })
  await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  partner.closeAllConnections()
  await new Promise((resolve) => partner.close(resolve))
})

const message: Message = { messageId: '8b6f:SMS', channel: 'SMS', to: '9876543210', ...both }
const send = async (): Promise<unknown> => {
  const { port } = partner.address() as AddressInfo
  return await messaging(`http://127.0.0.1:${port}/messaging`)
    .send('ACME_BANK', message)
    .catch((error: unknown) => error)
}
const errorOf = (code: string) => JSON.stringify({ error: { code, message: `about ${message.to}` } })

test('a message is handed over in the name of the bank', async () => {
  answering = { status: 202, body: '{}' }
  expect(await send()).toBeUndefined()
  expect(seen.at(-1)).toEqual({ account: 'ACME_BANK', path: '/messaging/messages', body: JSON.stringify(message) })
})

test('a message that was taken before in other words is done', async () => {
  answering = { status: 409, body: errorOf('message.conflict') }
  expect(await send()).toBeUndefined()
})

test.each([401, 404, 408, 429, 500, 502, 503])('%i is waited for', async (status) => {
  answering = { status, body: errorOf('not.now') }
  expect(await send()).toEqual(new ServiceUnavailable(`the messaging partner answers ${status} not.now`))
})

test.each([301, 302, 307])('a redirect with %i is not followed, and the message waits', async (status) => {
  seen.length = 0
  answering = { status, body: '' }
  expect(await send()).toEqual(new ServiceUnavailable('the messaging partner redirects, which is not followed'))
  expect(seen).toHaveLength(1)
})

test.each([400, 413, 422])('%i is this message’s own fault; the recipient stands in no error', async (status) => {
  answering = { status, body: errorOf('request.invalid') }
  const fault = await send()
  expect(fault).toEqual(new Error(`the messaging partner answers ${status} request.invalid to a SMS of CARD_BLOCKED`))
  expect(fault).not.toBeInstanceOf(ServiceUnavailable)
})

test('nobody there is waited for', async () => {
  expect(
    await messaging('http://127.0.0.1:9')
      .send('ACME_BANK', message)
      .catch((error: unknown) => error),
  ).toBeInstanceOf(ServiceUnavailable)
})
