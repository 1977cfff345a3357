// A gateway on one thread: its parts, its listeners, its orderly end.
import { publicEndpointList } from '@dcms/contract'
import { contextVerifier, drainAndClose, type RunningHttp, startHttp } from '@dcms/service'
import type { Logger } from 'pino'
import type { GatewayConfig } from './config.ts'
import { auditOf } from './exchange/audit.ts'
import type { Exchange } from './exchange/exchange.ts'
import { observe } from './exchange/metrics.ts'
import { internalApp } from './listeners/internal-app.ts'
import { listenPublic } from './listeners/listen-public.ts'
import { publicApp } from './listeners/public-app.ts'
import type { Desk } from './log-in/log-in-desk.ts'
import { closeParts, load, type Parts, partsOf, startBackground } from './parts.ts'
import { Pipeline } from './pipeline/pipeline.ts'
import { routesOf } from './pipeline/route.ts'
import type { Place } from './place.ts'

export interface RunningGateway {
  readonly port: number
  readonly internalPort: number
  /** Resolves when keys, tenants and users are in memory and calls are served. */
  readonly ready: Promise<void>
  /**
   * Stops accepting, lets calls in flight finish, sends what is left of the audit, closes
   * everything.
   */
  close(): Promise<void>
}

/** A gateway as the other threads of its process see it; a port that it does not have is 0. */
export interface PlacedGateway extends RunningGateway {
  readonly desk: Desk
  /** Why this thread cannot do its work now. */
  ownReadiness(): string[]
}

/**
 * Starts a gateway on this thread. It listens at once and serves when it has read its database.
 * Unless it stands alone, it has only the listener of its place.
 */
export async function startGateway(config: GatewayConfig, logger: Logger, place: Place = { kind: 'alone' }): Promise<PlacedGateway> {
  const parts = partsOf(config, logger, place)
  let loaded = false
  const isLoaded = (): boolean => loaded
  const stopping = new AbortController()
  const ownReadiness = (): string[] => [
    ...(loaded ? parts.broker.topicFaults : ['the database was not read yet']),
    ...(stopping.signal.aborted ? ['the process is ending'] : []),
  ]
  if (place.kind === 'worker') place.built({ ...parts, ownReadiness })
  const timers: NodeJS.Timeout[] = []
  const ready = load(parts, stopping.signal, logger).then(() => {
    if (stopping.signal.aborted) return
    loaded = true
    timers.push(...startBackground(parts, logger, place))
  })
  // A port that is shared gets calls as soon as somebody listens; others show by their health what
  // is still missing.
  if (config.sharesPorts || (place.kind === 'worker' && !place.listensAtOnce)) await ready
  const servers: RunningHttp[] = []
  const listening = async (server: Promise<RunningHttp>): Promise<number> => {
    servers.push(await server)
    return (await server).port
  }
  const port = place.kind === 'lead' ? 0 : await listening(publicListener({ parts, isLoaded, ownReadiness, place, config, logger }))
  const internalPort = place.kind === 'worker' ? 0 : await listening(internalListener({ parts, isLoaded, place, config, logger }))
  return {
    port,
    internalPort,
    ready,
    desk: parts.desk,
    ownReadiness,
    async close() {
      stopping.abort()
      await Promise.all([drainAndClose(servers, config.drainMs), place.kind === 'lead' && place.endWorkers()])
      for (const timer of timers) clearInterval(timer)
      await closeParts(parts)
    },
  }
}

interface ListenerParts {
  readonly parts: Parts
  readonly isLoaded: () => boolean
  readonly place: Place
  readonly config: GatewayConfig
  readonly logger: Logger
}

/** The pipeline and the Express app of the public listener. */
function publicListener(options: ListenerParts & { readonly ownReadiness: () => string[] }): Promise<RunningHttp> {
  const { parts, isLoaded, place, config, logger } = options
  const { keys, tenants, addresses, audit, tickets, tokens, opener, forwarder, uploads, desk } = parts
  const whenAnswered = (exchange: Exchange, status: number): void => {
    observe(exchange, status)
    audit.note(auditOf(exchange, status, addresses))
  }
  const isWorker = place.kind === 'worker'
  const app = publicApp({
    keys,
    readiness: isWorker ? () => place.readiness() : options.ownReadiness,
    metrics: isWorker ? () => place.metrics() : undefined,
    isLoaded,
    authentication: { tenants, keys, opener, addresses, desk },
    sessions: { tenants, tokens, opener, tickets },
    whenAnswered,
    logger,
  })
  const routes = routesOf(publicEndpointList)
  const pipeline = new Pipeline({ routes, tenants, tokens, opener, forwarder, uploads, whenAnswered, isLoaded, logger })
  return listenPublic(pipeline, app, whenAnswered, { ...config, sharesPorts: config.sharesPorts || isWorker })
}

/** The Express app of the internal listener. */
function internalListener({ parts, isLoaded, place, config, logger }: ListenerParts): Promise<RunningHttp> {
  const { collections, tenants, sign, relay, source, users, audit, register } = parts
  const take: typeof users.take = (change) => {
    users.take(change)
    if (place.kind === 'lead') place.userTaken(change)
  }
  const handler = internalApp({
    verify: contextVerifier({ audience: 'gateway', callersFile: config.callersFile, operatorsFile: config.operatorsFile }),
    audit,
    register,
    applying: {
      collection: collections.tenants,
      binLocks: collections.binLocks,
      tenants,
      sign,
      relay,
      source,
      environment: config.environment,
    },
    adding: { collection: collections.users, counters: collections.counters, users: { take }, tenants },
    allKnow: place.kind === 'lead' ? () => place.allKnow() : undefined,
    isLoaded,
    logger,
  })
  const { internalHost: host, internalPort: port, sharesPorts: sharesPort } = config
  return startHttp({ handler, host, port, sharesPort })
}
