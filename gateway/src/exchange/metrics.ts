// What Prometheus sees of the gateway besides the process itself.
import type { CircuitState } from '@dcms/service'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Exchange } from './exchange.ts'

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const durations = new Histogram({
  name: 'dcms_gateway_request_duration_seconds',
  help: 'Time from the request head to the answer, by endpoint and HTTP status',
  labelNames: ['endpoint', 'status'],
  buckets: BUCKETS_SECONDS,
})

/** By status, then by endpoint: at most endpoints × statuses of the catalogue. */
const observers = new Map<number, Map<string, { observe(seconds: number): void }>>()

/** Counts an exchange that was answered. */
export function observe(exchange: Exchange, status: number): void {
  const observer = observers.get(status)?.get(exchange.endpoint) ?? newObserver(exchange.endpoint, status)
  observer.observe((performance.now() - exchange.startedMs) / 1000)
}

function newObserver(endpoint: string, status: number): { observe(seconds: number): void } {
  const observer = durations.labels(endpoint === '' ? 'unknown' : endpoint, String(status))
  const ofStatus = observers.get(status) ?? new Map<string, { observe(seconds: number): void }>()
  observers.set(status, ofStatus.set(endpoint, observer))
  return observer
}

const logins = new Counter({
  name: 'dcms_gateway_logins_total',
  help: 'Log-ins by outcome: right, wrong, throttled (429), busy (too many password hashes wait)',
  labelNames: ['outcome'],
})

/** Counts a log-in. */
export const countLogin = (outcome: 'right' | 'wrong' | 'throttled' | 'busy'): void => logins.inc({ outcome })

const circuitValues: Readonly<Record<CircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 }
const watched = new Map<string, { readonly circuit: { readonly state: CircuitState } }>()

new Gauge({
  aggregator: 'max', // each worker has circuits of its own: the worst is shown
  name: 'dcms_gateway_circuit_state',
  help: 'Circuit per upstream: 0 closed, 1 half-open, 2 open',
  labelNames: ['upstream'],
  collect() {
    for (const [upstream, { circuit }] of watched) this.set({ upstream }, circuitValues[circuit.state])
  },
})

/** Shows the circuits of these upstreams from now on. */
export function watchCircuits(upstreams: readonly { readonly name: string; readonly circuit: { readonly state: CircuitState } }[]): void {
  watched.clear()
  for (const upstream of upstreams) watched.set(upstream.name, upstream)
}
