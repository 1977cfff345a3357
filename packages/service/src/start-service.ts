// Starting a service: store, tenants, commands, followers, relay, sweeps, jobs, two listeners; and
// its orderly end.
import { setTimeout as sleep } from 'node:timers/promises'
import { auditTopic, type Context, tenantsTopic, topicOf, UPLOAD_MS_MAX } from '@dcms/contract'
import { Broker, deadLetterTopic, Relay, type SetAsideEvent, SetAsideStore } from '@dcms/events'
import type { Express } from 'express'
import type { Connection } from 'mongoose'
import { AuditLog } from './audit/audit-log.ts'
import { auditRegister } from './audit/audit-register.ts'
import { admitOperators } from './callers/admit-operators.ts'
import { type CallerTokens, callerTokens, contextVerifier } from './callers/context-token.ts'
import { ServiceUnavailable } from './commands/decision.ts'
import { Scope } from './commands/scope.ts'
import { startFollowers } from './jobs/followings.ts'
import { addJobRoutes } from './jobs/job-routes.ts'
import { Jobs } from './jobs/jobs.ts'
import { startReactions, topicsOfReactions } from './jobs/reactions.ts'
import { SweepBoard } from './jobs/sweep-board.ts'
import { pause, Sweeper } from './jobs/sweeps.ts'
import { healthRoutes } from './listeners/health.ts'
import { drainAndClose, onShutdown, type RunningHttp, startHttp } from './listeners/http.ts'
import { addCommands, addFallbacks } from './listeners/routes.ts'
import { addTenantVersion } from './listeners/tenant-version.ts'
import type { Foundations, ServiceParts } from './service-parts.ts'
import { createLogger } from './settings/logger.ts'
import type { ServiceConfig } from './settings/service-config.ts'
import { SettingsError } from './settings/settings.ts'
import { definitionReader } from './store/definition-signature.ts'
import { OutboxSources } from './store/outbox-sources.ts'
import { requestsOf } from './store/requests.ts'
import { anyModel, connectStore, databaseName } from './store/store.ts'
import type { Tenant } from './store/tenant.ts'
import { Tenants } from './store/tenants.ts'
import { express } from './when-needed.ts'

/** A run of a job that is stopped half way has this long to leave its place to another process. */
const JOBS_END_MS = 5_000
const LOAD_PAUSE_MS = 1_000
const NOT_READ_YET = 'the store was not read yet'

/**
 * Starts a service and keeps it running until SIGTERM or SIGINT. Resolves when it follows events
 * and its jobs run.
 * @param make makes the service's own parts, once
 * @throws SettingsError for settings it cannot run with
 */
export async function startService(
  context: Context,
  config: ServiceConfig,
  make: (foundations: Foundations) => ServiceParts,
): Promise<void> {
  const stopping = new AbortController()
  const service = assemble(context, config, make, stopping.signal)
  const reasons = new Set([NOT_READ_YET])
  const http = listenersOf(service, reasons)
  // Ports that are shared get calls as soon as somebody listens; others show by their health what
  // is still missing.
  if (!config.sharesPorts) await http.listen()

  let jobsEnd: Promise<void> | undefined
  onShutdown(async () => {
    reasons.add('the process is ending')
    stopping.abort()
    await drainAndClose(http.servers, config.drainMs)
    await Promise.race([jobsEnd, sleep(JOBS_END_MS, undefined, { ref: false })])
    await close(service)
  }, config.drainMs)

  await load(service)
  reasons.delete(NOT_READ_YET)
  if (config.sharesPorts && !stopping.signal.aborted) await http.listen()
  await startBackground(service)
  startListeningToEvents(service)
  if (!stopping.signal.aborted) jobsEnd = service.jobs.start(stopping.signal)
}

type Service = ReturnType<typeof assemble>

/** Everything with a state, not yet started. */
function assemble(context: Context, config: ServiceConfig, make: (foundations: Foundations) => ServiceParts, signal: AbortSignal) {
  const logger = createLogger(context, config.logLevel)
  const { installation, callersFile, callerKeyFile, operatorsFile } = config
  const connection = connectStore(config.mongoUrl, logger)
  const ownDatabase = connection.useDb(databaseName(installation, context), { useCache: true })
  const broker = new Broker({ ...config.kafka, clientId: context, installation, logger })
  const register = auditRegister(connection, databaseName(installation, context))
  const tokens: CallerTokens = {
    ...callerTokens({ caller: context, keyFile: callerKeyFile }),
    definitionVersionOf: (id) => banks.tenants.get(id)?.version,
  }
  const foundations = { connection, tokens, logger }
  const parts = make(foundations)
  const banks: Banks = banksOf({ context, config, parts, ...foundations, ownDatabase, broker, signal })
  return {
    ...foundations,
    ...banks,
    context,
    config,
    parts,
    broker,
    register,
    audit: new AuditLog({ broker, register, keyFile: callerKeyFile, logger }),
    verify: contextVerifier({ audience: context, callersFile, operatorsFile }),
    setAside: new SetAsideStore(ownDatabase.collection<SetAsideEvent>('set_aside') as never),
    signal,
  }
}

interface BanksOptions extends Foundations {
  context: Context
  config: ServiceConfig
  parts: ServiceParts
  ownDatabase: Connection
  broker: Broker
  signal: AbortSignal
}
type Banks = ReturnType<typeof banksOf>

/** The banks, and what is done for each of them: its outboxes sent, its sweeps and jobs run. */
function banksOf({ context, config, parts, connection, ownDatabase, broker, signal, logger }: BanksOptions) {
  const { aggregates, collections = [], followings = [], sweeps = [], jobs: ofService = [] } = parts
  // Outboxes of banks known from earlier are opened in one go at the start, those of later ones as
  // they come.
  const opening = { oneByOne: false }
  const tenants: Tenants = new Tenants({
    context,
    installation: config.installation,
    connection,
    definitions: definitionReader({ callersFile: config.callersFile, logger }),
    models: [...new Set([...aggregates, ...collections, ...followings.map((each) => each.projection), anyModel(requestsOf)])],
    ...(parts.prepare && { prepare: parts.prepare }),
    onServed(tenant) {
      if (opening.oneByOne) void relay.openBanks([tenant.id])
      void sweeper.begin(tenant)
    },
    signal,
    logger,
  })
  const sources = new OutboxSources(context, aggregates, () => tenants)
  const relay = new Relay(broker, sources.list, () => tenants.ids())
  const clock = (): Date => new Date()
  const touched = (tenant: string): void => {
    sweeper.touched(tenant)
    jobs.touched(tenant)
  }
  const shared = { relay, sources, clock, touched }
  /** For what the service does of itself. */
  const ownScope = (tenant: Tenant, commandId: string, requestId: string): Scope =>
    new Scope({ ...shared, now: clock(), tenant, commandId, requestId, user: context, roles: [] })
  const board = new SweepBoard(ownDatabase)
  const sweeper: Sweeper = new Sweeper({
    sweeps,
    board,
    tenantOf: (id) => tenants.get(id),
    scopeOf: (tenant, commandId) => ownScope(tenant, commandId, `sweep-${commandId}`),
    onActive: (tenant) => relay.noteRecent(tenant),
    signal,
    logger,
  })
  const jobs: Jobs = new Jobs({
    database: ownDatabase,
    jobs: ofService,
    tenants: () => tenants.all(),
    scopeOf: (tenant, commandId) => ownScope(tenant, commandId, `job-${commandId}`),
    logger,
  })
  return { tenants, opening, relay, shared, ownScope, board, sweeper, jobs }
}

/** The two Express apps, and how they begin to listen. */
function listenersOf(service: Service, reasons: ReadonlySet<string>) {
  const { host, port, internalHost, internalPort, sharesPorts: sharesPort } = service.config
  const publicApp = publicAppOf(service, reasons)
  const internalApp = internalAppOf(service)
  const servers: RunningHttp[] = []
  return {
    servers,
    async listen(): Promise<void> {
      // A file is read as fast as its lines are checked.
      servers.push(await startHttp({ handler: publicApp, host, port, sharesPort, requestTimeoutMs: UPLOAD_MS_MAX }))
      servers.push(await startHttp({ handler: internalApp, host: internalHost, port: internalPort, sharesPort }))
      const [publicPort, privatePort] = servers.map((server) => server.port)
      service.logger.info({ port: publicPort, internalPort: privatePort }, 'listening')
    },
  }
}

function publicAppOf(
  { context, connection, broker, parts, tenants, verify, shared, logger }: Service,
  reasons: ReadonlySet<string>,
): Express {
  const app = baseApp()
  const readiness = (): string[] =>
    connection.readyState === 1 ? [...reasons, ...broker.topicFaults] : ['the document store does not answer']
  app.use(healthRoutes(context, readiness))
  const commands = parts.commands.filter(({ endpoint }) => !('callers' in endpoint))
  addCommands(app, { commands, tenants, verify, shared, listener: 'public', logger })
  parts.gauges?.(tenants)
  addFallbacks(app, logger)
  return app
}

/**
 * What other contexts and operators ask; every operator's call is recorded before it is let
 * through.
 */
function internalAppOf({ parts, tenants, jobs, config, verify, audit, register, shared, logger }: Service): Express {
  const app = baseApp()
  admitOperators(app, { verify, audit, register })
  const commands = parts.commands.filter(({ endpoint }) => 'callers' in endpoint)
  addCommands(app, { commands, tenants, verify, shared, listener: 'internal', logger })
  addTenantVersion(app, verify, tenants)
  addJobRoutes(app, { jobs, tenants, verify, environment: config.environment, logger })
  parts.adminRoutes?.(app, verify, tenants, logger, shared.touched)
  addFallbacks(app, logger)
  return app
}

function baseApp(): Express {
  const app = express()()
  app.disable('x-powered-by')
  app.disable('etag')
  return app
}

/** Reads what calls need into memory, again and again until the store gives it. */
async function load({ connection, parts, board, tenants, signal, logger }: Service): Promise<void> {
  while (!signal.aborted) {
    try {
      if (connection.readyState !== 1) throw new ServiceUnavailable('not connected to the document store')
      await parts.check?.()
      await board.prepare()
      return await tenants.load()
    } catch (error) {
      if (error instanceof SettingsError) throw error
      logger.warn({ err: error }, 'the service cannot read its store yet; trying again')
      await pause(LOAD_PAUSE_MS, signal)
    }
  }
}

/** What goes on beside the calls. Resolves when the banks' definitions are followed. */
async function startBackground({ context, parts, broker, relay, sweeper, audit, tenants, opening }: Service): Promise<void> {
  const { followings = [], reactions = [] } = parts
  relay.start()
  void sweeper.start()
  await broker.ensureTopics([
    { topic: tenantsTopic, partitions: 1, compacted: true },
    { topic: topicOf(context) },
    { topic: auditTopic },
    ...followings.flatMap(({ of }) => [{ topic: topicOf(of) }, { topic: deadLetterTopic(topicOf(of), context) }]),
    ...topicsOfReactions(reactions),
  ])
  audit.start()
  await relay.openBanks(tenants.ids())
  opening.oneByOne = true
  await tenants.follow(broker)
}

/** Only now, when the definitions that the events refer to were read. */
function startListeningToEvents({ context, parts, broker, tenants, setAside, ownScope }: Service): void {
  startFollowers({ broker, tenants, setAside }, context, parts.followings ?? [])
  startReactions({ broker, tenants, setAside }, parts.reactions ?? [], (tenant, commandId, event) =>
    ownScope(tenant, commandId, event.requestId ?? event.id),
  )
}

/** In the order in which one part still needs another. */
async function close({ relay, audit, broker, parts, connection }: Service): Promise<void> {
  await relay.stop()
  await audit.stop()
  await broker.stop()
  await Promise.all((parts.clients ?? []).map((client) => client.close()))
  await connection.close()
}
