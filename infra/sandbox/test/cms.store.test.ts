// The card management system over HTTP, with the real store.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type OwnSandbox, type Reply, startOwnSandbox } from './own-sandbox.ts'

let sandbox: OwnSandbox
/** A bank of its own for each test. */
let bank: string
beforeAll(async () => {
  sandbox = await startOwnSandbox()
})
beforeEach(() => {
  bank = `BANK_${randomBytes(4).toString('hex').toUpperCase()}`
})
afterAll(() => sandbox.stop())

const product = (line: number, productId: string, quantity = 10) => ({
  line,
  bin: '608040',
  productId,
  quantity,
  plasticCode: '71',
  cardType: 'PHYSICAL',
  embossType: 'NON_PERSONALIZED',
})
const order = (orderId: string, ...products: object[]) => ({
  orderId,
  branchId: 'BR001',
  products: products.length > 0 ? products : [product(1, 'CLASSIC')],
})
const place = (body: object, tenant = bank): Promise<Reply> => sandbox.call(tenant, 'POST', '/cms/orders', body)
const ask = (orderId: string, tenant = bank): Promise<Reply> => sandbox.call(tenant, 'GET', `/cms/orders/${orderId}`)
const withdraw = (orderId: string): Promise<Reply> => sandbox.call(bank, 'POST', `/cms/orders/${orderId}/withdraw`)
const control = (path: string, body?: object): Promise<Reply> => sandbox.control(bank, 'POST', path, body)
const codeOf = ({ status, body }: Reply) => [status, body.error?.code]
const stateOf = ({ body }: Reply) => `${body.sequence} ${body.status}`
const placed = async (query = '') => (await sandbox.control(bank, 'GET', `/cms/orders${query}`)).body.orders

test('an order placed again, also many times at once, is one order with one name', async () => {
  const replies = await Promise.all(Array.from({ length: 8 }, () => place(order('ORD-1'))))
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(7)
  expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(replies[0]?.body).toEqual({
    orderId: 'ORD-1',
    cardOrderName: expect.stringMatching(/^\d{10}$/),
    status: 'PENDING',
    sequence: 1,
    products: [{ line: 1, status: 'PENDING' }],
  })
  expect(await placed()).toMatchObject([{ placed: order('ORD-1'), status: 'PENDING' }])
})

test('another order under an orderId that was placed is refused, and the first one stands', async () => {
  await place(order('ORD-1'))
  expect(codeOf(await place(order('ORD-1', product(1, 'CLASSIC', 11))))).toEqual([409, 'order.conflict'])
  expect(await placed()).toMatchObject([{ placed: order('ORD-1') }])
})

test('an order is in work for half an hour of the bank’s clock, then it is processed', async () => {
  await place(order('ORD-1'))
  await control('/clock', { advance: 'PT29M' })
  expect(stateOf(await ask('ORD-1'))).toBe('1 PENDING')
  await control('/clock', { advance: 'PT1M' })
  const processed = await ask('ORD-1')
  expect(processed.body).toMatchObject({ status: 'PROCESSED', sequence: 2, products: [{ line: 1, status: 'PROCESSED' }] })
  const again = await place(order('ORD-1'))
  expect([again.status, again.body]).toEqual([200, processed.body])
})

test('a rule says how long an order is in work, at its placing; without any time it is processed at once', async () => {
  await control('/cms/rules', { processAfterMinutes: 0 })
  expect((await place(order('ORD-1'))).body).toMatchObject({ status: 'PROCESSED', sequence: 2 })
  await control('/cms/rules', { processAfterMinutes: 600 })
  expect(stateOf(await ask('ORD-1'))).toBe('2 PROCESSED')
  await place(order('ORD-2'))
  await control('/cms/rules', {})
  await control('/clock', { advance: 'PT9H' })
  expect(stateOf(await ask('ORD-2'))).toBe('1 PENDING')
})

test('lines whose product a rule fails are failed with a reason, and the order when all of them are', async () => {
  await control('/cms/rules', { failProducts: ['GOLD'] })
  await place(order('ORD-1', product(1, 'CLASSIC'), product(2, 'GOLD')))
  await place(order('ORD-2', product(1, 'GOLD')))
  expect((await ask('ORD-1')).body.products).toEqual([
    { line: 1, status: 'PENDING' },
    { line: 2, status: 'PENDING' },
  ])
  await control('/clock', { advance: 'PT30M' })
  const why = { reason: expect.any(String), reasonCode: 'cms.product.not.produced' }
  const partly = (await ask('ORD-1')).body
  expect(partly).toMatchObject({
    status: 'PROCESSED',
    products: [
      { line: 1, status: 'PROCESSED' },
      { line: 2, status: 'FAILED', ...why },
    ],
  })
  expect(partly).not.toHaveProperty('reasonCode')
  expect((await ask('ORD-2')).body).toMatchObject({ status: 'FAILED', ...why, products: [{ status: 'FAILED', ...why }] })
})

test('an order of more than a million cards, or of a product that a rule refuses, is refused and may come again smaller', async () => {
  const tooLarge = await place(order('ORD-1', product(1, 'CLASSIC', 1_000_000), product(2, 'GOLD', 1)))
  expect(codeOf(tooLarge)).toEqual([422, 'cms.order.too.large'])
  await control('/cms/rules', { refuseProducts: ['GOLD'] })
  expect(codeOf(await place(order('ORD-1', product(1, 'GOLD'))))).toEqual([422, 'cms.product.not.found'])
  expect(codeOf(await ask('ORD-1'))).toEqual([404, 'order.unknown'])
  expect((await place(order('ORD-1', product(1, 'CLASSIC', 1_000_000)))).status).toBe(201)
})

test('an order without its fields, with too many lines or the same line twice is refused, and one without an account is refused', async () => {
  const { status, body } = await place({ orderId: 'ORD-1', products: [{}] })
  expect(status).toBe(400)
  expect(body.error.message).toContain('branchId is required')
  expect(body.error.message).toContain('bin is required')
  expect((await place(order('ORD-1', product(1, 'CLASSIC'), product(1, 'GOLD')))).status).toBe(400)
  expect((await place(order('ORD-1', ...Array.from({ length: 51 }, (_, line) => product(line, 'CLASSIC'))))).status).toBe(400)
  expect((await place(order('ORD-1', product(1, 'CLASSIC', 0)))).status).toBe(400)
  expect((await place(order('ORD-1'), '')).status).toBe(401)
  expect(await placed()).toEqual([])
})

test('an order withdrawn before it came is refused when it comes, and is as unknown as one that never came', async () => {
  const first = await withdraw('ORD-1')
  expect([first.status, first.body]).toEqual([200, { status: 'WITHDRAWN' }])
  expect((await withdraw('ORD-1')).status).toBe(200)
  expect(codeOf(await place(order('ORD-1')))).toEqual([409, 'order.withdrawn'])
  expect(codeOf(await ask('ORD-1'))).toEqual([404, 'order.unknown'])
})

test('an order that was accepted cannot be withdrawn', async () => {
  await place(order('ORD-1'))
  expect(codeOf(await withdraw('ORD-1'))).toEqual([409, 'order.accepted'])
  expect(stateOf(await ask('ORD-1'))).toBe('1 PENDING')
})

test('of a placing and a withdrawal at once exactly one succeeds', async () => {
  const ids = Array.from({ length: 10 }, (_, at) => `ORD-${at}`)
  const rounds = await Promise.all(ids.map((id) => Promise.all([place(order(id)), withdraw(id)])))
  for (const [placing, withdrawal] of rounds)
    expect([placing.status, withdrawal.status].toSorted()).toEqual(placing.status === 201 ? [201, 409] : [200, 409])
})

test('an order can be stopped while it is in work, and only then', async () => {
  await place(order('ORD-1'))
  await place(order('ORD-2'))
  await control('/clock', { advance: 'PT10M' })
  const stops = await Promise.all([control('/cms/orders/ORD-1/fail'), control('/cms/orders/ORD-1/fail')])
  expect(stops.map(({ status }) => status).toSorted()).toEqual([200, 409])
  await control('/clock', { advance: 'P1D' })
  const why = { reason: expect.any(String), reasonCode: 'cms.order.stopped' }
  expect((await ask('ORD-1')).body).toMatchObject({ status: 'FAILED', sequence: 2, ...why, products: [{ status: 'FAILED', ...why }] })
  expect(codeOf(await control('/cms/orders/ORD-2/fail'))).toEqual([409, 'order.ended'])
  expect(codeOf(await control('/cms/orders/ORD-3/fail'))).toEqual([404, 'order.unknown'])
})

test('an order can be forgotten; placed again it is a new one, its work begins anew', async () => {
  const first = await place(order('ORD-1'))
  await control('/clock', { advance: 'PT20M' })
  expect((await control('/cms/orders/ORD-1/forget')).status).toBe(200)
  expect(codeOf(await ask('ORD-1'))).toEqual([404, 'order.unknown'])
  expect(codeOf(await control('/cms/orders/ORD-1/forget'))).toEqual([404, 'order.unknown'])
  const second = await place(order('ORD-1'))
  expect(second.status).toBe(201)
  expect(second.body.cardOrderName).not.toBe(first.body.cardOrderName)
  await control('/clock', { advance: 'PT20M' })
  expect(stateOf(await ask('ORD-1'))).toBe('1 PENDING')
})

test('answers to the status can be stale for as often as a rule says: the state before, with its lower sequence', async () => {
  await control('/cms/rules', { staleAnswers: 2 })
  await place(order('ORD-1'))
  expect(stateOf(await ask('ORD-1'))).toBe('1 PENDING')
  await control('/clock', { advance: 'PT30M' })
  const seen: string[] = []
  for (let round = 0; round < 4; round++) seen.push(stateOf(await ask('ORD-1')))
  expect(seen).toEqual(['1 PENDING', '1 PENDING', '2 PROCESSED', '2 PROCESSED'])
  expect((await sandbox.control(bank, 'GET', '/cms/rules')).body).toMatchObject({ staleAnswers: 0, processAfterMinutes: 30 })
})

test('an answer can be lost after the order was accepted: its repeat finds it', async () => {
  await control('/faults/cms', { next: { calls: 1, kind: 'RESET', moment: 'AFTER' } })
  await expect(place(order('ORD-1'))).rejects.toThrow()
  expect(stateOf(await ask('ORD-1'))).toBe('1 PENDING')
  expect((await place(order('ORD-1'))).status).toBe(200)
})

test('rules that cannot be are refused, and the ones before stay', async () => {
  await control('/cms/rules', { processAfterMinutes: 5 })
  expect((await control('/cms/rules', { processAfterMinutes: -1 })).status).toBe(400)
  expect((await sandbox.control(bank, 'GET', '/cms/rules')).body).toEqual({
    processAfterMinutes: 5,
    failProducts: [],
    refuseProducts: [],
    staleAnswers: 0,
  })
})

test('two banks have the same orderId and different orders, clocks and rules; a reset forgets one bank’s, restarts forget nothing', async () => {
  const other = `${bank}_B`
  const mine = (await place(order('ORD-1'))).body
  const theirs = (await place(order('ORD-1', product(1, 'GOLD')), other)).body
  expect(theirs.cardOrderName).not.toBe(mine.cardOrderName)
  await sandbox.control(other, 'POST', '/clock', { advance: 'PT1H' })
  await control('/cms/rules', { failProducts: ['CLASSIC'] })
  await sandbox.restart()
  expect(stateOf(await ask('ORD-1'))).toBe('1 PENDING')
  expect(stateOf(await ask('ORD-1', other))).toBe('2 PROCESSED')
  expect((await sandbox.control(bank, 'GET', '/cms/rules')).body.failProducts).toEqual(['CLASSIC'])
  await sandbox.control(other, 'POST', '/reset')
  expect((await ask('ORD-1', other)).status).toBe(404)
  expect((await ask('ORD-1')).body).toEqual(mine)
})

test('the orders of a bank are shown in the order of their names, the latest up to a limit', async () => {
  for (const id of ['ORD-1', 'ORD-2', 'ORD-3']) await place(order(id))
  const ids = (orders: { orderId: string }[]) => orders.map(({ orderId }) => orderId)
  expect(ids(await placed())).toEqual(['ORD-1', 'ORD-2', 'ORD-3'])
  expect(ids(await placed('?limit=2'))).toEqual(['ORD-2', 'ORD-3'])
  expect((await sandbox.control(bank, 'GET', '/cms/orders?limit=1001')).status).toBe(400)
})
