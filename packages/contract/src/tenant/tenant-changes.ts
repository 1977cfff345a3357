// What a bank's definition may not become once it was applied: cards, numbers and amounts of the
// earlier one exist.
import { productOf } from './product-choice.ts'
import type { Product, TenantDefinition } from './tenant.ts'
import { numberedOf } from './tenant-faults.ts'

/** Members of a product that its cards were made by. */
const lasting = [
  'schemeCode',
  'cardType',
  'cardCategory',
  'bin',
  'networkType',
  'tierType',
  'serviceCode',
  'pinLength',
] as const satisfies readonly (keyof Product)[]

const PAN_LENGTH = 16

/**
 * Why `next` cannot follow `stored`, as sentences; empty when it can. Whether cards of a product
 * exist only the kit context knows, so each product that was applied counts as used. What may
 * change at any time: names, limits, caps, defaults, offers, features, validity, plastics, further
 * BINs, schemes, tiers and products, settings, keys. A product ends by `retired: true`; a new one
 * may take its place.
 */
export function tenantChangeFaults(stored: TenantDefinition, next: TenantDefinition): string[] {
  return [
    ...stored.products.flatMap((product) => productChangeFaults(product, next)),
    ...stored.bins.filter(({ bin }) => stored.products.some((product) => product.bin === bin)).flatMap((bin) => binChangeFaults(bin, next)),
    ...localeChangeFaults(stored, next),
  ]
}

function productChangeFaults(before: Product, next: TenantDefinition): string[] {
  const of = `product ${before.productId}`
  const after = productOf(next, before.productId)
  if (!after) return [`${of} cannot be removed because cards of it may exist: set retired: true, and no more will be issued`]
  const faults: string[] = lasting
    // A tier may be given to a product that had none: its cards are below all tiers until then.
    .filter((member) => after[member] !== before[member] && !(member === 'tierType' && before.tierType === undefined))
    .map(
      (member) =>
        `${of}: ${member} cannot change from ${before[member] ?? '(none)'} to ${after[member] ?? '(none)'}, cards of it may exist: retire it and add another`,
    )
  if (before.ncmc?.offered && !after.ncmc?.offered)
    faults.push(`${of}: ncmc cannot be withdrawn because cards with a wallet may exist: retire the product instead`)
  return faults
}

function binChangeFaults(before: TenantDefinition['bins'][number], { bins }: TenantDefinition): string[] {
  const of = `BIN ${before.bin}`
  const after = bins.find(({ bin }) => bin === before.bin)
  if (!after) return [`${of} cannot be removed because card numbers of it may exist`]
  const faults: string[] = []
  if (after.network !== before.network) faults.push(`${of}: network cannot change from ${before.network} to ${after.network}`)
  if ((after.panLength ?? PAN_LENGTH) !== (before.panLength ?? PAN_LENGTH))
    faults.push(`${of}: panLength cannot change because card numbers of it may exist`)
  else {
    const [was, is] = [numberedOf(before), numberedOf(after)]
    if (was.start !== is.start || was.size !== is.size)
      faults.push(
        `${of}: numbered cannot change from ${was.size} numbers at ${was.start} to ${is.size} at ${is.start}, card numbers would repeat: add a BIN and a product for it`,
      )
  }
  return faults
}

function localeChangeFaults(stored: TenantDefinition, next: TenantDefinition): string[] {
  return (['country', 'currency', 'timeZone'] as const)
    .filter((member) => stored[member] !== next[member])
    .map((member) => `${member} cannot change from ${stored[member]} to ${next[member]}: dates and amounts are kept by it`)
}
