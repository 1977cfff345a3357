// The order inside a part, as pure functions over its files' imports: no circles, and wings
// (folders under `src`) that import one way.
import type { Fault } from './boundaries.ts'

/**
 * Rows of wings. A wing imports only from the rows below its own; wings of one row not from each
 * other.
 */
export type WingOrder = readonly (readonly string[])[]

/**
 * The parts that have wings, each with the order of them. Files that lie in `src` itself belong to
 * no wing: what starts the part, and what all of it shares.
 */
export const wingOrders: Readonly<Record<string, WingOrder>> = {
  gateway: [['workers'], ['listeners'], ['log-in'], ['pipeline'], ['users'], ['tenants'], ['exchange'], ['keys']],
  'packages/contract': [
    ['bank-stream', 'operators'],
    ['validation', 'inventory'],
    [
      'account-mapping',
      'branch',
      'card-order',
      'customer',
      'gateway',
      'kit',
      'ncmc-preference',
      'pin',
      'preference',
      'registration',
      'wallet',
    ],
    ['words'],
    ['tenant'],
    ['wire'],
    ['errors'],
  ],
  'packages/service': [['jobs', 'keys', 'calls'], ['listeners'], ['shares'], ['commands'], ['callers'], ['audit', 'store'], ['settings']],
  'infra/ops': [['demo'], ['dcms'], ['launcher'], ['operator']],
  'services/inventory-order': [['stock'], ['orders'], ['files'], ['branches']],
  'services/kit': [['life', 'look-ups', 'vendors'], ['issuing'], ['shipments', 'vault']],
}

const SOURCE = /^((?:services|packages|infra)\/[^/]+|gateway)\/src\/(?:([^/]+)\/)?/

/**
 * The part and the wing of a file; none for a file outside `src`, an empty wing for one that lies
 * in `src` itself.
 */
function placeOf(path: string): { part: string; wing: string } | undefined {
  const [, part, wing = ''] = SOURCE.exec(path) ?? []
  return part === undefined ? undefined : { part, wing }
}

/**
 * Faults of one file's imports against the order of its part; none where the part has no order, and
 * none for a test, which sees all of its part.
 * @param imports paths of the files it imports, relative to the root
 */
export function wingFaults(path: string, imports: readonly string[], orders = wingOrders): Fault[] {
  const place = placeOf(path)
  const order = place && orders[place.part]
  if (!order || place.wing === '' || path.endsWith('.test.ts')) return []
  const row = rowOf(place.wing, order)
  if (row < 0) return [`${path}: the wing ${place.wing} has no place in the order of ${place.part}; see wingOrders`]
  return imports.flatMap((target) => {
    const wing = placeOf(target)?.wing
    if (!wing || wing === place.wing || rowOf(wing, order) > row) return []
    return [`${path}: ${place.wing} imports ${target}, but ${wing} does not stand below it; see wingOrders`]
  })
}

const rowOf = (wing: string, order: WingOrder): number => order.findIndex((row) => row.includes(wing))

/** Wings that an order names and that have no file. */
export function missingWings(paths: readonly string[], orders = wingOrders): Fault[] {
  return Object.entries(orders).flatMap(([part, order]) =>
    order
      .flat()
      .filter((wing) => !paths.some((path) => path.startsWith(`${part}/src/${wing}/`)))
      .map((wing) => `${part}: wingOrders names the wing ${wing}, which has no file`),
  )
}
