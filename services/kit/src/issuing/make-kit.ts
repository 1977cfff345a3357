// Making a kit: numbered, encrypted and stored RESERVED, unseen by everybody until a command
// confirms it.
import type { Product } from '@dcms/contract'
import { newlyStored, type Refused, refuse, type Scope } from '@dcms/service'
import { expiryOf, type IssueOperation, type Kit, kitsOf } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'
import type { CardNumbering } from './number-cards.ts'

export const RESERVED_FOR_MS = 10 * 60_000

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
  /** The first of the kits that are issued together, for all others. */
  first?: string
  /** The command that makes it, where a repeat of that one is to find the kit. */
  madeBy?: string
}

export type Made = { kind: 'made'; kitNo: string; kit: Kit } | Refused<'bin.range.exhausted'>

/**
 * What is not confirmed in time the sweep `releaseReservations` takes back; numbers are never used
 * again. Refused when the product's BIN has no number left.
 */
export async function makeKit(wanted: NewKit, scope: Scope, { vault, numbering }: KitMaking): Promise<Made> {
  const { commandId, entityId, accountNo, product, operation, first, madeBy } = wanted
  const { aliasName, plasticCode, deliveryAddress, predecessor, takesOver } = wanted
  const { tenant, now } = scope
  const numbered = await numbering.number(tenant, product)
  if (!numbered) return refuse('bin.range.exhausted', [`BIN ${product.bin} of product ${product.productId} has no card numbers left`])
  const { kitNo, pan } = numbered
  const cardNumber = await vault.store(tenant, pan, kitNo)
  if (!cardNumber) throw new Error('a counter value produced a card number that is already taken')
  const plastic = plasticCode ?? product.plasticCode
  const kit: Kit = newlyStored({
    _id: kitNo,
    entityId,
    accountNo,
    status: 'RESERVED',
    reservation: { commandId, until: new Date(now.getTime() + RESERVED_FOR_MS), ...(operation && { operation }), ...(first && { first }) },
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
  if (madeBy !== undefined) kit.commandIds.push(madeBy)
  if (!(await scope.create(kitsOf, kit))) throw new Error(`the kit number ${kitNo} is already taken`)
  return { kind: 'made', kitNo, kit }
}

/**
 * Has a kit that this command made a while ago wait for its time anew; false when the sweep was
 * faster.
 */
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
