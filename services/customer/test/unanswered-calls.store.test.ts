// What becomes of register and registerCard when the kit context is away or a process dies:
// nothing, or what the same call finds again.
import { publicEndpoints, type Register } from '@dcms/contract'
import { createLogger } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { customersOf } from '../src/customer.ts'
import { finishIssuings } from '../src/finish-issuings.ts'
import { CustomerBank } from './customer-bank.ts'

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
beforeEach(() => {
  bank.isKitAway = false
  bank.refusals.clear()
  bank.meanwhile = async () => undefined
})
afterAll(() => bank.close())

const asha = publicEndpoints.register.examples[0].request as unknown as Register
const register = (entityId: string, change: object = {}) => bank.run('register', { ...structuredClone(asha), entityId, ...change })
const issue = (entityId: string, change: object = {}) =>
  bank.run('registerCard', { entityId, kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' }], ...change })
const eventsOf = async (entityId: string) => (await bank.events(entityId)).map((event) => (event as { type: string }).type)
const countOf = (entityId: string): number => bank.kits.ACME_BANK?.filter((kit) => kit.entityId === entityId).length ?? 0
/** What the sweep does, an hour later. */
async function sweep(): Promise<void> {
  const scope = await bank.scope()
  await finishIssuings(bank.kit, createLogger('test', 'fatal'), () => Date.now() + 60 * 60_000).run(
    (_tenant, commandId) => scope.ofCommand(commandId),
    bank.tenant(),
  )
}
/** The kit context is away from the next call of this endpoint on. */
const goesAwayAt = (endpointName: string): void => {
  bank.meanwhile = async (name) => {
    if (name === endpointName) bank.isKitAway = true
  }
}
const comesBack = (): void => {
  bank.meanwhile = async () => undefined
  bank.isKitAway = false
}
const away = { status: 503, code: 'service.unavailable' }

test('while the kit context is away three calls without a key begin nothing, and nothing comes of them later', async () => {
  await register('patient')
  bank.isKitAway = true
  for (let calls = 0; calls < 3; calls++) expect(await issue('patient')).toMatchObject(away)
  expect(await register('never')).toMatchObject(away)
  comesBack()
  await sweep()
  expect(countOf('patient')).toBe(1)
  expect(await bank.customer('patient')).toMatchObject({ issuing: [] })
  expect(await bank.exists('never')).toBe(false)
  expect(await register('never')).toMatchObject({ status: 200 })
})

test.each(['before', 'after'])('a call that was begun and answered 503 is found by the same call, %s the sweep came by', async (when) => {
  const entityId = `begun-${when}`
  await register(entityId)
  goesAwayAt('confirmKits')
  expect(await issue(entityId)).toMatchObject(away)
  expect(await issue(entityId)).toMatchObject(away)
  expect((await bank.customer(entityId)).issuing).toHaveLength(1)
  comesBack()
  if (when === 'after') await sweep()
  const found = await issue(entityId)
  expect(found).toMatchObject({ status: 200, result: { kitInfo: [{ entityId }] } })
  expect(countOf(entityId)).toBe(2)
  const another = await issue(entityId)
  expect(another.status).toBe(200)
  expect(another.result).not.toEqual(found.result)
  expect(countOf(entityId)).toBe(3)
})

test.each(['before', 'after'])('so is a registration, %s the sweep came by; another one is refused', async (when) => {
  const entityId = `registered-${when}`
  goesAwayAt('confirmKits')
  expect(await register(entityId)).toMatchObject(away)
  comesBack()
  if (when === 'after') await sweep()
  expect(await register(entityId, { firstName: 'Usha' })).toMatchObject({ code: 'entity.already.exists' })
  expect(await register(entityId)).toMatchObject({ status: 200, result: { kitInfo: [{ entityId }] } })
  expect(await register(entityId)).toMatchObject({ code: 'entity.already.exists' })
  expect(countOf(entityId)).toBe(1)
  expect(await eventsOf(entityId)).toEqual(['CustomerRegistered'])
})

test('a call with a key is another one than the same without, and than one with another key', async () => {
  await register('keys')
  goesAwayAt('confirmKits')
  expect(await issue('keys')).toMatchObject(away)
  comesBack()
  expect(await issue('keys', { requestId: 'keys-1' })).toMatchObject({ status: 200 })
  expect(await issue('keys', { requestId: 'keys-2' })).toMatchObject({ status: 200 })
  expect(countOf('keys')).toBe(3)
  await sweep()
  expect(countOf('keys')).toBe(4)
})

test('what a process that died began without a key is found by the same call', async () => {
  await register('orphan')
  bank.meanwhile = async (name) => {
    if (name === 'confirmKits') throw new Error('the process died')
  }
  await expect(issue('orphan')).rejects.toThrow('the process died')
  await customersOf(bank.tenant()).updateOne(
    { _id: 'orphan' },
    { $unset: { 'issuing.0.leftAt': '' }, $set: { 'issuing.0.startedAt': new Date(Date.now() - 3_000) } },
  )
  comesBack()
  expect(await issue('orphan')).toMatchObject({ status: 200 })
  expect(countOf('orphan')).toBe(2)
})

test('open issues of one customer are bounded; the refusal ends when they are finished', async () => {
  await register('bounded')
  goesAwayAt('confirmKits')
  for (let calls = 0; calls < 20; calls++) {
    bank.isKitAway = false
    expect(await issue('bounded', { requestId: `bounded-${calls}` })).toMatchObject(away)
  }
  comesBack()
  const tooMany = ['20 calls that issue cards to this customer are still in progress: repeat this one later']
  expect(await issue('bounded')).toMatchObject({ status: 409, code: 'concurrent.change', fieldError: tooMany })
  await sweep()
  expect(await issue('bounded')).toMatchObject({ status: 200 })
})

test('a used-up range of card numbers takes the registration back, and it works again when there are numbers', async () => {
  bank.refusals.set('reserveKits', 'bin.range.exhausted')
  expect(await register('numberless')).toMatchObject({ status: 400, code: 'bin.range.exhausted' })
  expect(await bank.exists('numberless')).toBe(false)
  bank.refusals.clear()
  expect(await register('numberless')).toMatchObject({ status: 200 })
})

test('a command that is run again under a newer definition reserves anew: another product is another reservation', async () => {
  await register('redefined')
  const { definition, ...tenant } = bank.tenant()
  const products = definition.products.map((product) => ({ ...product, productId: `${product.productId}_2` }))
  bank.keys.length = 0
  goesAwayAt('reserveKits')
  expect(await issue('redefined', { requestId: 'redefined-1' })).toMatchObject(away)
  expect(await issue('redefined', { requestId: 'redefined-1' })).toMatchObject(away)
  comesBack()
  const body = { entityId: 'redefined', kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' }], requestId: 'redefined-1' }
  const call = { tenant: { ...tenant, definition: { ...definition, products } } }
  expect(await bank.run('registerCard', body, call)).toMatchObject({ status: 200 })
  const [first, again, redefined] = bank.keys
  expect([again, redefined]).toEqual([first, expect.not.stringMatching(`^${first}$`)])
})
