// HTTP servers that close without cutting off calls that are in flight.
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const CLOSE_WITHIN_MS = 10_000
/** From the end of the wait on; what is not closed by then is left to the end of the process. */
const END_WITHIN_MS = 20_000
const IDLE_CHECK_MS = 50
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
// Longer than the callers' pools keep a connection, so that a caller never writes into one that is
// just being closed.
const KEEP_ALIVE_MS = 65_000
/**
 * How long our own clients keep an idle connection: shorter than a server that ends goes on
 * answering (`DRAIN_SECONDS`).
 */
export const IDLE_CONNECTION_MS = 4_000

export interface HttpOptions {
  handler: RequestListener
  host: string
  port: number
  /**
   * Another process of this user may listen on the same port, so that one takes over from the other
   * without a gap. Linux only.
   */
  sharesPort?: boolean
  /** How long a request may take to arrive; 30 s when absent. */
  requestTimeoutMs?: number
  /** False where the handler itself refuses requests without one. */
  requireHostHeader?: boolean
}

export interface RunningHttp {
  readonly port: number
  readonly server: Server
  /**
   * From now on every answer asks its caller to take another connection, which a balancer leads
   * elsewhere.
   */
  drain(): void
  /** To be called with answers to events other than `request`. */
  prepare(response: ServerResponse): void
  /** Stops accepting, lets calls in flight finish (at most 10 s), closes idle connections. */
  close(): Promise<void>
}

/** Listens on `host:port`; port 0 takes a free one. */
export async function startHttp({
  handler,
  host,
  port,
  sharesPort = false,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
  requireHostHeader = true,
}: HttpOptions): Promise<RunningHttp> {
  let isDraining = false
  const prepare = (response: ServerResponse): void => {
    if (isDraining) response.shouldKeepAlive = false
  }
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: requestTimeoutMs, requireHostHeader },
    (request, response) => {
      prepare(response)
      handler(request, response)
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, reusePort: sharesPort }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    server,
    drain() {
      isDraining = true
    },
    prepare,
    close: async () => {
      isDraining = true
      // Connections that wait to be accepted would be reset: one more turn of the loop takes them
      // in.
      await new Promise((resolve) => setImmediate(resolve))
      await new Promise<void>((resolve) => {
        const late = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS)
        // A kept-alive connection becomes idle when its last call ends, which is after the close
        // began.
        const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
        server.close(() => {
          clearTimeout(late)
          clearInterval(idle)
          resolve()
        })
        server.closeIdleConnections()
      })
    },
  }
}

/**
 * Goes on answering for a while, so that balancers see the process is not ready and callers move to
 * other connections; then closes.
 */
export async function drainAndClose(servers: readonly RunningHttp[], drainMs: number): Promise<void> {
  for (const server of servers) server.drain()
  await sleep(drainMs)
  await Promise.all(servers.map((server) => server.close()))
}

/**
 * Runs the steps of an orderly end once, on SIGTERM or SIGINT, then exits. The process ends in any
 * case, with 1, when they take too long.
 * @param drainMs how long the steps wait on purpose
 */
export function onShutdown(end: () => Promise<void>, drainMs = 0, endWithinMs = END_WITHIN_MS): void {
  let ending = false
  const shutdown = async (): Promise<void> => {
    if (ending) return
    ending = true
    setTimeout(() => {
      process.stderr.write(`shutdown took longer than ${(drainMs + endWithinMs) / 1000} s and was cut short\n`)
      process.exit(1)
    }, drainMs + endWithinMs).unref()
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
