// Whether a product goes with a BIN and a plastic, by the bank's definition: what orders and files
// of kits have in common. Pure.
import { type ErrorCode, productOf, type TenantDefinition } from '@dcms/contract'

export interface Fault {
  sentence: string
  /** Where a dotted code says more than the family's own one. */
  code?: ErrorCode
}

/** What cards are made of. */
export interface Made {
  productId: string
  bin: string
  plasticCode?: string | undefined
}

/** Each sentence begins with the name of the field. */
export function productFaultsOf({ productId, bin: ofBin, plasticCode }: Made, definition: TenantDefinition): Fault[] {
  const { bins, plastics = [], products } = definition
  const bin = bins.find((each) => each.bin === ofBin)
  const product = productOf(definition, productId)
  const isOrdered = product !== undefined && !product.retired
  const faults: Fault[] = []
  if (!bin) faults.push({ sentence: 'bin is not known', code: 'bin.not.found' })
  if (!isOrdered) faults.push({ sentence: 'productId is not known', code: 'product.not.found' })
  const isPlastic = [...plastics, ...products].some((each) => each.plasticCode === plasticCode)
  if (plasticCode !== undefined && !isPlastic) faults.push({ sentence: 'plasticCode is not known', code: 'plastic.not.found' })
  if (bin && isOrdered && product.bin !== bin.bin) faults.push({ sentence: 'bin is not that of the product' })
  return faults
}
