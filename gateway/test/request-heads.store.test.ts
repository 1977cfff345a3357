// Requests as they stand on the wire: every form of the target, lines that stand twice, and what
// never becomes a request.
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Bank } from './bank.ts'
import { answerSuccess, definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const ACTIVATION = '/v1/kit-manager/kitActivation'
const clientKeys = newClientKeys()
let gateway: TestGateway
let bank: Bank

beforeAll(async () => {
  gateway = await TestGateway.start()
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  bank = new Bank({ url: gateway.url, tenant: 'ACME_BANK', clientKeys })
  await bank.logIn(PASSWORD)
})
afterAll(() => gateway.close())

interface Received {
  status: number
  headers: Record<string, string>
  body: string
}

/** What comes back for these bytes until the gateway closes the connection, first answer only. */
async function exchange(text: string): Promise<Received> {
  const socket = connect(gateway.gateway.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(text, 'latin1')
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  const [head = '', body = ''] = Buffer.concat(chunks)
    .toString()
    .split(/\r\n\r\n(.*)/s)
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  return { status: Number(first.split(' ')[1]), headers, body }
}

function call(
  target: string,
  lines: string[] = [],
  { method = 'POST', host = ['host: x'], body = bank.seal({ entityId: 'e' }) } = {},
): Promise<Received> {
  const own = Object.entries(bank.headers({ 'content-length': String(body.length), connection: 'close' })).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return exchange([`${method} ${target} HTTP/1.1`, ...host, ...own, ...lines, '', body].join('\r\n'))
}

const refused = (status: number, code: string): object => ({
  status,
  headers: expect.objectContaining({
    'content-type': 'application/json',
    'x-request-id': expect.stringMatching(/^[A-Za-z0-9._-]{1,100}$/),
    'x-content-type-options': 'nosniff',
  }),
  body: expect.stringMatching(new RegExp(`^\\{"result":null,"exception":\\{"errorCode":"${code.replaceAll('.', '\\.')}"`)),
})

test.each([
  `http://127.0.0.1:8080${ACTIVATION}`,
  `https://api.bank.example${ACTIVATION}`,
  `HTTP://EXAMPLE.COM${ACTIVATION}?a=1`,
  `http://[::1]:8080/dcms/kit-manager/kitActivation`,
])('the absolute form %s leads where the path leads', async (target) => {
  expect((await call(target)).status).toBe(200)
})

test('probes, keys and documents take the absolute form, too, and unknown paths are told the same', async () => {
  for (const path of ['/health/live', '/.well-known/jwks.json'])
    expect((await call(`http://proxy.example${path}`, [], { method: 'GET', body: '' })).status).toBe(200)
  expect(await call('http://proxy.example/v1/unknown')).toMatchObject(refused(404, 'path.not.found'))
  expect(await call('http://proxy.example', [], { method: 'GET', body: '' })).toMatchObject({ status: 302 })
  expect(await call('http://proxy.example?a=1', [], { method: 'GET', body: '' })).toMatchObject({ status: 302 })
})

test.each(['http:///v1/viewCustomer', 'http://user:secret@host/v1/viewCustomer', 'ftp://host/v1/viewCustomer', '*'])(
  'the target %s is refused',
  async (target) => {
    expect(await call(target)).toMatchObject(refused(400, 'request.malformed'))
  },
)

test('OPTIONS * asks for the methods of the server', async () => {
  const answer = await call('*', [], { method: 'OPTIONS', body: '' })
  expect(answer).toMatchObject(refused(405, 'method.not.allowed'))
  expect(answer.headers.allow).toBe('GET, HEAD, POST, PUT')
})

test.each<[string, string[], string[]]>([
  ['two Host lines', ['host: x', 'host: y'], []],
  ['the same Host twice', ['host: x', 'HOST: x'], []],
  ['no Host', [], []],
  ['a Host that is none', ['host: a b'], []],
  ['a Host with a path', ['host: x/y'], []],
  ['two Content-Type lines', ['host: x'], ['content-type: application/json']],
  ['two Authorization lines', ['host: x'], ['Authorization: Bearer x']],
])('%s: 400, under the public prefix and beside it', async (_what, host, lines) => {
  expect(await call(ACTIVATION, lines, { host })).toMatchObject(refused(400, 'request.malformed'))
  expect(await call('/api/authenticate', lines, { host })).toMatchObject(refused(400, 'request.malformed'))
})

test('a request of HTTP/1.0 needs no Host', async () => {
  expect((await exchange('GET /health/live HTTP/1.0\r\n\r\n')).status).toBe(200)
})

test('a body with Content-Encoding is 415, which says what is taken; identity is none', async () => {
  for (const encoding of ['gzip', 'br', 'identity, gzip', 'x']) {
    for (const path of [ACTIVATION, '/api/authenticate', '/api/session']) {
      const answer = await call(path, [`content-encoding: ${encoding}`])
      expect({ encoding, path, ...answer }).toMatchObject(refused(415, 'content.type.unsupported'))
      expect(answer.headers['accept-encoding']).toBe('identity')
    }
  }
  expect((await call(ACTIVATION, ['content-encoding: Identity'])).status).toBe(200)
})

test.each(['Bearer  ', 'bearer ', 'BEARER    '])('the token may stand behind any number of blanks: "%s"', async (scheme) => {
  expect((await bank.send(ACTIVATION, bank.seal({ entityId: 'e' }), { authorization: scheme + bank.token })).status).toBe(200)
})

test('a tab is no blank', async () => {
  expect((await bank.send(ACTIVATION, bank.seal({}), { authorization: `Bearer\t${bank.token}` })).status).toBe(401)
  expect((await bank.send(ACTIVATION, bank.seal({}), { authorization: `Bearer \t${bank.token}` })).status).toBe(401)
})

test.each([
  ['a bad request line', 'NONSENSE\r\n\r\n', 400, 'request.malformed'],
  ['a blank in the target', 'GET /a b HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'request.malformed'],
  ['a header without a colon', 'GET /health HTTP/1.1\r\nhost: x\r\nnothing\r\n\r\n', 400, 'request.malformed'],
  ['two lengths', `POST ${ACTIVATION} HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na`, 400, 'request.malformed'],
  ['a head of 20 kB', `GET /health HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'request.headers.too.large'],
  [
    'an expectation that is unknown',
    `POST ${ACTIVATION} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: the-best\r\n\r\n`,
    417,
    'request.expectation.failed',
  ],
  ['a tunnel', 'CONNECT host:443 HTTP/1.1\r\nhost: host:443\r\n\r\n', 405, 'method.not.allowed'],
])('%s is answered in the envelope with a request id, and the connection closes', async (_what, text, status, code) => {
  const answer = await exchange(text)
  expect(answer).toMatchObject(refused(status, code))
  expect(answer.headers.connection).toBe('close')
})

test('a body that breaks off its own framing is answered under the request’s id', async () => {
  const lines = Object.entries(bank.headers({ 'transfer-encoding': 'chunked', 'x-request-id': 'my-request' })).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const answer = await exchange([`POST ${ACTIVATION} HTTP/1.1`, 'host: x', ...lines, '', 'zz', ''].join('\r\n'))
  expect(answer).toMatchObject(refused(400, 'request.malformed'))
  expect(answer.headers['x-request-id']).toBe('my-request')
})

test('what follows a good call on its connection and is no request gets an answer of its own', async () => {
  const both = await exchange('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\nNONSENSE\r\n\r\n')
  expect(both.status).toBe(200)
  expect(both.body).toMatch(/HTTP\/1\.1 400 Bad Request[\s\S]*"request\.malformed"/)
})

test('a call that is still under way gets its own answer first, whatever follows it on the connection', async () => {
  const body = bank.seal({ entityId: 'e' })
  const lines = Object.entries(bank.headers({ 'content-length': String(body.length) })).map(([name, value]) => `${name}: ${value}`)
  gateway.service.answer = (seen, response) => void setTimeout(() => answerSuccess(seen, response), 200)
  const both = await exchange([`POST ${ACTIVATION} HTTP/1.1`, 'host: x', ...lines, '', `${body}NONSENSE`, '', ''].join('\r\n'))
  gateway.service.answer = answerSuccess
  expect([both.status, both.headers['content-type']]).toEqual([200, 'application/jose'])
  expect(both.body).toMatch(/HTTP\/1\.1 400 Bad Request[\s\S]*"request\.malformed"/)
})

test('an id that could be a card number is replaced', async () => {
  const given = await bank.send(ACTIVATION, bank.seal({ entityId: 'e' }), { 'x-request-id': 'call-6080401234567890' })
  expect(given.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  expect(gateway.service.calls.at(-1)?.headers['x-request-id']).toBe(given.headers.get('x-request-id'))
  const kept = await bank.send(ACTIVATION, bank.seal({ entityId: 'e' }), { 'x-request-id': 'call-60804012345' })
  expect(kept.headers.get('x-request-id')).toBe('call-60804012345')
})
