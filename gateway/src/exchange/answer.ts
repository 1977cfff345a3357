// Writes answers, and lets a caller that is still sending read a refusal before the connection
// closes.
import { type ErrorCode, errorCatalogue, failure, statusOf } from '@dcms/contract'
import { inAcceptedForm } from './error-form.ts'
import type { Exchange, Refusal } from './exchange.ts'

const LINGER_MS = 2_000
const LINGER_BYTES_MAX = 32 * 1024 * 1024

const clearBodies = new Map<ErrorCode, Buffer>()
for (const code of Object.keys(errorCatalogue) as ErrorCode[]) clearBodies.set(code, Buffer.from(JSON.stringify(failure(code))))

/** The envelope of a refusal as JSON bytes. */
export function refusalBody(refusal: Refusal): Buffer {
  const prepared = refusal.fieldError ? undefined : clearBodies.get(refusal.code)
  return prepared ?? Buffer.from(JSON.stringify(failure(refusal.code, refusal.fieldError)))
}

/** Refuses in clear: what the steps up to the opening say. */
export function answerRefusal(exchange: Exchange, refusal: Refusal): void {
  exchange.errorCode = refusal.code
  const status = statusOf(refusal.code)
  const { type, body } = inAcceptedForm(exchange, status, refusalBody(refusal))
  writeAnswer(exchange, status, type, refusal.headers, body)
}

/**
 * Writes an answer and marks the exchange answered; does nothing when it was answered already.
 * @param body bytes, or a text of ASCII characters
 * @param headers further headers as name, value, name, value …
 */
export function writeAnswer(
  exchange: Exchange,
  status: number,
  contentType: string,
  headers: readonly string[],
  body: Buffer | string,
): void {
  if (!exchange.markAnswered(status)) return
  const { response } = exchange
  if (response.destroyed || response.headersSent) return
  const lines = [
    'content-type',
    contentType,
    'content-length',
    String(body.length),
    'x-request-id',
    exchange.requestId,
    'cache-control',
    'no-store',
    'x-content-type-options',
    'nosniff',
  ]
  for (const line of headers) lines.push(line)
  if (isStillSendingMuch(exchange)) {
    lines.push('connection', 'close')
    response.writeHead(status, lines)
    writeAndLinger(exchange, body)
    return
  }
  response.writeHead(status, lines)
  if (typeof body === 'string') response.end(body, 'latin1')
  else response.end(body)
}

/**
 * A body over the limit, announced or under way: Node would read it to its end to keep the
 * connection.
 */
function isStillSendingMuch({ request, bodyMaxBytes }: Exchange): boolean {
  if (request.complete) return false
  if (request.headers['transfer-encoding'] !== undefined) return true
  return Number(request.headers['content-length'] ?? 0) > bodyMaxBytes
}

/**
 * Closing at once would reset the connection and could take the answer away from a caller that is
 * still sending. So the answer goes out whole, what still comes is dropped unread for a moment, and
 * then the connection closes.
 */
function writeAndLinger({ request, response }: Exchange, body: Buffer | string): void {
  response.write(body, 'latin1')
  let dropped = 0
  const close = (): void => {
    clearTimeout(timer)
    if (!response.writableEnded) response.end()
  }
  const timer = setTimeout(close, LINGER_MS)
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length
    if (dropped > LINGER_BYTES_MAX) close()
  })
  request.once('end', close)
  request.once('close', close)
  request.on('error', close)
  request.resume()
}
