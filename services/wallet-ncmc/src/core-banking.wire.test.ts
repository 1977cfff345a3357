// The client of the core banking system, over the wire: what it sends, what it believes, and what
// it takes for no answer.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Tenant } from '@dcms/service'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { type CoreBanking, CoreBankingUnavailable, httpCoreBanking } from './core-banking.ts'
import { referenceOf } from './load.ts'

const tenant = { id: 'ACME_BANK' } as Tenant
const reference = referenceOf('1234/../?#%')
const debit = { reference, accountNo: '1234567890', amountPaise: 20_050 }

let server: Server
let client: CoreBanking & { close(): Promise<void> }
let answer: { status: number; body: string }
let asked: { method?: string; url?: string; account?: unknown; body: string }
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString()
    asked = { method: request.method ?? '', url: request.url ?? '', account: request.headers['x-account'], body }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const given = (status: number, body: object | string): void => {
  client = httpCoreBanking(`http://127.0.0.1:${(server.address() as AddressInfo).port}/core`)
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) }
}
afterEach(() => client.close())

const fault = (code: string) => ({ error: { code, message: 'words that are not read' } })

test('a debit goes to the bank’s account, in whole paise, under its reference', async () => {
  given(201, { reference, status: 'APPLIED' })
  expect(await client.debit(tenant, debit)).toEqual({ kind: 'applied' })
  expect(asked).toMatchObject({ method: 'POST', url: '/core/postings', account: 'ACME_BANK' })
  expect(JSON.parse(asked.body)).toEqual({ reference, kind: 'DEBIT', accountNo: '1234567890', amountMinor: 20_050, currency: 'INR' })
})

test('a reference is one step of a path, whatever the txnId holds', async () => {
  given(200, { status: 'REVERSED' })
  await client.reverse(tenant, reference)
  expect(asked.url?.split('/')).toEqual(['', 'core', 'postings', expect.stringMatching(/^wallet-[^/?#]+$/), 'reverse'])
  expect(decodeURIComponent(decodeURIComponent(asked.url?.split('/')[3] ?? ''))).toBe('wallet-1234/../?#%')
})

test.each([
  [{ status: 'APPLIED' }, { kind: 'applied' }],
  [{ status: 'REVERSED' }, { kind: 'reversed' }],
  [
    { status: 'REFUSED', code: 'funds.insufficient' },
    { kind: 'refused', code: 'funds.insufficient' },
  ],
  [{ status: 'REFUSED' }, { kind: 'refused', code: 'untold' }],
])('%p is the outcome %p', async (body, outcome) => {
  given(200, body)
  expect(await client.debit(tenant, debit)).toEqual(outcome)
  expect(await client.enquire(tenant, reference)).toEqual(outcome)
})

test('a reference that has not come is told apart from a path that is not there', async () => {
  given(404, fault('posting.unknown'))
  expect(await client.enquire(tenant, reference)).toBeNull()
  given(404, fault('path.not.found'))
  await expect(client.enquire(tenant, reference)).rejects.toThrow(CoreBankingUnavailable)
})

test('a reversal that reversed nothing is none', async () => {
  given(200, { status: 'APPLIED' })
  await expect(client.reverse(tenant, reference)).rejects.toThrow(CoreBankingUnavailable)
})

test.each([
  ['a fault of its own', 500, fault('internal')],
  ['too many calls', 429, fault('slow.down')],
  ['a body that it cannot read', 400, fault('request.invalid')],
  ['another posting under the reference', 409, fault('reference.conflict')],
  ['no JSON', 200, 'hello'],
  ['a status that is not known', 200, { status: 'MAYBE' }],
  ['a code that is none', 200, { status: 'REFUSED', code: 'a b' }],
])('%s is no outcome: the money stays unknown', async (_what, status, body) => {
  given(status, body)
  await expect(client.debit(tenant, debit)).rejects.toThrow(CoreBankingUnavailable)
  await expect(client.enquire(tenant, reference)).rejects.toThrow(CoreBankingUnavailable)
})
