// Takes the body of a request, up to the limit.
import { type Exchange, Refusal } from './exchange.ts'

/** As other gateways log it: the caller closed the connection before there was an answer. */
export const CLIENT_CLOSED_STATUS = 499

const tooLarge = new Refusal('request.too.large')
const noBody = Buffer.alloc(0)

/** Calls back once, with the body or a refusal; not at all when the caller goes away. */
export function readBody(exchange: Exchange, done: (body: Buffer | Refusal) => void): void {
  const { request, response, bodyMaxBytes } = exchange
  if (Number(request.headers['content-length'] ?? 0) > bodyMaxBytes) {
    done(tooLarge)
    return
  }
  if (exchange.expectsContinue) response.writeContinue()
  let first: Buffer | undefined // nearly every body is one chunk
  let rest: Buffer[] | undefined
  let length = 0
  const onData = (chunk: Buffer): void => {
    length += chunk.length
    if (length > bodyMaxBytes) {
      request.off('data', onData).off('end', onEnd)
      done(tooLarge)
    } else if (first === undefined) first = chunk
    else if (rest === undefined) rest = [first, chunk]
    else rest.push(chunk)
  }
  const onEnd = (): void => {
    exchange.bodyAtMs = Date.now()
    done(rest === undefined ? (first ?? noBody) : Buffer.concat(rest, length))
  }
  request.on('data', onData)
  request.on('end', onEnd)
  request.on('error', () => {
    exchange.errorCode = 'client.closed'
    exchange.markAnswered(CLIENT_CLOSED_STATUS)
  })
}

/** The same for the rare calls that wait for the database anyway. */
export const bodyOf = (exchange: Exchange): Promise<Buffer | Refusal> => new Promise((resolve) => readBody(exchange, resolve))
