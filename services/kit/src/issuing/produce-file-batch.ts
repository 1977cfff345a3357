// One batch of the kits of a card order with a file: fetched from the order's file, looked at once
// more, made, told. A repeat fetches and makes the same kits.
import { cardFaultWords, cardsOfFileEndpoint, FILE_CHUNK_KITS, type FileCard } from '@dcms/contract'
import { type InternalClient, newlyStored, placeMany, type Scope, ServiceUnavailable } from '@dcms/service'
import { expDateOf, type Kit, kitsOf } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'
import type { NewCard } from '../vault/pan-index.ts'
import { inspectCards } from './inspect-cards.ts'
import { at, decideProduced, giveUp, isOpen, numberedProduct, type ProducedKit, sharedOf, step } from './produce-batch.ts'
import type { NotProduced, Production, ProductionLine } from './production.ts'

export interface FileProduction {
  vault: CardVault
  inventoryOrder: InternalClient
}

/**
 * Makes the next batch of a production from a file, or ends a line whose kits cannot be made: a
 * number that was free when the file came may have been taken since.
 */
export async function produceFileBatch(production: Production, scope: Scope, parts: FileProduction): Promise<void> {
  const { tenant } = scope
  const position = production.lines.findIndex(isOpen)
  const line = production.lines[position]
  if (!line) throw new Error(`production ${production._id} waits for its turn though nothing is left to be made`)
  const end = (code: NotProduced, reason: string) => giveUp(production, position, code, reason, scope)
  const found = numberedProduct(line, tenant)
  if (found.kind === 'none') return void (await end(found.code, found.reason))
  const cards = await fetchCards(production._id, line, scope, parts.inventoryOrder)
  if (cards.length === 0) return void (await end('order.file.not.found', 'The kits of the file are not there any more'))
  const brought = cards.map((card) => ({ ...card, bin: line.bin }))
  const numbered: NewCard[] = []
  for (const [i, { pan, fault }] of (await inspectCards(tenant, brought, parts.vault, production._id)).entries()) {
    const kitNo = brought[i]?.kitNo ?? ''
    if (fault !== undefined) return void (await end('invalid.kit.info', `kit ${kitNo} of the file: ${cardFaultWords[fault]}`))
    numbered.push({ pan, kitNo })
  }
  const { expiry: _ofProduct, ...shared } = sharedOf(found.product, line, production.asOf, tenant)
  const kits = await makeKits(production._id, shared, { cards, numbered }, scope, parts.vault)
  const batch = { number: production.done + 1, line: position, count: kits.length, shared }
  await step('told', production, decideProduced(production, batch, kits, at(scope)), scope)
}

/** The next kits of a line; none when the file has no more of them. */
async function fetchCards(
  orderId: string,
  { productId, bin, plasticCode, made, quantity }: ProductionLine,
  scope: Scope,
  inventoryOrder: InternalClient,
): Promise<readonly FileCard[]> {
  const chunk = Math.floor(made / FILE_CHUNK_KITS)
  const asked = { orderId, productId, bin, ...(plasticCode !== undefined && { plasticCode }), chunk }
  const told = await inventoryOrder.call(cardsOfFileEndpoint, asked, scope)
  if (told.kind === 'answer') return told.result.cards.slice(0, quantity - made)
  if (told.code === 'ORD007') return []
  throw new ServiceUnavailable(`the kits of the file of order ${orderId} are not told: ${told.code}`)
}

type Shared = Omit<ReturnType<typeof sharedOf>, 'expiry'>

async function makeKits(
  orderId: string,
  shared: Shared,
  { cards, numbered }: { cards: readonly FileCard[]; numbered: readonly NewCard[] },
  { tenant, now }: Scope,
  vault: CardVault,
): Promise<ProducedKit[]> {
  const stored = await vault.storeMany(tenant, numbered)
  const kits = cards.map(({ kitNo, parentKitNo, expiry, aliasName }, i): Kit => {
    const cardNumber = stored[i]
    if (!cardNumber) throw new Error(`kit ${kitNo} has no card number`)
    return newlyStored({
      _id: kitNo,
      orderId,
      ...(parentKitNo !== undefined && { parentKitNo }),
      status: 'UNALLOCATED',
      ...shared,
      ...(aliasName !== undefined && { aliasName }),
      expiry: expiry.slice(2) + expiry.slice(0, 2), // MMYY in the file, YYMM here
      ...cardNumber,
      createdAt: now,
      changedAt: now,
    })
  })
  const own = { _id: { $in: kits.map(({ _id }) => _id) }, orderId }
  if ((await placeMany(kitsOf(tenant), kits)) === 'some-there' && (await kitsOf(tenant).countDocuments(own)) < kits.length)
    throw new Error(`kit numbers of the file of order ${orderId} were taken just now`)
  return kits.map(({ _id: kitNo, parentKitNo, maskedPan: maskedCardNumber, expiry }) => ({
    kitNo,
    ...(parentKitNo !== undefined && { parentKitNo }),
    maskedCardNumber,
    expDate: expDateOf(expiry),
  }))
}
