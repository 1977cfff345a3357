// Reserving kits for an issuing command: numbered, encrypted, stored, but unseen until confirmed. Contract: packages/contract/src/kit/issue-kits.ts.
import { type Product, type ReserveKits, reserveKitsEndpoint } from '@dcms/contract'
import { answer, command, newlyStored, refuse, type Scope } from '@dcms/service'
import type { CardVault } from './card-vault.ts'
import { expiryOf, type Kit, kitsOf } from './kit.ts'
import type { CardNumbering } from './number-cards.ts'

const RESERVED_FOR_MS = 10 * 60_000

/**
 * The idempotency key is the issuing command: a repeat gets the kit numbers of the first time. When this process dies half way, the next run
 * reserves anew and the sweep `releaseReservations` takes back what the first left; numbers are never used again.
 */
export const reserveKits = (vault: CardVault, numbering: CardNumbering) =>
  command(reserveKitsEndpoint, async (input, scope) => {
    const planned = planKits(input, scope)
    if (!Array.isArray(planned)) return planned
    const kitNos: string[] = []
    for (const { kit, product } of planned) kitNos.push(await storeReserved(input, kit, product, scope, vault, numbering))
    return answer({ kitNos })
  })

type Planned = { kit: ReserveKits['kits'][number]; product: Product }

/** All kits are checked before the first is made. */
function planKits({ kits }: ReserveKits, { tenant }: Scope) {
  const planned: Planned[] = []
  for (const kit of kits) {
    if (kit.kitNo !== undefined) return refuse('kit.not.found', [`kitNo ${kit.kitNo} is not in stock`]) // there is no stock before card orders
    const product = tenant.definition.products.find((each) => each.productId === kit.productId)
    if (!product) return refuse('product.not.found')
    planned.push({ kit, product })
  }
  return planned
}

async function storeReserved(
  { commandId, entityId, deliveryAddress }: ReserveKits,
  { accountNo, aliasName, plasticCode }: Planned['kit'],
  product: Product,
  scope: Scope,
  vault: CardVault,
  numbering: CardNumbering,
): Promise<string> {
  const { tenant, now } = scope
  const { kitNo, pan } = await numbering.number(tenant, product)
  const cardNumber = await vault.store(tenant, pan, kitNo)
  if (!cardNumber) throw new Error('a counter value gave a card number that is taken')
  const plastic = plasticCode ?? product.plasticCode
  const kit: Kit = newlyStored({
    _id: kitNo,
    entityId,
    accountNo,
    status: 'RESERVED',
    reservation: { commandId, until: new Date(now.getTime() + RESERVED_FOR_MS) },
    productId: product.productId,
    productName: product.productName,
    cardType: product.cardType,
    cardCategory: product.cardCategory,
    networkType: product.networkType,
    ...(product.tierType && { tierType: product.tierType }),
    ...(plastic && { plasticCode: plastic }),
    ...(aliasName && { aliasName }),
    ...(deliveryAddress && { deliveryAddress }),
    bin: product.bin,
    ...cardNumber,
    expiry: expiryOf(now, product.validityMonths, tenant.definition.timeZone),
    createdAt: now,
    changedAt: now,
  })
  if (!(await scope.create(kitsOf, kit))) throw new Error(`the kit number ${kitNo} is taken`)
  return kitNo
}
