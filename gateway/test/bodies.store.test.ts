// Bodies over the limit, cut off, in pieces, and plain noise: the caller gets its answer, and the
// gateway lives.
import { randomBytes, randomInt } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { bodyBytesMaxOf, publicEndpoints } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Bank } from './bank.ts'
import { definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const ACTIVATION = '/v1/kit-manager/kitActivation'
const MEBIBYTE = 1024 * 1024
const clientKeys = newClientKeys()
let gateway: TestGateway
let bank: Bank

beforeAll(async () => {
  gateway = await TestGateway.start()
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  await gateway.addBank(definitionOf('SANDBOX_BANK', clientKeys, { encryption: 'OPTIONAL' }))
  bank = new Bank({ url: gateway.url, tenant: 'ACME_BANK', clientKeys })
  await bank.logIn(PASSWORD)
})
afterAll(() => gateway.close())

interface Received {
  status: number
  connection: string | undefined
  body: string
  continued: boolean
}

/** Sends pieces as fast as they are taken, and reads the answer meanwhile. */
function post(path: string, headers: Record<string, string>, pieces: Iterable<Buffer>): Promise<Received> {
  return new Promise((resolve, reject) => {
    let continued = false
    const request = httpRequest(`${gateway.url}${path}`, { method: 'POST', headers: { ...bank.headers(), ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          connection: response.headers.connection,
          body: Buffer.concat(chunks).toString(),
          continued,
        }),
      )
    })
    request.on('continue', () => {
      continued = true
    })
    request.on('error', reject)
    const iterator = pieces[Symbol.iterator]()
    const writeMore = (): void => {
      for (;;) {
        const { value, done } = iterator.next()
        if (done) return void request.end()
        if (!request.write(value)) return void request.once('drain', writeMore)
      }
    }
    if (headers.expect) request.on('continue', writeMore)
    else writeMore()
  })
}

function* pieces(count: number, size: number): Iterable<Buffer> {
  for (let piece = 0; piece < count; piece++) yield Buffer.alloc(size, 97)
}

const tooLarge = { status: 413, connection: 'close', body: expect.stringContaining('"request.too.large"') }

test('a body announced as over 1 MB is refused, and the caller that goes on sending gets the answer', async () => {
  expect(await post(ACTIVATION, { 'content-length': String(MEBIBYTE + 1) }, pieces(1, MEBIBYTE + 1))).toMatchObject(tooLarge)
  expect(await post(ACTIVATION, { 'content-length': String(20 * MEBIBYTE) }, pieces(20, MEBIBYTE))).toMatchObject(tooLarge)
})

test('a chunked body over 1 MB is refused, and the caller that goes on sending gets the answer', async () => {
  expect(await post(ACTIVATION, { 'transfer-encoding': 'chunked' }, pieces(30, 64 * 1024))).toMatchObject(tooLarge)
  expect(await post('/api/authenticate', { 'transfer-encoding': 'chunked' }, pieces(30, 64 * 1024))).toMatchObject(tooLarge)
})

test('a caller that asks first is not told to send what the headers alone get refused', async () => {
  const refused = await post(ACTIVATION, { expect: '100-continue', 'content-length': String(2 * MEBIBYTE) }, pieces(2, MEBIBYTE))
  expect(refused).toMatchObject({ ...tooLarge, continued: false })
  const taken = await post(ACTIVATION, { expect: '100-continue' }, [Buffer.from(bank.seal({ entityId: 'e' }))])
  expect(taken).toMatchObject({ status: 200, continued: true })
})

test('another early refusal of a large body reaches its caller, too', async () => {
  const answer = await post(ACTIVATION, { 'content-length': String(20 * MEBIBYTE), authorization: 'Bearer x' }, pieces(20, MEBIBYTE))
  expect(answer).toMatchObject({ status: 401, connection: 'close' })
})

test('a body of just under its endpoint’s limit goes through, in one piece and in many; one over it does not', async () => {
  const limit = bodyBytesMaxOf(publicEndpoints.activateKit)
  expect(limit).toBeLessThan(MEBIBYTE / 3)
  const body = Buffer.from(bank.seal({ filler: 'x'.repeat(limit - 100) }))
  expect((await post(ACTIVATION, { 'content-length': String(body.length) }, [body])).status).toBe(200)
  const again = Buffer.from(bank.seal({ filler: 'x'.repeat(limit - 100) }))
  const cut = Array.from({ length: 50 }, (_, piece) => again.subarray((piece * again.length) / 50, ((piece + 1) * again.length) / 50))
  expect((await post(ACTIVATION, { 'transfer-encoding': 'chunked' }, cut)).status).toBe(200)
  const over = Buffer.from(bank.seal({ filler: 'x'.repeat(limit + 8 * 1024) }))
  expect(await post(ACTIVATION, { 'content-length': String(over.length) }, [over])).toMatchObject(tooLarge)
})

test('the connection stays usable after a refusal', async () => {
  for (let count = 0; count < 3; count++) expect((await bank.send(ACTIVATION, 'x')).headers.get('connection')).toBe('keep-alive')
})

test('a caller that goes away in the middle of its body harms nobody', async () => {
  for (let count = 0; count < 20; count++) {
    const socket = connect(gateway.gateway.port, '127.0.0.1')
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    const lines = Object.entries(bank.headers()).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`POST ${ACTIVATION} HTTP/1.1\r\nhost: x\r\n${lines.join('')}content-length: 1000\r\n\r\nabc`)
    await new Promise((resolve) => setTimeout(resolve, randomInt(3)))
    socket.destroy()
  }
  expect((await bank.call(ACTIVATION, { entityId: 'e' })).status).toBe(200)
})

test('noise on the wire harms nobody', async () => {
  for (let count = 0; count < 50; count++) {
    const socket = connect(gateway.gateway.port, '127.0.0.1')
    socket.resume().on('error', () => socket.destroy()) // reset by the gateway: as it should be
    socket.end(count % 2 ? randomBytes(randomInt(1, 2000)) : `POST ${randomBytes(20).toString('latin1')} HTTP/1.1\r\n\r\n`)
    await new Promise((resolve) => socket.once('close', resolve))
  }
  expect((await bank.call(ACTIVATION, { entityId: 'e' })).status).toBe(200)
})

test('whatever stands in headers and body, the answer is an envelope and never a fault', async () => {
  const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 60 })
  const jwe = fc.oneof(
    printable,
    fc
      .tuple(fc.json(), printable, printable)
      .map(([header, ...rest]) => [Buffer.from(header).toString('base64url'), '', ...rest].join('.')),
    fc.nat(3000).map((position) => {
      const text = bank.seal({ entityId: 'e' })
      const at = position % text.length
      return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    }),
  )
  const header = fc.constantFrom('tenant', 'authorization', 'content-type', 'x-request-id', 'traceparent', 'idempotency-key', 'nothing')
  const path = fc.constantFrom(ACTIVATION, '/api/authenticate', '/api/session', '/dcms/register')
  await fc.assert(
    fc.asyncProperty(path, jwe, header, printable, async (where, body, name, value) => {
      const answer = await bank.send(where, body, { [name]: value.trim() })
      expect(answer.status).toBeLessThan(500)
      expect(answer.status === 200 || typeof answer.body.exception?.errorCode === 'string').toBe(true)
      expect(JSON.stringify(answer.body)).not.toContain(bank.token)
    }),
    { numRuns: 300 },
  )
})
