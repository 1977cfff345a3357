// The least a proxy can do in Node: node:http in front, undici `request` behind. Passes clear
// bodies through, checks nothing.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool } from 'undici'
import { answerParent } from '../child.ts'
import { listening } from './listening.ts'

const CONNECTIONS_MAX = 64

answerParent((message: { upstream: string }) => {
  const pool = new Pool(message.upstream, { connections: CONNECTIONS_MAX, pipelining: 1 })
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      forward(pool, request, response, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : undefined),
      )
    })
  })
  return listening(server)
})

/**
 * Whole bodies instead of streams: for bodies this small it is the faster way, so the stronger
 * peer.
 */
async function forward(pool: Pool, { method, url, headers }: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  const { connection: _connection, host: _host, ...passed } = headers
  const answer = await pool.request({ method: method as 'POST', path: url ?? '/', headers: passed, body })
  const bytes = Buffer.from(await answer.body.arrayBuffer())
  const contentType = String(answer.headers['content-type'] ?? '')
  response.writeHead(answer.statusCode, { 'content-type': contentType, 'content-length': bytes.length }).end(bytes)
}
