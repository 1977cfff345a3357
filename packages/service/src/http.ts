// HTTP servers that close without cutting off calls that are in flight.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const CLOSE_WITHIN_MS = 10_000
const IDLE_CHECK_MS = 50
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
// Longer than the callers' pools keep a connection, so that a caller never writes into one that is just being closed.
const KEEP_ALIVE_MS = 65_000

export interface RunningHttp {
  readonly port: number
  readonly server: Server
  /** Stops accepting, lets calls in flight finish (at most 10 s), closes idle connections. */
  close(): Promise<void>
}

/** Listens on `host:port`; port 0 takes a free one. */
export async function startHttp({ handler, host, port }: { handler: RequestListener; host: string; port: number }): Promise<RunningHttp> {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    handler,
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    server,
    close: () =>
      new Promise((resolve) => {
        const late = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS)
        // A kept-alive connection becomes idle when its last call ends, which is after the close began.
        const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
        server.close(() => {
          clearTimeout(late)
          clearInterval(idle)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

/** Runs the steps of an orderly end once, on SIGTERM or SIGINT, then exits. */
export function onShutdown(end: () => Promise<void>): void {
  let ending = false
  const shutdown = async (): Promise<void> => {
    if (ending) return
    ending = true
    try {
      await end()
      process.exit(0)
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.stack : 'shutdown failed'}\n`)
      process.exit(1)
    }
  }
  process.on('SIGTERM', shutdown)
  process.on('SIGINT', shutdown)
}
