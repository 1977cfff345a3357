// One batch of the kits of a card order: numbers leased, fixed in the production, kits made, told.
// Each step is one update or may be repeated, so that whoever comes next carries on.
import { type KitsNotProduced, type KitsProduced, type Product, productOf, type TenantDefinition } from '@dcms/contract'
import { type Decision, newlyStored, placeMany, type Scope, type Tenant } from '@dcms/service'
import { expDateOf, expiryOf, type Kit, kitsOf } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'
import { type CardNumbering, kitNoAt, type NumberedRange, parentKitNoAt, rangeOf } from './number-cards.ts'
import {
  type Batch,
  batchSizeOf,
  type NotProduced,
  type Production,
  type ProductionLine,
  persoFilesOf,
  productionsOf,
  type SharedOfKits,
  withRow,
} from './production.ts'

export interface KitProduction {
  vault: CardVault
  numbering: CardNumbering
}

/**
 * Makes the next batch of a production, or ends a line whose kits cannot be made. Nothing is asked
 * or written card by card. When somebody else was faster with a step, the rest is left to them.
 */
export async function produceBatch(production: Production, scope: Scope, parts: KitProduction): Promise<void> {
  const line = production.lines.findIndex(isOpen)
  const open = production.lines[line]
  if (!open) throw new Error(`production ${production._id} waits for its turn though nothing is left to be made`)
  const fixed = production.batch ? production : await fixBatch(production, line, open, scope, parts.numbering)
  if (!fixed?.batch) return
  const kits = await makeKits(fixed._id, fixed.batch, scope, parts)
  await step('told', fixed, decideProduced(fixed, fixed.batch, kits, at(scope)), scope)
}

/** When a step is done, and what the bank says then. */
interface At {
  now: Date
  definition: TenantDefinition
}
export const at = ({ now, tenant }: Scope): At => ({ now, definition: tenant.definition })

export const isOpen = ({ made, quantity, failed }: ProductionLine): boolean => !failed && made < quantity

/** The production with its next batch; null when there is none now. */
async function fixBatch(
  production: Production,
  line: number,
  open: ProductionLine,
  scope: Scope,
  numbering: CardNumbering,
): Promise<Production | null> {
  const { tenant } = scope
  const found = numberedProduct(open, tenant)
  if (found.kind === 'none') return await giveUp(production, line, found.code, found.reason, scope)
  const { product, range } = found
  const exhausted = () => giveUp(production, line, 'bin.range.exhausted', `BIN ${range.bin} has no card numbers left for this order`, scope)
  // The whole line or nothing of it, unless others take the numbers meanwhile.
  if (open.made === 0 && (await numbering.leftIn(tenant, range)) < open.quantity) return await exhausted()
  const kitsPerParent = product.cardType === 'PHYSICAL' ? production.kitsPerParent : 0
  const count = Math.min(open.quantity - open.made, batchSizeOf(production.kitsPerParent))
  const parents = kitsPerParent === 0 ? 0 : Math.ceil(count / kitsPerParent)
  const leased = await numbering.leaseBatch(tenant, range, { kits: count, parents })
  if (!leased) return await exhausted()
  const shared = sharedOf(product, open, production.asOf, tenant)
  const batch: Batch = { number: production.done + 1, line, count, range, ...leased, kitsPerParent, shared }
  return await step('fixed', production, { kind: 'changed', set: { batch }, events: [] }, scope)
}

type Numbered = { kind: 'numbered'; product: Product; range: NumberedRange } | { kind: 'none'; code: NotProduced; reason: string }

/** The product as the bank defines it now. */
export function numberedProduct({ productId, bin }: ProductionLine, tenant: Tenant): Numbered {
  const product = productOf(tenant.definition, productId)
  if (!product) return { kind: 'none', code: 'product.not.found', reason: `product ${productId} is not defined` }
  const isDefined = tenant.definition.bins.some((each) => each.bin === product.bin)
  if (product.bin !== bin || !isDefined)
    return { kind: 'none', code: 'product.not.found', reason: `product ${productId} is not numbered in BIN ${bin}` }
  return { kind: 'numbered', product, range: rangeOf(tenant, product) }
}

export function sharedOf(
  product: Product,
  { plasticCode = product.plasticCode }: ProductionLine,
  asOf: Date,
  tenant: Tenant,
): SharedOfKits {
  const { productId, productName, cardType, cardCategory, networkType, tierType, bin, validityMonths } = product
  return {
    productId,
    productName,
    cardType,
    cardCategory,
    networkType,
    ...(tierType && { tierType }),
    ...(plasticCode && { plasticCode }),
    bin,
    expiry: expiryOf(asOf, validityMonths, tenant.definition.timeZone),
  }
}

/** What an event names of a kit. */
export type ProducedKit = KitsProduced['kits'][number]

/**
 * Stores the kits of a batch, PANs first. A repeat numbers the same kits and leaves those that are
 * there as they stand.
 * @throws when a number is not this batch's own
 */
async function makeKits(
  orderId: string,
  batch: Batch,
  { tenant, now }: Scope,
  { vault, numbering }: KitProduction,
): Promise<ProducedKit[]> {
  const { range, panFrom, kitFrom, parentFrom, kitsPerParent, count, shared } = batch
  const pans = await numbering.pansOf(tenant, range, panFrom, count)
  const cards = pans.map((pan, i) => ({ pan, kitNo: kitNoAt(kitFrom + i) }))
  const stored = await vault.storeMany(tenant, cards)
  const kits = cards.map(({ kitNo }, i): Kit => {
    const cardNumber = stored[i]
    if (!cardNumber) throw new Error(`kit ${kitNo} has no card number`)
    return newlyStored({
      _id: kitNo,
      orderId,
      ...(kitsPerParent > 0 && { parentKitNo: parentKitNoAt(parentFrom + Math.floor(i / kitsPerParent)) }),
      status: 'UNALLOCATED',
      ...shared,
      ...cardNumber,
      createdAt: now,
      changedAt: now,
    })
  })
  const own = { _id: { $in: kits.map(({ _id }) => _id) }, orderId }
  if ((await placeMany(kitsOf(tenant), kits)) === 'some-there' && (await kitsOf(tenant).countDocuments(own)) < kits.length)
    throw new Error(`kit numbers of batch ${batch.number} of order ${orderId} are taken`)
  const expDate = expDateOf(shared.expiry)
  return kits.map(({ _id: kitNo, parentKitNo, maskedPan: maskedCardNumber }) => ({
    kitNo,
    ...(parentKitNo !== undefined && { parentKitNo }),
    maskedCardNumber,
    expDate,
  }))
}

/** What is told of a batch; kits of a file have numbers of their own, which are in no row. */
type ToldBatch = Pick<Batch, 'number' | 'line' | 'count'> &
  Partial<Pick<Batch, 'kitFrom'>> & { shared: Pick<SharedOfKits, 'productId' | 'bin' | 'cardType' | 'plasticCode'> }

/** The batch is done and told of in the same update. */
export function decideProduced(
  production: Production,
  batch: ToldBatch,
  kits: ProducedKit[],
  when: At,
): Decision<Production, KitsProduced, never> {
  const { now } = when
  const { productId, bin, cardType, plasticCode } = batch.shared
  const lines = production.lines.map((each, i) => (i === batch.line ? { ...each, made: each.made + batch.count } : each))
  const told: KitsProduced = {
    type: 'KitsProduced',
    orderId: production._id,
    batch: batch.number,
    batches: production.batches,
    productId,
    bin,
    ...(plasticCode !== undefined && { plasticCode }),
    cardType,
    kits,
    producedAt: now.toISOString(),
  }
  const { kitFrom, line, count } = batch
  const rows = kitFrom === undefined ? {} : { rows: withRow(production.rows ?? [], { line, kitFrom, count }) }
  return { kind: 'changed', ...turnOf(production, lines, when, { done: batch.number, ...rows }, ['batch']), events: [told] }
}

/** Ends a line; what was made of it stays. */
export async function giveUp(production: Production, line: number, code: NotProduced, reason: string, scope: Scope): Promise<null> {
  await step(`line ${line} not produced`, production, decideNotProduced(production, line, code, reason, at(scope)), scope)
  return null
}

export function decideNotProduced(
  production: Production,
  line: number,
  reasonCode: NotProduced,
  reason: string,
  when: At,
): Decision<Production, KitsNotProduced, never> {
  const lines = production.lines.map((each, i) => (i === line ? { ...each, failed: reasonCode } : each))
  const productId = production.lines[line]?.productId ?? ''
  const told = { orderId: production._id, productId, reason, reasonCode, notProducedAt: when.now.toISOString() }
  return { kind: 'changed', ...turnOf(production, lines, when), events: [{ type: 'KitsNotProduced', ...told }] }
}

/**
 * To the end of the queue, or out of it when nothing is left to be made: then vendors are told of
 * cards that they are to make. Those of a file are made already.
 */
function turnOf(
  { _id, fromFile }: Production,
  lines: ProductionLine[],
  { now, definition }: At,
  set: Partial<Production> = {},
  unset: ('batch' | 'turnAt')[] = [],
) {
  if (lines.some(isOpen)) return { set: { ...set, lines, turnAt: now }, unset }
  const persoFiles = fromFile ? [] : persoFilesOf(_id, lines, definition, now)
  return {
    set: { ...set, lines, ...(persoFiles.length > 0 && { persoFiles, persoDueAt: now }) },
    unset: [...unset, 'turnAt' as const],
  }
}

/** One step, by its name; null when somebody else was faster. */
export async function step(
  name: string,
  production: Production,
  decision: Decision<Production, KitsProduced | KitsNotProduced, never>,
  scope: Scope,
): Promise<Production | null> {
  const own = scope.ofCommand(`${scope.commandId}/${name}`)
  const committed = await own.commit(productionsOf, production, decision, null)
  if (committed.kind !== 'answer' || decision.kind !== 'changed') return null
  return { ...production, ...decision.set, version: production.version + 1 }
}
