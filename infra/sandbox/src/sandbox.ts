// Starting the sandbox: store, partners, one listener with health, the partners' routes and,
// outside production, the control API.
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, healthRoutes, startHttp } from '@dcms/service'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type { Logger } from 'pino'
import { cms } from './cms/cms.ts'
import type { SandboxConfig } from './config.ts'
import { controlRoutes } from './control.ts'
import { coreBanking } from './core-banking/core-banking.ts'
import { courier } from './courier/courier.ts'
import { messaging } from './messaging/messaging.ts'
import { type Partner, refused } from './partner.ts'
import { partnerRoutes } from './partner-routes.ts'
import { openStore, type Store } from './store.ts'
import { TenantStates } from './tenant-state.ts'
import { vendor } from './vendor/vendor.ts'

const RETRY_MS = 500

export interface Sandbox {
  readonly port: number
  close(): Promise<void>
}

/** The partners. A further one is a folder beside these and a line here. */
const partnersOf = (store: Store, states: TenantStates): readonly Partner[] => [
  courier(store, states),
  messaging(store, states),
  cms(store, states),
  vendor(store, states),
  coreBanking(store, states),
]

export async function startSandbox(config: SandboxConfig): Promise<Sandbox> {
  const logger = createLogger('sandbox', config.logLevel)
  const store = openStore(config.mongoUrl, config.installation, logger)
  const states = new TenantStates(store)
  const partners = partnersOf(store, states)
  const ending = new AbortController()
  const reasons = new Set(['the store was not prepared yet'])
  const readiness = (): string[] => (store.isConnected() ? [...reasons] : ['the document store does not answer'])

  const app = baseApp()
  app.use(healthRoutes('sandbox', readiness))
  app.use((_request, response, next) => {
    if (store.isConnected()) return next()
    response.status(503).json(refused(503, 'sandbox.not.ready', 'the document store does not answer').body)
  })
  for (const partner of partners) app.use(`/${partner.name}`, partnerRoutes(partner, { states, logger, ending: ending.signal }))
  if (config.hasControl) app.use('/_control/:tenant', controlRoutes(partners, { states, logger }))
  addFallbacks(app, logger)
  const http = await startHttp({ handler: app, host: config.host, port: config.port })
  logger.info({ port: http.port, partners: partners.map(({ name }) => name), hasControl: config.hasControl }, 'listening')
  const prepared = prepare(store, partners, logger, ending.signal).then(() => reasons.clear())
  return {
    port: http.port,
    async close() {
      ending.abort()
      await http.close()
      await prepared
      await store.close()
    },
  }
}

function baseApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  return app
}

/** Makes the indexes once the store answers. */
async function prepare(store: Store, partners: readonly Partner[], logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (store.isConnected()) return await store.prepare(partners.flatMap(({ indexes }) => indexes))
    } catch (error) {
      logger.warn({ err: error }, 'the indexes could not be made yet; trying again')
    }
    await sleep(RETRY_MS)
  }
}

/** Bodies and addresses are left out of the log: they hold personal data. */
function addFallbacks(app: Express, logger: Logger): void {
  app.use((_request, response) => {
    response.status(404).json(refused(404, 'path.not.found', 'there is nothing under this path').body)
  })
  const onError: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) return next(error)
    if (typeof error?.status === 'number' && error.status < 500)
      return response.status(error.status).json(refused(error.status, 'request.invalid', 'the body cannot be read as JSON').body)
    logger.error({ err: error }, 'unexpected fault')
    response.status(500).json(refused(500, 'sandbox.fault', 'the sandbox failed; its log says why').body)
  }
  app.use(onError)
}
