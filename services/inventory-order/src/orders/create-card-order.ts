// Ordering cards without a file. Contract: packages/contract/src/card-order/create-card-order.ts.
import { cardNumbersLeftEndpoint, createCardOrderEndpoint } from '@dcms/contract'
import { type Command, command, type InternalClient, type Refused, refuse, type Scope, ServiceUnavailable } from '@dcms/service'
import type { Order } from './order.ts'
import { placeOrder } from './place-order.ts'

/** The kit context says how many card numbers are left; without its word nothing is ordered. */
export const createCardOrder = (kit: InternalClient): Command =>
  command(createCardOrderEndpoint, (input, scope) => placeOrder(input, scope, (order) => numbersMissing(kit, order, scope)))

async function numbersMissing(kit: InternalClient, { lines }: Order, scope: Scope): Promise<Refused<'ORD006'> | null> {
  const needed = neededByBin(lines)
  const told = await kit.call(cardNumbersLeftEndpoint, { bins: [...needed.keys()] }, scope)
  if (told.kind === 'refused') throw new ServiceUnavailable(`the card numbers left are not told: ${told.code}`)
  const left = new Map(told.result.left.map((each) => [each.bin, each.left]))
  const short = [...needed].filter(([bin, quantity]) => (left.get(bin) ?? 0) < quantity)
  if (short.length === 0) return null
  return refuse(
    'ORD006',
    short.map(([bin, quantity]) => `BIN ${bin} has ${left.get(bin) ?? 0} free card numbers, the order needs ${quantity}`),
  )
}

export function neededByBin(lines: Order['lines']): Map<string, number> {
  const needed = new Map<string, number>()
  for (const { bin, quantity } of lines) needed.set(bin, (needed.get(bin) ?? 0) + quantity)
  return needed
}
