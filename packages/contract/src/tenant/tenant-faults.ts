// Faults of a tenant definition that no schema sees, as sentences.
import type { ChannelOffer, Product, RegionOffer, TenantDefinition } from './tenant.ts'
import { vendorFaults } from './vendors.ts'

const PAN_LENGTH = 16
const channelNames = ['atm', 'pos', 'ecom', 'contactless', 'tokenization'] as const

type Bin = TenantDefinition['bins'][number]

/**
 * All faults of a definition; empty when there are none. References must lead somewhere, names must
 * be unique, ranges must fit their BIN and not overlap, the product of a card must be beyond doubt,
 * a new card's limits must be such as a holder could set.
 */
export function tenantFaults(definition: TenantDefinition): string[] {
  return [
    ...repeats(definition),
    ...definition.products.flatMap((product) => referenceFaults(definition, product)),
    ...definition.products.flatMap(productFaults),
    ...choiceFaults(definition),
    ...binFaults(definition.bins),
    ...vendorFaults(
      definition.vendors ?? [],
      definition.products.map(({ productId }) => productId),
    ),
    ...localeFaults(definition),
  ]
}

function repeats({ clientKeys, bins, schemes = [], tiers = [], plastics = [], products, vendors = [] }: TenantDefinition): string[] {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['client key', clientKeys.keys.map(({ kid }) => kid)],
    ['BIN', bins.map(({ bin }) => bin)],
    ['scheme', schemes.map(({ schemeCode }) => schemeCode)],
    ['tier', tiers.map(({ tierType }) => tierType)],
    ['plastic', plastics.map(({ plasticCode }) => plasticCode)],
    ['product', products.map(({ productId }) => productId)],
    ['vendor', vendors.map(({ vendor }) => vendor)],
    ['drop', vendors.map(({ drop }) => drop)],
  ]
  return lists.flatMap(([what, values]) => {
    const repeated = values.filter((value, position) => values.indexOf(value) !== position)
    return [...new Set(repeated)].map((value) => `${what} ${value} stands twice`)
  })
}

function referenceFaults(definition: TenantDefinition, product: Product): string[] {
  const of = `product ${product.productId}`
  const faults: string[] = []
  const bin = definition.bins.find((each) => each.bin === product.bin)
  if (!bin) faults.push(`${of} names BIN ${product.bin}, which is not listed in bins`)
  else if (bin.network !== product.networkType) faults.push(`${of} is ${product.networkType}, its BIN is ${bin.network}`)
  if (definition.schemes && !definition.schemes.some((each) => each.schemeCode === product.schemeCode))
    faults.push(`${of} names scheme ${product.schemeCode}, which is not among schemes`)
  if (definition.tiers && product.tierType && !definition.tiers.some((each) => each.tierType === product.tierType))
    faults.push(`${of} names tier ${product.tierType}, which is not among tiers`)
  if (definition.plastics && product.plasticCode && !definition.plastics.some((each) => each.plasticCode === product.plasticCode))
    faults.push(`${of} names plastic ${product.plasticCode}, which is not among plastics`)
  return faults
}

function productFaults(product: Product): string[] {
  const of = `product ${product.productId}`
  const { cardType, networkType, pinMailer, ncmc, features = [], swipeToPay } = product
  const faults: string[] = []
  if (pinMailer && cardType === 'VIRTUAL') faults.push(`${of} is virtual and cannot have pinMailer: PINs on paper are for physical cards`)
  if (ncmc?.offered && networkType !== 'RUPAY') faults.push(`${of} offers ncmc, which is RUPAY's; it is ${networkType}`)
  if (ncmc?.offered && cardType === 'VIRTUAL') faults.push(`${of} is virtual and cannot offer ncmc: its wallet is on the chip`)
  if (features.includes('ncmc-offline') && !ncmc?.offered) faults.push(`${of} has the feature ncmc-offline and does not offer ncmc`)
  for (const region of ['domestic', 'international'] as const) faults.push(...regionFaults(`${of}: ${region}`, product[region]))
  if (swipeToPay) faults.push(...channelFaults(`${of}: swipeToPay`, swipeToPay, true))
  return faults
}

function regionFaults(of: string, region: RegionOffer): string[] {
  const faults = channelNames.flatMap((name) => channelFaults(`${of}.${name}`, region[name], region.offered))
  if (region.onAtIssue && !region.offered) faults.unshift(`${of} is on at issue and not offered`)
  return faults
}

function channelFaults(of: string, channel: ChannelOffer, isRegionOffered: boolean): string[] {
  const { dailyCap, maxCap, dailyDefault = dailyCap, maxDefault = maxCap } = channel
  const faults: string[] = []
  if (channel.onAtIssue && !channel.offered) faults.push(`${of} is on at issue and not offered`)
  else if (channel.onAtIssue && !isRegionOffered) faults.push(`${of} is on at issue, its region is not offered`)
  if (dailyDefault > dailyCap) faults.push(`${of}: dailyDefault ${dailyDefault} is above dailyCap ${dailyCap}`)
  if (maxDefault > maxCap) faults.push(`${of}: maxDefault ${maxDefault} is above maxCap ${maxCap}`)
  else if (dailyDefault > maxDefault)
    faults.push(`${of}: a new card's daily limit ${dailyDefault} (dailyDefault, else dailyCap) is above its maxLimit ${maxDefault}`)
  return faults
}

/**
 * Scheme, card type and tier decide the product of a card, so no two that are issued may share all
 * three.
 */
function choiceFaults({ products, tiers }: TenantDefinition): string[] {
  const faults: string[] = []
  const issued = products.filter((product) => !product.retired)
  const first = new Map<string, string>()
  for (const { productId, schemeCode, cardType, tierType } of issued) {
    const key = JSON.stringify([schemeCode, cardType, tierType])
    const other = first.get(key)
    const what = `scheme ${schemeCode}, ${cardType}, ${tierType === undefined ? 'no tier' : `tier ${tierType}`}`
    if (other !== undefined && other !== productId)
      faults.push(`products ${other} and ${productId} are both ${what}: give one another tier or retire it`)
    else first.set(key, productId)
  }
  const named = new Set(products.flatMap(({ tierType }) => tierType ?? []))
  if (!tiers && named.size > 1) faults.push(`products name the tiers ${[...named].join(', ')}; their order must be told by tiers`)
  return faults
}

function binFaults(bins: readonly Bin[]): string[] {
  const faults: string[] = []
  for (const { bin } of bins)
    for (const { bin: longer } of bins)
      if (longer.length > bin.length && longer.startsWith(bin)) faults.push(`BIN ${longer} lies within BIN ${bin}`)
  for (const bin of bins) {
    const room = roomOf(bin)
    for (const part of [bin.numbered, bin.files])
      if (part && part.start + part.size > room) faults.push(`BIN ${bin.bin}: a range ends behind the ${room} numbers of the BIN`)
    const numbered = numberedOf(bin)
    const { files } = bin
    if (files && numbered.start < files.start + files.size && files.start < numbered.start + numbered.size)
      faults.push(`BIN ${bin.bin}: numbered and files overlap`)
  }
  return faults
}

/** How many card numbers a BIN has. */
export const roomOf = ({ bin, panLength = PAN_LENGTH }: Bin): number => 10 ** (panLength - bin.length - 1)

/** The range of a BIN that is numbered here, the lower nine tenths when nothing is said. */
export const numberedOf = (bin: Bin): { start: number; size: number } => bin.numbered ?? { start: 0, size: (roomOf(bin) / 10) * 9 }

function localeFaults({ timeZone = 'Asia/Kolkata', currency = 'INR' }: TenantDefinition): string[] {
  const faults: string[] = []
  if (!isTimeZone(timeZone)) faults.push(`timeZone ${timeZone} is not known`)
  if (!Intl.supportedValuesOf('currency').includes(currency)) faults.push(`currency ${currency} is not known`)
  return faults
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
