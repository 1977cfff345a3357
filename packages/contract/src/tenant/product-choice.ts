// Which product of a bank's catalogue a card is of: at issue, at upgrade, when a virtual card gets
// its plastic. Pure.
import type { Product, TenantDefinition } from './tenant.ts'

const NOTICE_DAYS = 30

/**
 * The product that a card is of, retired ones too: cards of it are in use.
 * @returns undefined when the bank's definition has none of this name
 */
export const productOf = ({ products }: Pick<TenantDefinition, 'products'>, productId: string): Product | undefined =>
  products.find((product) => product.productId === productId)

/**
 * Where a tier stands among the tenant's, lowest 0; below all when a product has none. Without a
 * list of tiers all are alike.
 */
function rankOf({ tiers = [] }: TenantDefinition, tierType: string | undefined): number {
  return tiers.findIndex((each) => each.tierType === tierType)
}

/**
 * The product for an account's scheme and the wanted card type and tier; without a tier the lowest
 * there is. Retired products are not issued. `tenantFaults` sees to it that there are never two.
 * @returns undefined when none fits: `product.not.found`
 */
export function productFor(
  definition: TenantDefinition,
  schemeCode: string,
  cardType: Product['cardType'],
  tierType?: string,
): Product | undefined {
  const fitting = definition.products.filter(
    (product) =>
      !product.retired &&
      product.schemeCode === schemeCode &&
      product.cardType === cardType &&
      (!tierType || product.tierType === tierType),
  )
  return lowest(definition, fitting)
}

/**
 * What a bank's catalogue has to say to a tier, a plastic or a scheme that a caller names: the code
 * to refuse with when it has none such.
 */
export function catalogueRefusal(
  { tiers = [], plastics = [], schemes, products }: TenantDefinition,
  named: { tierType?: string | undefined; plasticCode?: string | undefined; schemeCode?: string | undefined },
): 'tier.not.found' | 'plastic.not.found' | 'product.not.found' | undefined {
  const { tierType, plasticCode, schemeCode } = named
  if (tierType && ![...tiers, ...products].some((each) => each.tierType === tierType)) return 'tier.not.found'
  if (plasticCode && ![...plastics, ...products].some((each) => each.plasticCode === plasticCode)) return 'plastic.not.found'
  if (schemeCode && schemes && ![...schemes, ...products].some((each) => each.schemeCode === schemeCode)) return 'product.not.found'
  return undefined
}

const lowest = (definition: TenantDefinition, products: readonly Product[]): Product | undefined =>
  products.toSorted((one, other) => rankOf(definition, one.tierType) - rankOf(definition, other.tierType))[0]

/**
 * What a card of `product` is upgraded to when the caller names nothing: same scheme and card type,
 * the next higher tier that is issued.
 * @returns undefined when there is none: `tier.not.found`
 */
export function nextTier(definition: TenantDefinition, product: Product): Product | undefined {
  const { schemeCode, cardType, tierType } = product
  const rank = rankOf(definition, tierType)
  const higher = definition.products.filter(
    (each) => !each.retired && each.schemeCode === schemeCode && each.cardType === cardType && rankOf(definition, each.tierType) > rank,
  )
  return lowest(definition, higher)
}

/**
 * The physical product that a virtual card of `product` becomes. It keeps its card number, so BIN
 * and network must be the same.
 * @returns undefined when there is none, or the card is physical already
 */
export function virtualToPhysical({ products }: TenantDefinition, product: Product): Product | undefined {
  if (product.cardType !== 'VIRTUAL') return undefined
  const { schemeCode, tierType, bin, networkType } = product
  return products.find(
    (each) =>
      !each.retired &&
      each.cardType === 'PHYSICAL' &&
      each.schemeCode === schemeCode &&
      each.tierType === tierType &&
      each.bin === bin &&
      each.networkType === networkType,
  )
}

/**
 * How many days before a card's expiry its holder is told; `settings.renewal.noticeDays`, 30 when
 * nothing is said.
 */
export const renewalNoticeDays = ({ settings }: TenantDefinition): number => settings?.renewal?.noticeDays ?? NOTICE_DAYS
