// Making a kit: numbered, encrypted and stored RESERVED, unseen by everybody until a command confirms it.
import type { Product } from '@dcms/contract'
import { newlyStored, type Scope } from '@dcms/service'
import type { CardVault } from './card-vault.ts'
import { expiryOf, type IssueOperation, type Kit, kitsOf } from './kit.ts'
import type { CardNumbering } from './number-cards.ts'

const RESERVED_FOR_MS = 10 * 60_000

export interface KitMaking {
  vault: CardVault
  numbering: CardNumbering
}

export interface NewKit extends Pick<Kit, 'aliasName' | 'plasticCode' | 'deliveryAddress' | 'predecessor' | 'takesOver'> {
  /** The command that may confirm it. */
  commandId: string
  entityId: string
  accountNo: string
  product: Product
  operation?: IssueOperation
}

/** The kit number. What is not confirmed in time the sweep `releaseReservations` takes back; numbers are never used again. */
export async function makeKit(wanted: NewKit, scope: Scope, { vault, numbering }: KitMaking): Promise<string> {
  const { commandId, entityId, accountNo, product, operation, aliasName, plasticCode, deliveryAddress, predecessor, takesOver } = wanted
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
    reservation: { commandId, until: new Date(now.getTime() + RESERVED_FOR_MS), ...(operation && { operation }) },
    productId: product.productId,
    productName: product.productName,
    cardType: product.cardType,
    cardCategory: product.cardCategory,
    networkType: product.networkType,
    ...(product.tierType && { tierType: product.tierType }),
    ...(plastic && { plasticCode: plastic }),
    ...(aliasName && { aliasName }),
    ...(deliveryAddress && { deliveryAddress }),
    ...(predecessor && { predecessor }),
    ...(takesOver && { takesOver }),
    bin: product.bin,
    ...cardNumber,
    expiry: expiryOf(now, product.validityMonths, tenant.definition.timeZone),
    createdAt: now,
    changedAt: now,
  })
  if (!(await scope.create(kitsOf, kit))) throw new Error(`the kit number ${kitNo} is taken`)
  return kitNo
}

/** Has a kit that this command made a while ago wait for its time anew; false when the sweep was faster. */
export async function keepKit(kitNo: string, commandId: string, { tenant }: Pick<Scope, 'tenant'>): Promise<boolean> {
  const until = new Date(Date.now() + RESERVED_FOR_MS)
  const mine = { _id: kitNo, status: 'RESERVED' as const, 'reservation.commandId': commandId }
  const kept = await kitsOf(tenant).updateOne(mine, { $set: { 'reservation.until': until }, $inc: { version: 1 } })
  return kept.matchedCount === 1
}

/** Takes back a kit that this command made and nobody was told of. */
export async function dropKit(kitNo: string, commandId: string, { tenant }: Pick<Scope, 'tenant'>): Promise<void> {
  await kitsOf(tenant).deleteOne({ _id: kitNo, status: 'RESERVED', 'reservation.commandId': commandId })
}
