// Running commands on the real store: roles, validation, scope, another run when overtaken.
import { publicEndpoints } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cardsOf, newCard, TestBank } from '../../test/test-bank.ts'
import { codeOf, counting, endpointOf, type Handler, stored, type Use, useOnce } from '../../test/use-a-card.ts'
import { type Call, type Command, command } from './command.ts'
import { answer, refuse } from './decision.ts'
import type { Scope } from './scope.ts'

let bank: TestBank
let names = 0
beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(() => bank.close())

const newName = (what: string): string => `${what}-${names++}`
const run = (use: Command, body: unknown, call: Partial<Call> = {}) => use.run(body, bank.call(call))

test('a body with faults is refused with a sentence for each and never reaches the handler', async () => {
  const { use, runs } = counting()
  const refused = await run(use, { cardId: '', requestId: 7 })
  expect(refused.status).toBe(400)
  expect(JSON.parse(refused.body)).toMatchObject({
    result: null,
    exception: { errorCode: 'invalid.input.request', fieldError: ['cardId must not be empty', 'requestId must be a string'] },
  })
  expect(runs()).toBe(0)
})

test('a call that no role of the caller grants is refused before its body is looked at, and never reaches the handler', async () => {
  let runs = 0
  const lock = command(publicEndpoints.manageKit, async () => {
    runs++
    return answer({ status: true })
  })
  const body = { entityId: 'E1', oldKit: '1', operation: 'LOCK', requestId: newName('key') }
  const replace = { ...body, operation: 'REPLACE', cardType: 'VIRTUAL', requestId: newName('key') }
  for (const [roles, asked] of [
    [[], body],
    [['READ_ONLY'], body],
    [['READ_ONLY'], {}],
    [['CUSTOMER_SUPPORT'], replace],
  ] as const) {
    const refused = await run(lock, asked, { roles })
    expect({ status: refused.status, code: codeOf(refused) }).toEqual({ status: 403, code: 'auth.forbidden' })
  }
  expect(runs).toBe(0)
  expect((await run(lock, body, { roles: ['CUSTOMER_SUPPORT'] })).status).toBe(200)
  expect((await run(lock, replace, { roles: ['OPERATIONS'] })).status).toBe(200)
  expect((await run(lock, replace, { roles: ['CUSTOMER_SUPPORT'] })).status).toBe(403) // nor the answer that is kept
})

test('the handler gets the body normalised, with the scope of the call', async () => {
  const seen: { input: Use; scope: Scope }[] = []
  const use = stored(async (input, scope) => {
    seen.push({ input, scope })
    return answer('done')
  })
  const now = new Date('2026-11-20T10:00:00Z')
  const done = await run(use, { cardId: 7, unknown: true }, { clock: () => now, requestId: 'trace-1', user: 'asha' })
  expect(done).toEqual({ status: 200, body: JSON.stringify({ result: 'done', exception: null, pagination: null }) })
  expect(seen[0]?.input).toEqual({ cardId: '7' })
  expect(seen[0]?.scope.tenant).toBe(bank.tenant)
  const { requestId, user, roles, now: seenNow } = seen[0]?.scope ?? {}
  expect({ requestId, user, roles, now: seenNow }).toEqual({ requestId: 'trace-1', user: 'asha', roles: ['API_CLIENT'], now })
})

test('a run that was overtaken is made again on fresh state, and given up with concurrent.change', async () => {
  let runs = 0
  const third: Handler = async () => (++runs < 3 ? { kind: 'overtaken' } : answer('third'))
  expect(JSON.parse((await run(command(endpointOf('document'), third), { cardId: '7' })).body).result).toBe('third')
  runs = 0
  const never: Handler = async () => {
    runs++
    return { kind: 'overtaken' }
  }
  const givenUp = await run(command(endpointOf('document'), never), { cardId: '7' })
  expect({ status: givenUp.status, code: codeOf(givenUp), runs }).toEqual({ status: 409, code: 'concurrent.change', runs: 20 })
})

test('headers of an answer come with its repeat too', async () => {
  const use = stored(async () => ({ ...answer('done'), headers: { 'x-order-id': 'ORD-1' } }))
  const body = { cardId: 'c', requestId: newName('key') }
  const first = await run(use, body)
  expect(first.headers).toEqual({ 'x-order-id': 'ORD-1' })
  expect(await run(use, body)).toEqual(first)
})

test('a refusal may show a result beside its exception', async () => {
  const use = stored(async () => ({ ...refuse('MCC007'), result: { successCount: 0 } }))
  const refused = await run(use, { cardId: 'c' })
  expect(JSON.parse(refused.body)).toMatchObject({ result: { successCount: 0 }, exception: { errorCode: 'MCC007' } })
})

test('two at once on one card: one wins, the other is refused, and there is one event', async () => {
  const cardId = newName('card')
  await bank.scope().create(cardsOf, newCard(cardId))
  const use = command(endpointOf('document'), useOnce)
  const answers = await Promise.all([1, 2, 3, 4].map(() => run(use, { cardId }, { requestId: newName('request') })))
  expect(answers.map((each) => codeOf(each) ?? 'success').sort()).toEqual([
    'card.already.active',
    'card.already.active',
    'card.already.active',
    'success',
  ])
  expect(await bank.outboxOf(cardId)).toHaveLength(1)
})

test('a repeat with the same key answers success where the document remembers it, another key is refused', async () => {
  const cardId = newName('card')
  await bank.scope().create(cardsOf, newCard(cardId))
  const use = command(endpointOf('document'), useOnce)
  const [requestId, other] = [newName('key'), newName('key')]
  for (let repeat = 0; repeat < 3; repeat++) expect((await run(use, { cardId, requestId })).status).toBe(200)
  expect((await run(use, { cardId }, { idempotencyKey: requestId })).status).toBe(200)
  expect(codeOf(await run(use, { cardId, requestId: other }))).toBe('card.already.active')
  expect(codeOf(await run(use, { cardId }))).toBe('card.already.active')
  expect(await bank.outboxOf(cardId)).toHaveLength(1)
})

test('many changes of one card at once are all made, and their events numbered without gaps', async () => {
  const cardId = newName('card')
  await bank.scope().create(cardsOf, newCard(cardId))
  const use = command(endpointOf('document'), async ({ cardId: id }, scope) => {
    const card = await bank.card(id)
    return scope.commit(cardsOf, card, { kind: 'changed', set: { uses: card.uses + 1 }, events: [{ type: 'CardUsed' }] }, 'success')
  })
  const answers = await Promise.all(Array.from({ length: 8 }, () => run(use, { cardId }, { idempotencyKey: newName('key') })))
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  expect(await bank.card(cardId)).toMatchObject({ uses: 8, version: 8, sequence: 8 })
  expect((await bank.outboxOf(cardId)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})
