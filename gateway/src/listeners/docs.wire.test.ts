// The documentation over HTTP.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import express from 'express'
import { request } from 'undici'
import { docsRoutes } from './docs.ts'

/** Building the pages in this thread takes a second or more. */
const STANDSTILL_MS = 400
let server: Server
let origin = ''

beforeAll(async () => {
  const app = express()
  app.disable('etag')
  app.use(docsRoutes())
  app.use((_request, response) => void response.status(404).json({ passedOn: true }))
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const get = async (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') => {
  const answer = await request(origin + path, { method, headers })
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) }
}

test('the first request for a page holds up nothing else in the process', async () => {
  // Processor time of this thread between two turns, which a busy machine does not lengthen.
  let longestMs = 0
  let before = process.threadCpuUsage()
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before)
    longestMs = Math.max(longestMs, (user + system) / 1_000)
    before = process.threadCpuUsage()
  }, 5)
  const { status } = await get('/docs')
  clearInterval(timer)
  expect(status).toBe(200)
  expect(longestMs).toBeLessThan(STANDSTILL_MS)
})

test.each([
  '/docs',
  '/docs/getting-started',
  '/docs/sealing',
  '/docs/values',
  '/docs/errors',
  '/docs/idempotency',
  '/docs/events',
  '/docs/going-live',
  '/docs/reference',
])('%s is a page under a strict policy', async (path) => {
  const { status, headers, body } = await get(path)
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/)
  expect(headers['content-security-policy']).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/)
  expect(headers['referrer-policy']).toBe('no-referrer')
  expect(body.toString()).toMatch(/^<!doctype html>[\s\S]*<h1[\s\S]*<\/html>\n$/)
})

test.each([
  ['/openapi.json', 'openapi', '3.1.0'],
  ['/asyncapi.json', 'asyncapi', '3.0.0'],
])('%s is the generated document', async (path, member, version) => {
  const { status, headers, body } = await get(path)
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/json; charset=utf-8' })
  expect(JSON.parse(body.toString())[member]).toBe(version)
})

test('/postman.json is a collection', async () => {
  expect(JSON.parse((await get('/postman.json')).body.toString()).info.schema).toMatch(/v2\.1\.0/)
})

test('a caller who has it already gets 304 without a body', async () => {
  const first = await get('/openapi.json')
  const etag = String(first.headers.etag)
  expect(first.headers['cache-control']).toBe('public, no-cache')
  const again = await get('/openapi.json', { 'if-none-match': `"other", W/${etag}` })
  expect({ status: again.status, bytes: again.body.length, etag: again.headers.etag }).toEqual({ status: 304, bytes: 0, etag })
})

test('content goes out compressed as the caller accepts, each form with its own validator', async () => {
  const clear = await get('/openapi.json')
  const brotli = await get('/openapi.json', { 'accept-encoding': 'gzip, br' })
  const gzipped = await get('/openapi.json', { 'accept-encoding': 'gzip, br;q=0' })
  expect([brotli.headers['content-encoding'], gzipped.headers['content-encoding'], clear.headers['content-encoding']]).toEqual([
    'br',
    'gzip',
    undefined,
  ])
  expect(brotliDecompressSync(brotli.body).equals(clear.body)).toBe(true)
  expect(gunzipSync(gzipped.body).equals(clear.body)).toBe(true)
  expect(new Set([clear.headers.etag, brotli.headers.etag, gzipped.headers.etag]).size).toBe(3)
  expect(clear.headers.vary).toBe('accept-encoding')
})

test('the renderer’s files may be kept for ever, as their path names their version', async () => {
  const page = (await get('/docs/reference')).body.toString()
  const bundle = /data-bundle="([^"]+)"/.exec(page)?.[1] ?? ''
  const { status, headers } = await get(bundle, { 'accept-encoding': 'br' })
  expect(status).toBe(200)
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
})

test('HEAD answers the headers alone', async () => {
  const { status, headers, body } = await get('/docs', {}, 'HEAD')
  expect({ status, bytes: body.length, type: headers['content-type'] }).toEqual({ status: 200, bytes: 0, type: 'text/html; charset=utf-8' })
})

test('the root leads to the documentation', async () => {
  const { status, headers } = await get('/')
  expect({ status, location: headers.location }).toEqual({ status: 302, location: '/docs' })
})

test('a browser on an unknown page is told so in words; everybody else is passed on', async () => {
  const page = await get('/docs/nothing', { accept: 'text/html' })
  expect({ status: page.status, cache: page.headers['cache-control'] }).toEqual({ status: 404, cache: 'no-store' })
  expect(page.body.toString()).toContain('No such page')
  for (const [path, headers, method] of [
    ['/docs/nothing', { accept: 'application/json' }, 'GET'],
    ['/docs/assets/../../package.json', {}, 'GET'],
    ['/docs/assets/%2e%2e/%2e%2e/package.json', {}, 'GET'],
    ['/other', { accept: 'text/html' }, 'GET'],
    ['/docs', {}, 'POST'],
  ] as const)
    expect(JSON.parse((await get(path, headers, method)).body.toString())).toEqual({ passedOn: true })
})
