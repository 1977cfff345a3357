// The demo's side of the sandbox's control API, against a stand-in that answers as the sandbox
// does.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { DemoPartners } from './demo-partners.ts'

const sms = { channel: 'SMS', to: '9876543210', template: 'CARD_LOCKED', text: 'Your card is locked' }
const asked: string[] = []
const server = createServer((request, response) => {
  const { method, url = '' } = request
  let body = ''
  request.on('data', (part: Buffer) => {
    body += part.toString()
  })
  request.on('end', () => {
    asked.push(`${method} ${url} ${body}`.trim())
    const isClock = url.endsWith('/clock')
    response.writeHead(isClock && body.includes('never') ? 400 : 200, { 'content-type': 'application/json' })
    const messages = asked.filter((line) => line.includes('/messages')).length > 1 ? [sms] : []
    response.end(JSON.stringify(isClock ? { now: '2026-11-24T00:00:00.000Z', offsetMs: 1 } : { messages }))
  })
})
let partners: DemoPartners
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  partners = new DemoPartners(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'ACME_BANK')
})
afterAll(() => {
  server.close()
})

test('advances the clock of the bank and tells what it shows', async () => {
  expect(await partners.advance('PT2H')).toBe('2026-11-24T00:00:00.000Z')
  expect(asked.at(-1)).toBe('POST /_control/ACME_BANK/clock {"advance":"PT2H"}')
})

test('waits for a message that is not there yet', async () => {
  expect(await partners.message('9876543210', 'CARD_LOCKED', 5_000)).toEqual(sms)
  expect(asked.at(-1)).toBe('GET /_control/ACME_BANK/messages?to=9876543210')
})

test('says so when a message does not come, and when the sandbox refuses', async () => {
  await expect(partners.message('9876543210', 'PIN_LOCKED', 0)).rejects.toThrow('no message PIN_LOCKED came within 0 s')
  await expect(partners.advance('never')).rejects.toThrow('the sandbox answered 400 to clock')
})
