import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Refusal } from '../exchange/exchange.ts'
import { Upstream, type UpstreamAnswer } from './upstream.ts'

const closes: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closes.splice(0)) await close()
})

async function upstreamTo(listener: RequestListener, callMsMax: number): Promise<{ upstream: Upstream; server: Server }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const upstream = new Upstream('kit', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pino({ level: 'fatal' }), {
    callMsMax,
  })
  closes.push(async () => {
    server.closeAllConnections()
    server.close()
    await upstream.close()
  })
  return { upstream, server }
}

const call = (upstream: Upstream, tenant = 'ACME_BANK', begunAtMs = Date.now()): Promise<UpstreamAnswer | Refusal> =>
  new Promise((resolve) => upstream.call(tenant, { method: 'POST', path: '/p', headers: [], body: Buffer.from('{}') }, begunAtMs, resolve))

test('no answer in time is service.timeout, also in the middle of an answer', async () => {
  const { upstream } = await upstreamTo((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{')
  }, 300)
  const silent = await upstreamTo((request) => request.resume(), 300)
  for (const each of [upstream, silent.upstream]) expect(await call(each)).toMatchObject({ code: 'service.timeout' })
  expect(upstream.circuit.state).toBe('closed')
})

test('a call that never left the queue is service.unavailable: it may be repeated without a doubt', async () => {
  const { upstream } = await upstreamTo((request) => request.resume(), 2_000) // long enough for 64 connections
  const begunAtMs = Date.now() // one deadline for all: a place that is free a millisecond before it is still used
  const answers = await Promise.all(Array.from({ length: 100 }, () => call(upstream, 'ACME_BANK', begunAtMs)))
  const codes = answers.map((answer) => (answer instanceof Refusal ? answer.code : ''))
  expect([
    codes.filter((code) => code === 'service.timeout').length,
    codes.filter((code) => code === 'service.unavailable').length,
  ]).toEqual([64, 36])
})

test('answers in pieces are put together', async () => {
  const { upstream } = await upstreamTo((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' })
    let piece = 0
    const timer = setInterval(() => {
      if (piece++ < 5) response.write('"é",')
      else {
        clearInterval(timer)
        response.end('1')
      }
    }, 5)
  }, 5_000)
  const answer = await call(upstream)
  expect(answer instanceof Refusal ? answer : answer.body.toString()).toBe('"é","é","é","é","é",1')
})

test('more calls at once than the limit are refused at once', async () => {
  const { upstream } = await upstreamTo((request) => request.resume(), 500)
  const calls = Array.from({ length: 2_100 }, () => call(upstream))
  expect(await calls[2_050]).toMatchObject({ code: 'service.unavailable' })
  await Promise.all(calls)
})

test('what may be repeated is sent again when the service closed the connection, once; anything else is not', async () => {
  let broken = 1
  let calls = 0
  const { upstream } = await upstreamTo((request, response) => {
    calls++
    if (broken-- > 0) request.socket.destroy()
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }, 5_000)
  const ask = (mayRepeat: boolean): Promise<UpstreamAnswer | Refusal> =>
    new Promise((resolve) =>
      upstream.call('ACME_BANK', { method: 'POST', path: '/p', headers: [], body: Buffer.from('{}'), mayRepeat }, Date.now(), resolve),
    )
  expect(await ask(true)).toMatchObject({ status: 200 })
  broken = 1
  expect(await ask(false)).toMatchObject({ code: 'service.unavailable' })
  broken = 2
  expect(await ask(true)).toMatchObject({ code: 'service.unavailable' })
  expect(calls).toBe(2 + 1 + 2)
})

test('one bank’s slow calls take half of the connections at most: another bank is answered at once', async () => {
  const { upstream } = await upstreamTo((request, response) => {
    request.resume()
    if (request.headers.bank !== 'SLOW_BANK') response.end('{}')
  }, 1_500)
  const nowMs = Date.now() // one deadline for all slow calls
  const callOf = (tenant: string, atMs = Date.now()): Promise<UpstreamAnswer | Refusal> =>
    new Promise((resolve) =>
      upstream.call(tenant, { method: 'POST', path: '/p', headers: ['bank', tenant], body: Buffer.from('{}') }, atMs, resolve),
    )
  const slow = Array.from({ length: 300 }, () => callOf('SLOW_BANK', nowMs))
  const begunMs = performance.now()
  for (let count = 0; count < 20; count++) expect(await callOf('ACME_BANK')).toMatchObject({ status: 200 })
  expect(performance.now() - begunMs).toBeLessThan(1_000)
  const codes = (await Promise.all(slow)).map((answer) => (answer instanceof Refusal ? answer.code : ''))
  expect(codes.filter((code) => code === 'service.timeout')).toHaveLength(64)
  // The others never left the bank's own queue: that says nothing about the service, so its circuit
  // stays closed for all.
  expect(codes.filter((code) => code === 'service.unavailable')).toHaveLength(236)
  expect(upstream.circuit.state).toBe('closed')
})

test('the owner is told how long the caller still waits', async () => {
  const told: unknown[] = []
  const { upstream } = await upstreamTo((request, response) => {
    told.push(request.headers['x-dcms-time-left-ms'])
    request.resume()
    response.end('{}')
  }, 5_000)
  await call(upstream)
  await new Promise((resolve) =>
    upstream.call('ACME_BANK', { method: 'POST', path: '/p', headers: [], body: Buffer.from('{}') }, Date.now() - 2_000, resolve),
  )
  expect(told[0]).toBe('5000')
  expect(Number(told[1])).toBeGreaterThan(2_000)
  expect(Number(told[1])).toBeLessThanOrEqual(3_000)
})
