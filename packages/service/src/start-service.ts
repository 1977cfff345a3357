// Starting a service: store, tenants, commands, followers, relay, sweeps, jobs, two listeners; and its orderly end.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  auditTopic,
  bodyBytesMaxOf,
  type Context,
  tenantsTopic,
  tenantVersionPath,
  tenantVersionRequest,
  topicOf,
  validatorOf,
} from '@dcms/contract'
import { Broker, deadLetterTopic, Relay, type SetAsideEvent, SetAsideStore } from '@dcms/events'
import express, { type Express } from 'express'
import type { Connection } from 'mongoose'
import type { Logger } from 'pino'
import { admitOperators } from './admit-operators.ts'
import { AuditLog } from './audit-log.ts'
import { auditRegister } from './audit-register.ts'
import type { Command } from './command.ts'
import { type CallerTokens, callerTokens, contextVerifier } from './context-token.ts'
import { ServiceUnavailable } from './decision.ts'
import { definitionReader } from './definition-signature.ts'
import { type Following, startFollowers } from './followings.ts'
import { healthRoutes } from './health.ts'
import { drainAndClose, onShutdown, type RunningHttp, startHttp } from './http.ts'
import { requestsOf } from './idempotency.ts'
import type { Job } from './job.ts'
import { addJobRoutes } from './job-routes.ts'
import { Jobs } from './jobs.ts'
import { createLogger } from './logger.ts'
import { OutboxSources } from './outbox-sources.ts'
import { type Reaction, startReactions, topicsOfReactions } from './reactions.ts'
import { addCommands, addFallbacks } from './routes.ts'
import { Scope } from './scope.ts'
import { type ServiceConfig, SettingsError } from './settings.ts'
import { anyModel, connectStore, databaseName, type TenantModel } from './store.ts'
import { SweepBoard } from './sweep-board.ts'
import { pause, type Sweep, Sweeper } from './sweeps.ts'
import { type Tenant, Tenants } from './tenants.ts'

/** A run of a job that is stopped half way has this long to leave its place to another process. */
const JOBS_END_MS = 5_000

/** What a service makes of the pieces it gets at its start. */
export interface ServiceParts {
  commands: readonly Command[]
  aggregates: readonly TenantModel<never>[]
  followings?: readonly Following[]
  sweeps?: readonly Sweep[]
  /** Work by the clock, in one process at a time. */
  jobs?: readonly Job[]
  /** What is done outside the store when something happened. */
  reactions?: readonly Reaction[]
  /** Runs before the first tenant is served; a SettingsError ends the start. */
  check?: () => Promise<void>
  /** Runs once per tenant and start, before the tenant is served. */
  prepare?: (tenant: Tenant) => Promise<void>
  /** Further routes of the internal listener, for operators. */
  adminRoutes?: (
    app: Express,
    verify: ReturnType<typeof contextVerifier>,
    tenants: Tenants,
    logger: Logger,
    touched: (tenant: string) => void,
  ) => void
  /** Called once, for gauges that are counted by tenant. */
  gauges?: (tenants: Pick<Tenants, 'all'>) => void
  /** Closed at the end. */
  clients?: readonly { close(): Promise<void> }[]
}

export interface Foundations {
  connection: Connection
  tokens: CallerTokens
  logger: Logger
}

/** Starts a service and keeps it running until SIGTERM or SIGINT. */
export async function startService(
  context: Context,
  config: ServiceConfig,
  make: (foundations: Foundations) => ServiceParts,
): Promise<void> {
  const logger = createLogger(context, config.logLevel)
  const connection = connectStore(config.mongoUrl, logger)
  const tokens: CallerTokens = {
    ...callerTokens({ caller: context, keyFile: config.callerKeyFile }),
    definitionVersionOf: (id) => tenants.get(id)?.version,
  }
  const { callersFile, operatorsFile } = config
  const verify = contextVerifier({ audience: context, callersFile, operatorsFile })
  const broker = new Broker({ ...config.kafka, clientId: context, installation: config.installation, logger })
  const parts = make({ connection, tokens, logger })
  const { aggregates, followings = [], sweeps = [], reactions = [] } = parts

  const models = [...new Set([...aggregates, ...followings.map((each) => each.projection), anyModel(requestsOf)])]
  const stopping = new AbortController()
  let followsTenants = false
  const tenants: Tenants = new Tenants({
    context,
    installation: config.installation,
    connection,
    definitions: definitionReader({ callersFile, logger }),
    models,
    logger,
    ...(parts.prepare && { prepare: parts.prepare }),
    onServed(tenant) {
      if (followsTenants) void relay.openBanks([tenant.id])
      void sweeper.begin(tenant)
    },
    signal: stopping.signal,
  })
  const sources = new OutboxSources(context, aggregates, () => tenants)
  const relay = new Relay(broker, sources.list, () => tenants.ids())
  const clock = (): Date => new Date()
  const shared = { relay, sources, clock, touched: (tenant: string) => sweeper.touched(tenant) }
  const ownScope = (tenant: Tenant, commandId: string, requestId: string): Scope =>
    new Scope({ ...shared, now: clock(), tenant, commandId, requestId, user: context, roles: [] })
  const ownDatabase = connection.useDb(databaseName(config.installation, context), { useCache: true })
  const board = new SweepBoard(ownDatabase)
  const sweeper: Sweeper = new Sweeper({
    sweeps,
    board,
    tenantOf: (id) => tenants.get(id),
    scopeOf: (tenant, commandId) => ownScope(tenant, commandId, `sweep-${commandId}`),
    onActive: (tenant) => relay.noteRecent(tenant),
    signal: stopping.signal,
    logger,
  })
  const jobs = new Jobs({
    database: ownDatabase,
    jobs: parts.jobs ?? [],
    tenants: () => tenants.all(),
    scopeOf: (tenant, commandId) => ownScope(tenant, commandId, `job-${commandId}`),
    logger,
  })

  const reasons = new Set(['the store was not read yet'])
  const readiness = (): string[] =>
    connection.readyState === 1 ? [...reasons, ...broker.topicFaults] : ['the document store does not answer']
  const publicApp = baseApp()
  publicApp.use(healthRoutes(context, readiness))
  const internalApp = baseApp()
  const register = auditRegister(connection, databaseName(config.installation, context))
  const audit = new AuditLog({ broker, register, keyFile: config.callerKeyFile, logger })
  admitOperators(internalApp, { verify, audit, register })
  for (const [app, isInternal] of [
    [publicApp, false],
    [internalApp, true],
  ] as const) {
    const commands = parts.commands.filter(({ endpoint }) => 'callers' in endpoint === isInternal)
    addCommands(app, { commands, tenants, verify, shared, listener: isInternal ? 'internal' : 'public', logger })
  }
  addTenantVersion(internalApp, verify, tenants)
  addJobRoutes(internalApp, { jobs, tenants, verify, environment: config.environment, logger })
  parts.gauges?.(tenants)
  parts.adminRoutes?.(internalApp, verify, tenants, logger, shared.touched)
  addFallbacks(publicApp, logger)
  addFallbacks(internalApp, logger)
  const { host, port, internalHost, internalPort, sharesPorts: sharesPort, drainMs } = config
  const servers: RunningHttp[] = []
  const listen = async (): Promise<void> => {
    servers.push(await startHttp({ handler: publicApp, host, port, sharesPort }))
    servers.push(await startHttp({ handler: internalApp, host: internalHost, port: internalPort, sharesPort }))
    const [publicPort, privatePort] = servers.map((server) => server.port)
    logger.info({ port: publicPort, internalPort: privatePort }, 'listening')
  }
  // Ports that are shared get calls as soon as somebody listens; others show by their health what is still missing.
  if (!sharesPort) await listen()

  let jobsEnd: Promise<void> | undefined
  onShutdown(async () => {
    reasons.add('the process is ending')
    stopping.abort()
    await drainAndClose(servers, drainMs)
    await Promise.race([jobsEnd, sleep(JOBS_END_MS, undefined, { ref: false })])
    await relay.stop()
    await audit.stop()
    await broker.stop()
    await Promise.all((parts.clients ?? []).map((client) => client.close()))
    await connection.close()
  }, drainMs)

  await untilDone(logger, 'reading tenants', stopping.signal, async () => {
    if (connection.readyState !== 1) throw new ServiceUnavailable('not connected to the document store')
    await parts.check?.()
    await board.prepare()
    await tenants.load()
  })
  reasons.delete('the store was not read yet')
  if (sharesPort && !stopping.signal.aborted) await listen()
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
  await relay.openBanks(tenants.ids()) // of tenants known from earlier, in one go
  followsTenants = true
  await tenants.follow(broker)
  const setAside = new SetAsideStore(ownDatabase.collection<SetAsideEvent>('set_aside') as never)
  startFollowers({ broker, tenants, setAside }, context, followings)
  startReactions({ broker, tenants, setAside }, reactions, (tenant, commandId, event) =>
    ownScope(tenant, commandId, event.requestId ?? event.id),
  )
  if (!stopping.signal.aborted) jobsEnd = jobs.start(stopping.signal)
}

function baseApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  return app
}

function addTenantVersion(app: Express, verify: ReturnType<typeof contextVerifier>, tenants: Tenants): void {
  const validate = validatorOf<{ tenant: string }>(tenantVersionRequest)
  app.post(tenantVersionPath, express.json({ limit: bodyBytesMaxOf({ request: tenantVersionRequest }) }), (request, response) => {
    const caller = verify(request.get('x-dcms-context'))?.caller
    const validated = validate(request.body)
    if (caller !== 'ops') response.status(401).json({ reason: 'operators only' })
    else if (!validated.valid) response.status(400).json({ fieldError: validated.fieldError })
    else response.json({ result: { version: tenants.get(validated.value.tenant)?.version ?? 0 }, exception: null, pagination: null })
  })
}

async function untilDone(logger: Logger, what: string, signal: AbortSignal, attempt: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof SettingsError) throw error
      logger.warn({ err: error, what }, 'not possible yet; trying again')
      await pause(1_000, signal)
    }
  }
}
