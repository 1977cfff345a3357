// Which cards a request for cards means: account, product, delivery address. Shared by register and
// registerCard.
import { type AddressInfo, catalogueRefusal, type KitRequest, productFor, type ReserveKits, type TenantDefinition } from '@dcms/contract'
import { type Refused, refuse } from '@dcms/service'
import type { Account } from './customer.ts'

export interface PlannedKits {
  kind: 'planned'
  kits: ReserveKits['kits']
}

/**
 * A card goes to one of the customer's open accounts, the default one when none is named; scheme
 * and card type decide the product.
 */
export function planKits(
  wanted: readonly KitRequest[],
  accounts: readonly Account[],
  addresses: readonly AddressInfo[],
  deliveryAddress: 'PERMANENT' | 'COMMUNICATION' | undefined,
  definition: TenantDefinition,
):
  | PlannedKits
  | Refused<'invalid.input.request' | 'invalid.source.account' | 'tier.not.found' | 'plastic.not.found' | 'product.not.found'> {
  if (deliveryAddress && wanted.length > 0 && !addresses.some(({ addressCategory }) => addressCategory === deliveryAddress))
    return refuse('invalid.input.request', [`deliveryAddress ${deliveryAddress} is not one of the customer's addresses`])
  const kits: ReserveKits['kits'] = []
  for (const { accountNo, cardType, kitNo, aliasName, plasticCode, tierType } of wanted) {
    const account = accounts.find((each) => (accountNo === undefined ? each.defaultAccount : each.accountNo === accountNo))
    if (!account || account.accountStatus === 'CLOSED') return refuse('invalid.source.account')
    const unknown = catalogueRefusal(definition, { tierType, plasticCode })
    if (unknown) return refuse(unknown)
    const product = productFor(definition, account.schemeCode, cardType, tierType)
    if (!product) return refuse('product.not.found')
    kits.push({
      accountNo: account.accountNo,
      productId: product.productId,
      ...(kitNo !== undefined && { kitNo }),
      ...(aliasName !== undefined && { aliasName }),
      ...(plasticCode !== undefined && { plasticCode }),
    })
  }
  return { kind: 'planned', kits }
}
