// Answers to what never becomes a request (a bad request line, heads too large or too slow) or
// stops in its middle: Node would answer without a body.
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { statusOf } from '@dcms/contract'
import { Counter } from 'prom-client'
import { answerRefusal, refusalBody } from '../exchange/answer.ts'
import { Exchange, exchangeOn, Refusal, type WhenAnswered } from '../exchange/exchange.ts'
import { JSON_TYPE } from '../exchange/media-types.ts'
import { newRequestId } from '../exchange/trace.ts'

/** So long the caller may take to read the answer before the connection is cut. */
const LINGER_MS = 2_000

const malformed = new Refusal('request.malformed')
const tooSlow = new Refusal('request.timeout')
const headTooLarge = new Refusal('request.headers.too.large')
const bodyTooLarge = new Refusal('request.too.large')
const expectationFailed = new Refusal('request.expectation.failed')
const methodNotAllowed = new Refusal('method.not.allowed', ['allow', 'GET, HEAD, POST, PUT'])

const early = new Counter({
  name: 'dcms_gateway_early_refusals_total',
  help: 'Connections refused before there was a whole request, by error code',
  labelNames: ['code'],
})

/** Answers in the envelope, with a request id, and closes the connection. */
export function answerEarly(server: Server, whenAnswered: WhenAnswered): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket, refusalOf(error.code)))
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => refuse(socket, methodNotAllowed))
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    answerRefusal(new Exchange(request, response, whenAnswered), expectationFailed),
  )
}

function refusalOf(code: string | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return headTooLarge
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return bodyTooLarge
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return tooSlow
    default:
      return malformed
  }
}

const refused = new WeakSet<Duplex>()

function refuse(socket: Duplex, refusal: Refusal): void {
  if (refused.has(socket)) return // what still comes on it fails to be read once more
  refused.add(socket)
  const exchange = exchangeOn(socket)
  const isUnderWay = exchange !== undefined && !exchange.response.writableFinished
  if (isUnderWay && exchange.request.complete) {
    // What cannot be read is behind a whole request: that one's answer comes first, and is its own.
    exchange.response.once('finish', () => answerNow(socket, refusal, undefined))
    return
  }
  answerNow(socket, refusal, isUnderWay ? exchange : undefined)
}

/** @param exchange the request that breaks off here, if any */
function answerNow(socket: Duplex, refusal: Refusal, exchange: Exchange | undefined): void {
  if (!socket.writable || exchange?.response.headersSent) {
    socket.destroy() // a second answer in the middle of the first would be read as a part of it
    return
  }
  early.inc({ code: refusal.code })
  const status = statusOf(refusal.code)
  const requestId = exchange?.requestId ?? newRequestId()
  if (exchange !== undefined) {
    exchange.errorCode = refusal.code
    exchange.markAnswered(status)
  }
  socket.end(answerOf(refusal, status, requestId))
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

function answerOf(refusal: Refusal, status: number, requestId: string): string {
  const body = refusalBody(refusal).toString('latin1')
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Date: ${new Date().toUTCString()}`,
    `content-type: ${JSON_TYPE}`,
    `content-length: ${body.length}`,
    `x-request-id: ${requestId}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
  ]
  for (let position = 0; position < refusal.headers.length; position += 2)
    lines.push(`${refusal.headers[position]}: ${refusal.headers[position + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
