// Step 1, route: method and path name the endpoint; from the contract, by one look-up.
import type { PublicEndpoint } from '@dcms/contract'
import { Refusal } from './exchange.ts'

/** Where the bank's calls live; the second is what the published guides show. */
export const prefixes = ['/v1', '/dcms'] as const

export interface Route {
  readonly endpoint: PublicEndpoint
  /** False where an empty body will do: nothing in the request schema is required. */
  readonly needsBody: boolean
  readonly changesState: boolean
}

interface Methods {
  readonly allow: string
  readonly routes: Readonly<Record<string, Route>>
}

export type Routes = ReadonlyMap<string, Methods>

const pathNotFound = new Refusal('path.not.found')

/** The table of all public endpoints under each prefix, by path. */
export function routesOf(endpoints: readonly PublicEndpoint[]): Routes {
  const table = new Map<string, Methods>()
  for (const prefix of prefixes) {
    for (const endpoint of endpoints) {
      const path = prefix + endpoint.path
      const routes: Record<string, Route> = { ...table.get(path)?.routes, [endpoint.method]: routeOf(endpoint) }
      table.set(path, { allow: Object.keys(routes).join(', '), routes })
    }
  }
  return table
}

/** The endpoint of a request line, or 404 or 405. */
export function findRoute(table: Routes, method: string, path: string): Route | Refusal {
  const methods = table.get(path)
  if (methods === undefined) return pathNotFound
  return Object.hasOwn(methods.routes, method)
    ? (methods.routes[method] ?? pathNotFound)
    : new Refusal('method.not.allowed', ['allow', methods.allow])
}

/** The path of a request target without its query: no endpoint has one. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

function routeOf(endpoint: PublicEndpoint): Route {
  const required = 'required' in endpoint.request && Array.isArray(endpoint.request.required) ? endpoint.request.required : []
  return { endpoint, needsBody: required.length > 0, changesState: endpoint.idempotency !== 'read' }
}
