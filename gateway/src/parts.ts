// The parts of a gateway with a state of their own: how they are made, loaded and closed.
import { setTimeout as sleep } from 'node:timers/promises'
import { bankServices, publicEndpointList, readableBins, recordOf, sharedBins, UPLOAD_MS_MAX } from '@dcms/contract'
import { Broker, Relay } from '@dcms/events'
import {
  AuditLog,
  auditRegister,
  callerTokens,
  connectStore,
  databaseName,
  definitionReader,
  definitionSigner,
  SettingsError,
  TenantShares,
} from '@dcms/service'
import type { Logger } from 'pino'
import type { GatewayConfig } from './config.ts'
import { collectionsOf, createIndexes } from './database.ts'
import { CallerAddresses } from './exchange/caller-address.ts'
import { watchCircuits } from './exchange/metrics.ts'
import { GatewayKeys } from './keys/gateway-keys.ts'
import { SessionTickets } from './keys/session-tickets.ts'
import { KnownSources } from './log-in/known-sources.ts'
import { LogInDesk } from './log-in/log-in-desk.ts'
import { LoginThrottle } from './log-in/login-throttle.ts'
import { TokenCheck } from './pipeline/check-token.ts'
import { Forwarder } from './pipeline/forward.ts'
import { PayloadOpener } from './pipeline/open-payload.ts'
import { ReplayGuard } from './pipeline/replay-guard.ts'
import { Upstream } from './pipeline/upstream.ts'
import type { Place } from './place.ts'
import { tenantsSource } from './tenants/apply-tenant.ts'
import { Tenants, type TenantsOptions } from './tenants/tenants.ts'
import { TenantsTopic } from './tenants/tenants-topic.ts'
import { PasswordCheck } from './users/passwords.ts'
import { Users } from './users/users.ts'

const KEYS_REFRESH_EVERY_MS = 60 * 60 * 1000
/**
 * Files on their way through this process, for all banks: each is up to 32 MB of memory. One bank
 * alone gets half of them. Workers share them out; each has room for one.
 */
const UPLOADS_MAX = 6
/** That wait, unread, for a place. */
const UPLOADS_WAITING_MAX = 32
const REPLAY_EXPIRE_EVERY_MS = 30_000
const LOAD_PAUSE_MS = 1_000

const ownersOfUploads = bankServices.filter((name) => publicEndpointList.some(({ owner, upload }) => upload && owner === name))

export type Parts = ReturnType<typeof partsOf>

/** Everything with a state, not yet started. */
export function partsOf(config: GatewayConfig, logger: Logger, place: Place) {
  const connection = connectStore(config.mongoUrl, logger)
  const collections = collectionsOf(connection.useDb(databaseName(config.installation, 'gateway'), { useCache: true }))
  const broker = new Broker({ ...config.kafka, clientId: 'gateway', installation: config.installation, logger })
  const source = tenantsSource(collections.tenants)
  const relay = new Relay(broker, [source], () => ['gateway']) // one collection for all tenants: the relay has one place to look
  const keys = new GatewayKeys(collections.keys, config.masterKey, logger)
  const users = new Users(collections.users, logger)
  const tenants = new Tenants(config.environment, logger, tenantsOptionsOf(place))
  const sign = definitionSigner(config.callerKeyFile)
  const definitions = definitionReader({ callersFile: config.callersFile, logger })
  const tenantsTopic = new TenantsTopic({ broker, tenants, collection: collections.tenants, definitions, sign, logger })
  const workers = place.kind === 'worker' ? place.workers : 1
  const upstreams = recordOf(bankServices, (name) => new Upstream(name, config.serviceUrls[name], logger, { workers }))
  const uploadUpstreams = recordOf(
    ownersOfUploads,
    (name) => new Upstream(`${name} uploads`, config.serviceUrls[name], logger, { callMsMax: UPLOAD_MS_MAX, workers }),
  )
  const uploads = new TenantShares({
    name: 'uploads',
    places: Math.ceil(UPLOADS_MAX / workers),
    waitingPlaces: Math.ceil(UPLOADS_WAITING_MAX / workers),
  })
  const addresses = new CallerAddresses(config.trustedProxies)
  const register = auditRegister(connection, databaseName(config.installation, 'gateway'))
  const audit = new AuditLog({ broker, register, keyFile: config.callerKeyFile, logger })
  const replays = place.kind === 'worker' ? place.replays : new ReplayGuard()
  const tickets = new SessionTickets(keys)
  const tokens = new TokenCheck(keys, users)
  const opener = new PayloadOpener(keys, tickets, replays, place.kind === 'worker' ? place.rememberedSinceMs : Date.now())
  const forwarder = new Forwarder(upstreams, uploadUpstreams, callerTokens({ caller: 'gateway', keyFile: config.callerKeyFile }))
  const throttle = () => new LoginThrottle(new KnownSources(collections.loginSources, logger))
  const desk =
    place.kind === 'worker'
      ? place.desk
      : new LogInDesk({ tenants, users: collections.users, passwords: new PasswordCheck(), throttle: throttle() })
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
    audit,
    register,
    replays,
    tickets,
    tokens,
    opener,
    forwarder,
    desk,
  }
}

function tenantsOptionsOf(place: Place): TenantsOptions {
  switch (place.kind) {
    case 'alone':
      return {}
    case 'lead':
      return { whenRegistered: (taken) => place.tenantRegistered(taken) }
    case 'worker':
      return { bucketFor: place.bucketFor }
  }
}

/** Reads what calls need into memory, again until the database answers; safe to repeat. */
export async function load(parts: Parts, signal: AbortSignal, logger: Logger): Promise<void> {
  while (!signal.aborted) {
    try {
      return await loadOnce(parts, logger)
    } catch (error) {
      if (error instanceof SettingsError) throw error
      logger.warn({ err: error }, 'the gateway cannot read its database yet; trying again')
      await sleep(LOAD_PAUSE_MS)
    }
  }
}

async function loadOnce({ connection, collections, keys, tenants, users }: Parts, logger: Logger): Promise<void> {
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

/**
 * What goes on beside the calls; the timers are to be cleared at the end. A worker leaves the
 * definitions to the lead.
 */
export function startBackground(parts: Parts, logger: Logger, { kind }: Place): NodeJS.Timeout[] {
  const { relay, audit, replays, keys, tenantsTopic } = parts
  audit.start()
  if (kind !== 'worker') {
    relay.start()
    tenantsTopic
      .follow()
      .catch((error: unknown) => logger.error({ err: error }, 'the topic of tenants could not be compared with the stored definitions'))
  }
  const refreshKeys = (): void => {
    keys.refresh(Date.now()).catch((error: unknown) => logger.warn({ err: error }, 'keys could not be refreshed; trying again later'))
  }
  return [setInterval(() => replays.expire(Date.now() / 1000), REPLAY_EXPIRE_EVERY_MS), setInterval(refreshKeys, KEYS_REFRESH_EVERY_MS)]
}

/** Sends what is left of the audit, and closes the connections. */
export async function closeParts({
  users,
  tenantsTopic,
  relay,
  audit,
  broker,
  upstreams,
  uploadUpstreams,
  connection,
}: Parts): Promise<void> {
  users.stop()
  tenantsTopic.stop()
  await relay.stop()
  await audit.stop()
  await broker.stop()
  await Promise.all([...Object.values(upstreams), ...Object.values(uploadUpstreams)].map((upstream) => upstream.close()))
  await connection.close()
}
