// What Prometheus sees of a service's calls and of its store's connections. Costs a call one
// observation, and a statement one.
import type { RequestHandler } from 'express'
import type { mongo } from 'mongoose'
import { Counter, Histogram } from 'prom-client'

const CALL_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const WAIT_BUCKETS_SECONDS = [0.001, 0.01, 0.1, 0.5, 1, 2]
const MS = 1_000

const calls = new Histogram({
  name: 'dcms_service_request_duration_seconds',
  help: 'Time from the request head to the answer, by endpoint and class of HTTP status; gone: the caller did not wait',
  labelNames: ['endpoint', 'status'],
  buckets: CALL_BUCKETS_SECONDS,
})
const waits = new Histogram({
  name: 'dcms_store_pool_wait_seconds',
  help: 'Time that statements waited for a connection to the store',
  buckets: WAIT_BUCKETS_SECONDS,
})
const refused = new Counter({
  name: 'dcms_store_pool_failures_total',
  help: 'Statements that got no connection to the store: none free in time, or the store away',
})

/** Measures the calls of one endpoint. */
export function measureCalls(endpoint: string): RequestHandler {
  const observers = new Map<string, { observe(seconds: number): void }>() // at most one per class of status
  return (_request, response, next) => {
    const begunMs = performance.now()
    response.once('close', () => {
      const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'gone'
      const observer = observers.get(status) ?? calls.labels(endpoint, status)
      observers.set(status, observer)
      observer.observe((performance.now() - begunMs) / MS)
    })
    next()
  }
}

/** Measures from now on how long statements wait for a connection of this client's pool. */
export function watchPool(client: mongo.MongoClient): void {
  client.on('connectionCheckedOut', ({ durationMS }) => waits.observe(durationMS / MS))
  client.on('connectionCheckOutFailed', () => refused.inc())
}
