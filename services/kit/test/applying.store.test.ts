// applyForCard and closing in the real store: fresh cards, plastic for virtual ones, and repeats.
// Rules: docs/rules.md#a-fresh-card, docs/rules.md#conversion, docs/rules.md#closing,
// docs/rules.md#delivery-addresses.
import { randomUUID } from 'node:crypto'
import type { AppliedCard } from '@dcms/contract'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { kitsOf } from '../src/kit.ts'
import { KitBank } from './kit-bank.ts'
import { customerContext, dyingAfter, kitsOfEntity, replay, tieredTenant } from './life.ts'

let bank: KitBank
let entityId = ''

beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())
beforeEach(() => {
  entityId = `req-${randomUUID()}`
  bank.parts = { customer: customerContext({ mobiles: { [entityId]: [] }, withoutAddress: 'COMMUNICATION' }) }
})

const apply = (body: object, change: object = {}) => bank.run('applyForCard', body, { tenant: tieredTenant(bank), ...change })
const cardOf = ({ result }: { result: unknown }) => (result as AppliedCard).kitInfo[0]

test('a fresh physical card is INACTIVE on the default account, sent to the PERMANENT address', async () => {
  const applied = await apply({ entityId })
  expect(cardOf(applied)).toMatchObject({ cardStatus: 'INACTIVE', cardType: 'PHYSICAL', accountNo: '8642135', productId: '2003_PHYSICAL' })
  const [kit] = await kitsOfEntity(bank, entityId)
  expect(kit).toMatchObject({ deliveryAddress: 'PERMANENT' })
  expect(kit && replay(kit)).toEqual(['RESERVED', 'INACTIVE'])
})

test('who holds a physical card gets no second one, whatever usable status it is in', async () => {
  const held = await bank.issue(entityId, 'INACTIVE', '2003_PHYSICAL')
  for (const status of ['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED'] as const) {
    await kitsOf(bank.tenant).updateOne({ _id: held._id }, { $set: { status } })
    expect(await apply({ entityId })).toMatchObject({ status: 400, code: 'card.already.active' })
  }
  await kitsOf(bank.tenant).updateOne({ _id: held._id }, { $set: { status: 'BLOCKED' } })
  expect(await apply({ entityId })).toMatchObject({ status: 200 })
})

test('ten applications at once issue one card', async () => {
  const applied = await Promise.all(Array.from({ length: 10 }, () => apply({ entityId })))
  expect(applied.filter(({ status }) => status === 200)).toHaveLength(1)
  for (const { code } of applied.filter(({ status }) => status !== 200))
    expect(['card.already.active', 'concurrent.change']).toContain(code)
  expect(await kitsOfEntity(bank, entityId)).toHaveLength(1)
})

test('a process that dies after the card was issued: the repeat shows that card', async () => {
  const order = { entityId, requestId: randomUUID() }
  await expect(apply(order, dyingAfter(1))).rejects.toThrow('the process died')
  const repeated = await apply(order)
  const kits = await kitsOfEntity(bank, entityId)
  expect(kits.map(({ _id }) => _id)).toEqual([cardOf(repeated)?.kitNo])
})

test.each([
  ['an unknown customer', { entityId: 'nobody' }, 'CUS001'],
  ['an address the customer has not', { deliveryAddress: 'COMMUNICATION' }, 'invalid.input.request'],
  ['an unknown kit', { kitNo: 'NOSUCHKIT' }, 'MCC007'],
])('%s is refused', async (_what, body, code) => {
  expect(await apply({ entityId, ...body })).toMatchObject({ status: 400, code })
})

test('a virtual card gets its plastic: same kit, number and status, the physical product', async () => {
  const virtual = await bank.issue(entityId, 'ACTIVE')
  const applied = cardOf(await apply({ entityId, kitNo: virtual._id }))
  expect(applied).toMatchObject({
    kitNo: virtual._id,
    cardNumber: virtual.maskedPan,
    cardStatus: 'ACTIVE',
    cardType: 'PHYSICAL',
    productId: '2003_PHYSICAL',
    cardConversionDate: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  })
  const kit = await bank.kit(virtual._id)
  expect(await bank.cardNumberOf(kit)).toBe(await bank.cardNumberOf(virtual))
  expect(kit.outbox.at(-1)).toMatchObject({
    type: 'KitConverted',
    payload: { previousProductId: '2003_VIRTUAL', cardStatus: 'ACTIVE', deliveryAddress: 'PERMANENT' },
  })
  expect(await apply({ entityId, kitNo: virtual._id })).toMatchObject({ status: 400, code: 'invalid.kit.info' })
})

test('a conversion whose answer was lost is shown again, not done again', async () => {
  const virtual = await bank.issue(entityId, 'INACTIVE')
  const order = { entityId, kitNo: virtual._id, requestId: randomUUID() }
  await expect(apply(order, dyingAfter(1))).rejects.toThrow('the process died')
  expect(cardOf(await apply(order))).toMatchObject({ kitNo: virtual._id, cardType: 'PHYSICAL', cardStatus: 'INACTIVE' })
  expect((await bank.kit(virtual._id)).outbox.filter(({ type }) => type === 'KitConverted')).toHaveLength(1)
})

test('a product without a physical counterpart under the same BIN stays virtual', async () => {
  const virtual = await bank.issue(entityId, 'ACTIVE')
  const tenant = tieredTenant(bank)
  const products = tenant.definition.products.filter(({ cardType }) => cardType === 'VIRTUAL')
  const without = { tenant: { ...tenant, definition: { ...tenant.definition, products } } }
  expect(await apply({ entityId, kitNo: virtual._id }, without)).toMatchObject({ status: 400, code: 'product.not.found' })
})

test('a kit is closed once, from any status, and the repeat of the same order says what it was', async () => {
  const kit = await bank.issue(entityId, 'HOTLISTED')
  const close = (key: string) => bank.run('closeKit', { kitNo: kit._id, reason: 'account closed' }, { idempotencyKey: key, user: 'asha' })
  const closed = await close('close-1')
  expect(closed).toMatchObject({ status: 200, result: { kitNo: kit._id, previousStatus: 'HOTLISTED' } })
  expect(await close('close-1')).toEqual(closed)
  expect(await close('close-2')).toMatchObject({ status: 400, code: 'card.already.closed' })
  expect((await bank.kit(kit._id)).outbox.at(-1)).toMatchObject({ type: 'KitClosed', payload: { changer: 'asha', entityId } })
  expect(await bank.run('closeKit', { kitNo: 'NOSUCHKIT' }, { user: 'asha' })).toMatchObject({ code: 'MCC007' })
})
