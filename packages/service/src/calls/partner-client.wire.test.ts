// What a partner can do to us: nothing beyond its own bank and its own answer.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { ServiceUnavailable } from '../commands/decision.ts'
import { PartnerClient } from './partner-client.ts'

const closes: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closes.splice(0)) await close()
})

async function partner(listener: RequestListener, timeoutMs = 2_000): Promise<{ client: PartnerClient; url: string; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new PartnerClient({ name: 'courier', baseUrl: `${url}/courier`, timeoutMs })
  closes.push(async () => {
    server.closeAllConnections()
    server.close()
    await client.close()
  })
  return { client, url, server }
}

test('a call goes to the partner’s interface under the bank’s account, and its answer comes back', async () => {
  const { client } = await partner((request, response) => {
    response.statusCode = 404
    response.end(JSON.stringify([request.method, request.url, request.headers['x-account']]))
  })
  const reply = await client.ask('ACME_BANK', { method: 'GET', path: '/changes?limit=2' })
  expect([reply.status, JSON.parse(reply.text)]).toEqual([404, ['GET', '/courier/changes?limit=2', 'ACME_BANK']])
})

test.each([301, 302, 303, 307, 308])('a redirect with %i is not followed, wherever it points', async (status) => {
  const asked: string[] = []
  const { client } = await partner((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/internal') response.end('{"taken":true}')
    else response.writeHead(status, { location: '/internal' }).end()
  })
  await expect(client.ask('ACME_BANK', { method: 'POST', path: '/messages', body: {} })).rejects.toThrow('redirects')
  expect(asked).toEqual(['/courier/messages'])
})

test('an answer of 1 MB is read, one byte more is not, be its length announced or not', async () => {
  let size = 1024 * 1024
  let announced = true
  const { client } = await partner((_request, response) => {
    if (announced) response.setHeader('content-length', size)
    response.write(Buffer.alloc(size / 2, 32))
    response.end(Buffer.alloc(size - Math.floor(size / 2), 32))
  })
  for (announced of [true, false]) {
    size = 1024 * 1024
    expect((await client.ask('ACME_BANK', { method: 'GET', path: '/' })).text).toHaveLength(size)
    size += 1
    await expect(client.ask('ACME_BANK', { method: 'GET', path: '/' })).rejects.toThrow('more than 1048576 bytes')
  }
})

test('one time-out holds for the whole call: a partner that drips its answer keeps nobody', async () => {
  const { client } = await partner((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const dripping = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(dripping))
  }, 300)
  const begun = performance.now()
  await expect(client.ask('ACME_BANK', { method: 'GET', path: '/' })).rejects.toThrow(ServiceUnavailable)
  expect(performance.now() - begun).toBeLessThan(2_000)
})

test('a partner that is slow for one bank is not slow for another, however many calls wait for it', async () => {
  const { client, server } = await partner((request, response) => {
    if (request.headers['x-account'] === 'SLOW_BANK') setTimeout(() => response.end('{}'), 500)
    else response.end('{}')
  }, 4_000)
  let connections = 0
  server.on('connection', () => connections++)
  const slow = Array.from({ length: 200 }, () => client.ask('SLOW_BANK', { method: 'GET', path: '/' }).catch((error: unknown) => error))
  const begun = performance.now()
  await client.ask('ACME_BANK', { method: 'GET', path: '/' })
  expect(performance.now() - begun).toBeLessThan(500)
  expect(connections).toBeLessThanOrEqual(33)
  const ends = await Promise.all(slow)
  // 32 at once, then 64 in the queue as long as their time lasts; the others are refused at once.
  expect(ends.filter((end) => !(end instanceof Error)).length).toBeGreaterThanOrEqual(64)
  expect(ends.filter((end) => end instanceof ServiceUnavailable).length).toBeGreaterThanOrEqual(200 - 96)
})

test('after five faults in a row a bank’s partner is left alone for a second, another bank’s is asked', async () => {
  const asked: unknown[] = []
  const { client } = await partner((request, response) => {
    asked.push(request.headers['x-account'])
    response.statusCode = request.headers['x-account'] === 'ACME_BANK' ? 200 : 500
    response.end('{}')
  })
  for (let count = 0; count < 5; count++) expect((await client.ask('BROKEN_BANK', { method: 'GET', path: '/' })).status).toBe(500)
  await expect(client.ask('BROKEN_BANK', { method: 'GET', path: '/' })).rejects.toThrow(ServiceUnavailable)
  expect(asked).toHaveLength(5)
  expect((await client.ask('ACME_BANK', { method: 'GET', path: '/' })).status).toBe(200)
})
