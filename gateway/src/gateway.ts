import { setTimeout as sleep } from 'node:timers/promises'
import { bankServices, publicEndpointList, readableBins, recordOf, sharedBins, UPLOAD_MS_MAX } from '@dcms/contract'
import { Broker, Relay } from '@dcms/events'
import {
  AuditLog,
  auditRegister,
  callerTokens,
  connectStore,
  contextVerifier,
  databaseName,
  definitionReader,
  definitionSigner,
  drainAndClose,
  SettingsError,
  startHttp,
  TenantShares,
} from '@dcms/service'
import type { Logger } from 'pino'
import type { GatewayConfig } from './config.ts'
import { collectionsOf, createIndexes } from './database.ts'
import { auditOf } from './exchange/audit.ts'
import { CallerAddresses } from './exchange/caller-address.ts'
import type { Exchange } from './exchange/exchange.ts'
import { observe, watchCircuits } from './exchange/metrics.ts'
import { GatewayKeys } from './keys/gateway-keys.ts'
import { SessionTickets } from './keys/session-tickets.ts'
import { internalApp } from './listeners/internal-app.ts'
import { listenPublic } from './listeners/listen-public.ts'
import { publicApp } from './listeners/public-app.ts'
import { KnownSources } from './log-in/known-sources.ts'
import { LoginThrottle } from './log-in/login-throttle.ts'
import { TokenCheck } from './pipeline/check-token.ts'
import { Forwarder } from './pipeline/forward.ts'
import { PayloadOpener } from './pipeline/open-payload.ts'
import { Pipeline } from './pipeline/pipeline.ts'
import { ReplayGuard } from './pipeline/replay-guard.ts'
import { routesOf } from './pipeline/route.ts'
import { Upstream } from './pipeline/upstream.ts'
import { tenantsSource } from './tenants/apply-tenant.ts'
import { Tenants } from './tenants/tenants.ts'
import { TenantsTopic } from './tenants/tenants-topic.ts'
import { PasswordCheck } from './users/passwords.ts'
import { Users } from './users/users.ts'

const KEYS_REFRESH_EVERY_MS = 60 * 60 * 1000
/**
 * Files on their way through this process, for all banks: each is up to 32 MB of memory. One bank
 * alone gets half of them.
 */
const UPLOADS_MAX = 6
/** That wait, unread, for a place. */
const UPLOADS_WAITING_MAX = 32
const REPLAY_EXPIRE_EVERY_MS = 30_000
const LOAD_PAUSE_MS = 1_000

const ownersOfUploads = bankServices.filter((name) => publicEndpointList.some(({ owner, upload }) => upload && owner === name))

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

/** Starts a gateway process. It listens at once and serves when it has read its database. */
export async function startGateway(config: GatewayConfig, logger: Logger): Promise<RunningGateway> {
  const parts = partsOf(config, logger)
  let loaded = false
  const stopping = new AbortController()
  const { pipeline, app, internal, whenAnswered } = listenersOf(parts, () => loaded, stopping.signal, config, logger)
  const timers: NodeJS.Timeout[] = []
  const ready = untilDone(() => load(parts, logger), stopping.signal, logger).then(() => {
    if (stopping.signal.aborted) return
    loaded = true
    timers.push(...startBackground(parts, logger))
  })
  // A port that is shared gets calls as soon as somebody listens; others show by their health what
  // is still missing.
  if (config.sharesPorts) await ready
  const publicHttp = await listenPublic(pipeline, app, whenAnswered, config)
  const { internalHost, internalPort, sharesPorts: sharesPort } = config
  const internalHttp = await startHttp({ handler: internal, host: internalHost, port: internalPort, sharesPort })
  return {
    port: publicHttp.port,
    internalPort: internalHttp.port,
    ready,
    async close() {
      stopping.abort()
      await drainAndClose([publicHttp, internalHttp], config.drainMs)
      for (const timer of timers) clearInterval(timer)
      parts.users.stop()
      parts.tenantsTopic.stop()
      await parts.relay.stop()
      await parts.audit.stop()
      await parts.broker.stop()
      const upstreams = [...Object.values(parts.upstreams), ...Object.values(parts.uploadUpstreams)]
      await Promise.all(upstreams.map((upstream) => upstream.close()))
      await parts.connection.close()
    },
  }
}

type Parts = ReturnType<typeof partsOf>

/** Everything with a state, not yet started. */
function partsOf(config: GatewayConfig, logger: Logger) {
  const connection = connectStore(config.mongoUrl, logger)
  const collections = collectionsOf(connection.useDb(databaseName(config.installation, 'gateway'), { useCache: true }))
  const broker = new Broker({ ...config.kafka, clientId: 'gateway', installation: config.installation, logger })
  const source = tenantsSource(collections.tenants)
  const relay = new Relay(broker, [source], () => ['gateway']) // one collection for all tenants: the relay has one place to look
  const keys = new GatewayKeys(collections.keys, config.masterKey, logger)
  const users = new Users(collections.users, logger)
  const tenants = new Tenants(config.environment, logger)
  const sign = definitionSigner(config.callerKeyFile)
  const definitions = definitionReader({ callersFile: config.callersFile, logger })
  const tenantsTopic = new TenantsTopic({ broker, tenants, collection: collections.tenants, definitions, sign, logger })
  const upstreams = recordOf(bankServices, (name) => new Upstream(name, config.serviceUrls[name], logger))
  const uploadUpstreams = recordOf(
    ownersOfUploads,
    (name) => new Upstream(`${name} uploads`, config.serviceUrls[name], logger, UPLOAD_MS_MAX),
  )
  const uploads = new TenantShares({ name: 'uploads', places: UPLOADS_MAX, waitingPlaces: UPLOADS_WAITING_MAX })
  const addresses = new CallerAddresses(config.trustedProxies)
  const register = auditRegister(connection, databaseName(config.installation, 'gateway'))
  const audit = new AuditLog({ broker, register, keyFile: config.callerKeyFile, logger })
  const throttle = new LoginThrottle(new KnownSources(collections.loginSources, logger))
  const replayGuard = new ReplayGuard()
  const tickets = new SessionTickets(keys)
  const tokens = new TokenCheck(keys, users)
  const opener = new PayloadOpener(keys, tickets, replayGuard, Date.now())
  const forwarder = new Forwarder(upstreams, uploadUpstreams, callerTokens({ caller: 'gateway', keyFile: config.callerKeyFile }))
  watchCircuits([...Object.values(upstreams), ...Object.values(uploadUpstreams)])
  return {
    connection,
    collections,
    broker,
    source,
    relay,
    keys,
    users,
    tenants,
    sign,
    tenantsTopic,
    upstreams,
    uploadUpstreams,
    uploads,
    addresses,
    throttle,
    audit,
    register,
    replayGuard,
    tickets,
    tokens,
    opener,
    forwarder,
  }
}

/** The pipeline and the two Express apps over the parts. */
function listenersOf(parts: Parts, isLoaded: () => boolean, stopping: AbortSignal, config: GatewayConfig, logger: Logger) {
  const {
    collections,
    broker,
    source,
    relay,
    keys,
    users,
    tenants,
    sign,
    addresses,
    throttle,
    audit,
    register,
    tickets,
    tokens,
    opener,
    forwarder,
    uploads,
  } = parts
  const whenAnswered = (exchange: Exchange, status: number): void => {
    observe(exchange, status)
    audit.note(auditOf(exchange, status, addresses))
  }
  const app = publicApp({
    keys,
    readiness: () => [
      ...(isLoaded() ? broker.topicFaults : ['the database was not read yet']),
      ...(stopping.aborted ? ['the process is ending'] : []),
    ],
    isLoaded,
    authentication: { tenants, users: collections.users, keys, opener, addresses, passwords: new PasswordCheck(), throttle },
    sessions: { tenants, tokens, opener, tickets },
    whenAnswered,
    logger,
  })
  const routes = routesOf(publicEndpointList)
  const pipeline = new Pipeline({ routes, tenants, tokens, opener, forwarder, uploads, whenAnswered, isLoaded, logger })
  const internal = internalApp({
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
    adding: { collection: collections.users, counters: collections.counters, users, tenants },
    isLoaded,
    logger,
  })
  return { app, pipeline, internal, whenAnswered }
}

/** Reads what calls need into memory; safe to repeat. */
async function load({ connection, collections, keys, tenants, users }: Parts, logger: Logger): Promise<void> {
  await connection.asPromise()
  await createIndexes(collections)
  await keys.refresh(Date.now())
  const known = await collections.tenants.find().toArray()
  for (const stored of known) tenants.registerOrPass(stored._id, stored, logger)
  // Applied by a release that did not look at other banks: they are served all the same, and gain
  // no more of each other's numbers.
  for (const shared of sharedBins(known.flatMap(({ definition }) => readableBins(definition))))
    logger.warn({ shared }, 'two banks share card numbers')
  await users.start()
}

/** What goes on beside the calls; the timers are to be cleared at the end. */
function startBackground({ relay, audit, replayGuard, keys, tenantsTopic }: Parts, logger: Logger): NodeJS.Timeout[] {
  relay.start()
  audit.start()
  tenantsTopic
    .follow()
    .catch((error: unknown) => logger.error({ err: error }, 'the topic of tenants could not be compared with the stored definitions'))
  const refreshKeys = (): void => {
    keys.refresh(Date.now()).catch((error: unknown) => logger.warn({ err: error }, 'keys could not be refreshed; trying again later'))
  }
  return [setInterval(() => replayGuard.expire(Date.now() / 1000), REPLAY_EXPIRE_EVERY_MS), setInterval(refreshKeys, KEYS_REFRESH_EVERY_MS)]
}

async function untilDone(attempt: () => Promise<void>, signal: AbortSignal, logger: Logger): Promise<void> {
  while (!signal.aborted) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof SettingsError) throw error
      logger.warn({ err: error }, 'the gateway cannot read its database yet; trying again')
      await sleep(LOAD_PAUSE_MS)
    }
  }
}
