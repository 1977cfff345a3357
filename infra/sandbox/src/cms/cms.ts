// The card management system as a partner: takes card orders, works on them by the tenant's clock,
// and tells how far they are. It makes no card: card numbers are made where the kits are kept.
import { hashOf, place } from '@dcms/service'
import type { Collection } from 'mongoose'
import { done, invalid, limitOf, type Partner, type PartnerAnswer, type PartnerCall, refused } from '../partner.ts'
import { idOf, type Store } from '../store.ts'
import { everybody, type TenantStates } from '../tenant-state.ts'
import {
  answerOf,
  CARDS_MAX,
  type CardOrder,
  type CmsRules,
  isOrderId,
  type PlacedOrder,
  readPlacing,
  readRules,
  sequenceAt,
  statesOf,
  stopped,
  type Withdrawn,
} from './card-order.ts'

const SHOWN_MAX = 1_000
/** Names of orders look like those of a CMS that numbers by the second. */
const FIRST_NAME = 1_763_000_000

interface Books {
  orders: Collection<CardOrder | Withdrawn>
  states: TenantStates
}

export function cms(store: Store, states: TenantStates): Partner {
  const books: Books = { orders: store.collection<CardOrder | Withdrawn>('cardOrders'), states }
  return {
    name: 'cms',
    routes: [
      { method: 'post', path: '/orders', handle: (call) => accept(books, call) },
      { method: 'get', path: '/orders/:orderId', handle: (call) => tell(books, call) },
      { method: 'post', path: '/orders/:orderId/withdraw', handle: (call) => withdraw(books, call) },
    ],
    control: [
      { method: 'get', path: '/cms/rules', handle: async ({ rules }) => done(rulesOf(rules)) },
      { method: 'post', path: '/cms/rules', handle: (call) => setRules(books, call) },
      { method: 'get', path: '/cms/orders', handle: (call) => show(books, call) },
      { method: 'post', path: '/cms/orders/:orderId/fail', handle: (call) => stop(books, call) },
      { method: 'post', path: '/cms/orders/:orderId/forget', handle: (call) => forget(books, call) },
    ],
    indexes: [{ collection: 'cardOrders', keys: { tenant: 1, cardOrderName: 1 } }],
    async reset(tenant) {
      await books.orders.deleteMany({ tenant })
    },
  }
}

function rulesOf(rules: unknown): CmsRules {
  const read = readRules(rules ?? {})
  if (!read.valid) throw new Error('the stored rules of the CMS cannot be read')
  return read.value
}

/**
 * An order is made once: the same again is answered with the state it is in, another one under its
 * orderId is refused, and one that was withdrawn before it came is refused for ever.
 */
async function accept({ orders, states }: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const read = readPlacing(call.body)
  if (!read.valid) return invalid(read.fieldError)
  const order = read.value
  if (new Set(order.products.map(({ line }) => line)).size < order.products.length)
    return invalid(['each line of products must be another'])
  const _id = idOf(call.tenant, order.orderId)
  const bodyHash = hashOf(order)
  const repeated = (found: CardOrder | Withdrawn): PartnerAnswer => {
    if (found.kind === 'withdrawn') return refused(409, 'order.withdrawn', 'the order was withdrawn before it came')
    if (found.bodyHash !== bodyHash) return refused(409, 'order.conflict', 'another order was placed under this orderId before')
    return done(answerOf(found, sequenceAt(found, call.now)))
  }
  const earlier = await orders.findOne({ _id })
  if (earlier) return repeated(earlier)
  const rules = rulesOf(call.rules)
  const refusal = refusalOf(order, rules)
  if (refusal) return refusal
  const cardOrderName = String(FIRST_NAME + (await states.nextNumber(everybody, 'cardOrder')))
  const placed: CardOrder = {
    _id,
    tenant: call.tenant,
    kind: 'order',
    order,
    bodyHash,
    cardOrderName,
    states: statesOf(order, call.now, rules),
  }
  if ((await place(orders, placed)) === 'placed') return done(answerOf(placed, sequenceAt(placed, call.now)), 201)
  return repeated((await orders.findOne({ _id })) ?? placed) // it came twice at once, or was withdrawn just now
}

function refusalOf({ products }: PlacedOrder, { refuseProducts }: CmsRules): PartnerAnswer | undefined {
  const cards = products.reduce((sum, { quantity }) => sum + quantity, 0)
  if (cards > CARDS_MAX) return refused(422, 'cms.order.too.large', `an order has at most ${CARDS_MAX} cards`)
  if (products.some(({ productId }) => refuseProducts.includes(productId)))
    return refused(422, 'cms.product.not.found', 'the CMS does not produce one of the products')
  return undefined
}

const unknown = refused(404, 'order.unknown', 'this account has no order with that orderId')

/** The order of a call; one that was withdrawn is as unknown as one that never came. */
async function orderOf({ orders }: Books, { tenant, path }: PartnerCall): Promise<CardOrder | null> {
  const found = await orders.findOne({ _id: idOf(tenant, path.orderId ?? ''), kind: 'order' })
  return found?.kind === 'order' ? found : null
}

async function tell(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const found = await orderOf(books, call)
  if (!found) return unknown
  const sequence = sequenceAt(found, call.now)
  const isStale =
    sequence > 1 && rulesOf(call.rules).staleAnswers > 0 && (await books.states.takeOne(call.tenant, 'rules.cms.staleAnswers'))
  return done(answerOf(found, isStale ? sequence - 1 : sequence))
}

async function withdraw({ orders }: Books, { tenant, path }: PartnerCall): Promise<PartnerAnswer> {
  const { orderId } = path
  if (!isOrderId(orderId)) return invalid(['orderId is none'])
  const withdrawn: Withdrawn = { _id: idOf(tenant, orderId), tenant, kind: 'withdrawn' }
  await place(orders, withdrawn)
  const stands = await orders.findOne({ _id: withdrawn._id })
  if (stands?.kind === 'order') return refused(409, 'order.accepted', 'the order was accepted before')
  return done({ status: 'WITHDRAWN' })
}

async function setRules({ states }: Books, { tenant, body }: PartnerCall): Promise<PartnerAnswer> {
  const rules = readRules(body)
  if (!rules.valid) return invalid(rules.fieldError)
  await states.set(tenant, { 'rules.cms': rules.value })
  return done(rules.value)
}

/** The latest orders, as they were placed and in the state they are in. */
async function show({ orders }: Books, { tenant, now, query }: PartnerCall): Promise<PartnerAnswer> {
  const limit = limitOf(query.limit, SHOWN_MAX, SHOWN_MAX)
  if (limit === null) return invalid([`limit must be between 1 and ${SHOWN_MAX}`])
  const found = await orders.find({ tenant, kind: 'order' }).sort({ cardOrderName: -1 }).limit(limit).toArray()
  const shown = found.reverse().flatMap((order) => (order.kind === 'order' ? [order] : []))
  return done({ orders: shown.map((order) => ({ placed: order.order, ...answerOf(order, sequenceAt(order, now)) })) })
}

/** An order is stopped once, while it is in work: of two calls at once one is too late. */
async function stop(books: Books, call: PartnerCall): Promise<PartnerAnswer> {
  const found = await orderOf(books, call)
  if (!found) return unknown
  const ended = refused(409, 'order.ended', 'the order was processed or has failed already')
  if (sequenceAt(found, call.now) === found.states.length) return ended
  const states = stopped(found, call.now)
  const { matchedCount } = await books.orders.updateOne(
    { _id: found._id, stoppedAt: { $exists: false } },
    { $set: { states, stoppedAt: call.now } },
  )
  return matchedCount === 0 ? ended : done(answerOf({ ...found, states }, states.length))
}

/** As if the order, or its withdrawal, had never come. */
async function forget({ orders }: Books, { tenant, path }: PartnerCall): Promise<PartnerAnswer> {
  const { deletedCount } = await orders.deleteOne({ _id: idOf(tenant, path.orderId ?? '') })
  return deletedCount === 0 ? unknown : done({ forgotten: true })
}
