// Health and metrics of a process, the same for all: /health, /health/live, /health/ready,
// /metrics.
import type { Router } from 'express'
import { collectDefaultMetrics, register } from 'prom-client'
import { express } from '../when-needed.ts'

/** Reasons why the process cannot do its work now; empty when it can. */
export type Readiness = () => string[] | Promise<string[]>

collectDefaultMetrics()

/**
 * Routes for probes and for Prometheus. `live` says the process runs, `ready` that it can serve.
 * @param metrics in the text format of Prometheus; those of this thread, unless said otherwise
 */
export function healthRoutes(name: string, readiness: Readiness, metrics = (): Promise<string> => register.metrics()): Router {
  const routes = express().Router()
  routes.get('/health/live', (_request, response) => {
    response.json({ service: name, status: 'UP' })
  })
  routes.get(['/health', '/health/ready'], async (_request, response) => {
    const reasons = await readiness()
    response
      .status(reasons.length === 0 ? 200 : 503)
      .json({ service: name, status: reasons.length === 0 ? 'UP' : 'DOWN', process: process.pid, reasons })
  })
  routes.get('/metrics', async (_request, response) => {
    response.type(register.contentType).send(await metrics())
  })
  return routes
}
