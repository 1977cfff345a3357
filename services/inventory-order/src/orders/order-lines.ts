// The lines of an order: what was ordered, completed from the bank's definition, or why it does not
// fit that. Pure.
import { type CreateCardOrder, productOf, type TenantDefinition } from '@dcms/contract'
import { type Refused, refuse } from '@dcms/service'
import { type Fault, productFaultsOf } from '../product-faults.ts'
import type { OrderLine } from './order.ts'

const PAN_LENGTH = 16

type Ordered = CreateCardOrder['products'][number]

/** @returns a line for each product; or ORD005, which names every fault */
export function linesOf(products: readonly Ordered[], definition: TenantDefinition): readonly OrderLine[] | Refused<'ORD005'> {
  const faults = products.flatMap((product, position) =>
    faultsOf(product, definition).map(({ sentence, code }) => ({ sentence: `products[${position}].${sentence}`, code })),
  )
  const sentences = faults.map(({ sentence }) => sentence)
  if (faults.length > 0) return refuse('ORD005', sentences, faults.find(({ code }) => code !== undefined)?.code)
  return products.map((product) => lineOf(product, definition))
}

function faultsOf(ordered: Ordered, definition: TenantDefinition): Fault[] {
  const bin = definition.bins.find((each) => each.bin === ordered.bin)
  const product = productOf(definition, ordered.productId)
  const faults = productFaultsOf(ordered, definition)
  if (bin && (ordered.panLength ?? panLengthOf(bin)) !== panLengthOf(bin)) faults.push({ sentence: 'panLength is not that of the bin' })
  if (product && !product.retired && (ordered.cardType ?? product.cardType) !== product.cardType)
    faults.push({ sentence: 'cardType is not that of the product' })
  return faults
}

const panLengthOf = ({ panLength = PAN_LENGTH }: TenantDefinition['bins'][number]): number => panLength

function lineOf(ordered: Ordered, definition: TenantDefinition): OrderLine {
  const product = productOf(definition, ordered.productId)
  if (!product) throw new Error('a line is made of a product that was found before')
  const { bin, productId, quantity, panLength, pinGeneration, embossType = 'NON_PERSONALIZED' } = ordered
  const plasticCode = ordered.plasticCode ?? product.plasticCode
  return {
    bin,
    productId,
    quantity,
    cardType: product.cardType,
    embossType,
    ...(plasticCode !== undefined && { plasticCode }),
    ...(panLength !== undefined && { panLength }),
    ...(pinGeneration !== undefined && { pinGeneration }),
    status: 'RECEIVED',
    stocked: 0,
  }
}
