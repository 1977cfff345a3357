// What a caller gets that is too slow for a whole request.
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Exchange } from '../exchange/exchange.ts'
import { readBody } from '../exchange/read-body.ts'
import { answerEarly } from './early-answers.ts'

const answered: string[] = []
let server: Server

beforeAll(async () => {
  server = createServer({ headersTimeout: 200, requestTimeout: 200, connectionsCheckingInterval: 50 }, (request, response) =>
    readBody(new Exchange(request, response, ({ errorCode }, status) => answered.push(`${status} ${errorCode}`)), () => undefined),
  )
  answerEarly(server, () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function receivedFor(text: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(text)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const timeout =
  /^HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*x-request-id: \S+\r\n[\s\S]*connection: close\r\n[\s\S]*"errorCode":"request\.timeout"/

test('a head that does not end in time is answered 408 in the envelope', async () => {
  expect(await receivedFor('POST /v1/viewCustomer HTTP/1.1\r\nhost: x\r\n')).toMatch(timeout)
})

test('a body that does not end in time is answered 408 under the id of its request, and counted as such', async () => {
  const received = await receivedFor('POST /v1/viewCustomer HTTP/1.1\r\nhost: x\r\nx-request-id: slow-1\r\ncontent-length: 10\r\n\r\nabc')
  expect(received).toMatch(timeout)
  expect(received).toContain('x-request-id: slow-1\r\n')
  expect(answered).toEqual(['408 request.timeout'])
})
