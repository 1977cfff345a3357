// Step 1, route: method and path name the endpoint; from the contract, by one look-up.
import { belowBase, bodyBytesMaxOf, htuOf, type PublicEndpoint, publicBases, stillToCome } from '@dcms/contract'
import { Refusal } from '../exchange/exchange.ts'
import { formBytesMaxOf, sealedBytesMaxOf } from './open-payload.ts'

export interface Route {
  readonly endpoint: PublicEndpoint
  /**
   * What its messages are sealed for; undefined where the path has parameters, and so is another
   * one with each call.
   */
  readonly htu: string | undefined
  /** False where an empty body will do: nothing in the request schema is required. */
  readonly needsBody: boolean
  readonly changesState: boolean
  /** In the contract, but no service offers it yet. */
  readonly isPlanned: boolean
  readonly bodyMaxBytes: number
  readonly sealedMaxBytes: number
  readonly sealedOnly: boolean
  readonly takesList: boolean
  readonly takesFile: boolean
}

interface Methods {
  readonly allow: string
  readonly routes: Readonly<Record<string, Route>>
}

/** Paths as they are, by one look-up; and the few that have a parameter in them, step by step. */
export interface Routes {
  readonly exact: ReadonlyMap<string, Methods>
  readonly withParameters: readonly { readonly steps: readonly string[]; readonly methods: Methods }[]
}

const pathNotFound = new Refusal('path.not.found')

/** The table of all public endpoints under each prefix, by path. */
export function routesOf(endpoints: readonly PublicEndpoint[]): Routes {
  const table = new Map<string, Methods>()
  for (const base of publicBases) {
    for (const endpoint of endpoints) {
      const path = base + endpoint.path
      const routes: Record<string, Route> = { ...table.get(path)?.routes, [endpoint.method]: routeOf(endpoint) }
      table.set(path, { allow: Object.keys(routes).join(', '), routes })
    }
  }
  const hasParameter = (path: string): boolean => path.includes('{')
  return {
    exact: new Map([...table].filter(([path]) => !hasParameter(path))),
    withParameters: [...table].filter(([path]) => hasParameter(path)).map(([path, methods]) => ({ steps: path.split('/'), methods })),
  }
}

/** The endpoint of a request line, or 404 or 405. */
export function findRoute(table: Routes, method: string, path: string): Route | Refusal {
  const methods = table.exact.get(path) ?? methodsWithParameter(table, path)
  if (methods === undefined) return pathNotFound
  return Object.hasOwn(methods.routes, method)
    ? (methods.routes[method] ?? pathNotFound)
    : new Refusal('method.not.allowed', ['allow', methods.allow])
}

/** A step in braces stands for any one step that is not empty. */
function methodsWithParameter({ withParameters }: Routes, path: string): Methods | undefined {
  const wanted = path.split('/')
  const fits = (steps: readonly string[]): boolean =>
    steps.length === wanted.length &&
    steps.every((step, position) => (step.startsWith('{') ? wanted[position] !== '' : step === wanted[position]))
  return withParameters.find(({ steps }) => fits(steps))?.methods
}

/** The request target behind the prefix, with its query: what a service with parameters gets. */
export function targetOf(url: string): string {
  return belowBase(url)
}

/** The path of a request target without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

function routeOf(endpoint: PublicEndpoint): Route {
  const takesList = 'type' in endpoint.request && endpoint.request.type === 'array'
  const required = 'required' in endpoint.request && Array.isArray(endpoint.request.required) ? endpoint.request.required : []
  const bodyMaxBytes = bodyBytesMaxOf(endpoint)
  return {
    endpoint,
    htu: endpoint.path.includes('{') ? undefined : htuOf(endpoint.method, endpoint.path),
    needsBody: takesList || required.length > 0,
    changesState: endpoint.idempotency !== 'read',
    isPlanned: stillToCome.has(endpoint.name),
    bodyMaxBytes,
    sealedMaxBytes: endpoint.upload ? formBytesMaxOf(bodyMaxBytes) : sealedBytesMaxOf(bodyMaxBytes),
    sealedOnly: endpoint.sealedOnly ?? false,
    takesList,
    takesFile: endpoint.upload ?? false,
  }
}
