// Running commands on the real store: validation, one run per key, another run when overtaken.
import { type ErrorCode, internalEndpoint, publicEndpoints } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mongo } from 'mongoose'
import { type Card, cardsOf, newCard, TestBank } from '../../test/test-bank.ts'
import { type Answer, type Call, type Command, command, faultAnswer, refusal } from './command.ts'
import { answer, type Outcome, refuse, refuseFor, ServiceUnavailable } from './decision.ts'
import type { Scope } from './scope.ts'

interface Use {
  cardId: string
  requestId?: string
}
const endpointOf = (idempotency: 'stored' | 'document' | 'read') =>
  internalEndpoint<Use, string>()({
    name: 'use',
    method: 'POST',
    path: '/internal/use',
    owner: 'kit',
    callers: ['customer'],
    summary: 'Uses a card',
    idempotency,
    request: {
      type: 'object',
      additionalProperties: false,
      required: ['cardId'],
      properties: { cardId: { type: 'string', minLength: 1, acceptsNumber: true }, requestId: { type: 'string' } },
    },
    result: { type: 'string' },
    errors: ['invalid.input.request', 'MCC007', 'card.already.active', 'product.not.found', 'rate.limit.exceeded', 'service.unavailable'],
  })
type Code = 'MCC007' | 'product.not.found' | 'card.already.active' | 'rate.limit.exceeded' | 'service.unavailable'
type Handler = (input: Use, scope: Scope) => Promise<Outcome<string, Code>>

let bank: TestBank
let names = 0
beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(() => bank.close())

const newName = (what: string): string => `${what}-${names++}`
const stored = (handle: Handler): Command => command(endpointOf('stored'), handle)
const codeOf = ({ body }: Answer): ErrorCode | undefined => JSON.parse(body).exception?.errorCode
const run = (use: Command, body: unknown, call: Partial<Call> = {}) => use.run(body, bank.call(call))
/** Counts its runs and answers with the count. */
function counting(): { use: Command; runs: () => number } {
  let runs = 0
  return { use: stored(async () => answer(`run ${++runs}`)), runs: () => runs }
}

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

test('the same requestId gets the first answer again, also as header and with the body written differently', async () => {
  const { use, runs } = counting()
  const requestId = newName('key')
  const first = await run(use, { cardId: '7', requestId })
  expect(await run(use, { requestId, cardId: 7, unknown: 1 })).toEqual(first)
  expect(await run(use, { cardId: '7' }, { idempotencyKey: requestId })).toEqual(first)
  expect(runs()).toBe(1)
})

test('the requestId in the body stands above the header', async () => {
  const { use } = counting()
  const requestId = newName('key')
  await run(use, { cardId: '7', requestId }, { idempotencyKey: newName('header') })
  expect(JSON.parse((await run(use, { cardId: '7' }, { idempotencyKey: requestId })).body).result).toBe('run 1')
})

test('the same requestId with another body is a conflict', async () => {
  const { use, runs } = counting()
  const requestId = newName('key')
  await run(use, { cardId: '7', requestId })
  const refused = await run(use, { cardId: '8', requestId })
  expect({ status: refused.status, code: codeOf(refused) }).toEqual({ status: 409, code: 'idempotency.conflict' })
  expect(runs()).toBe(1)
})

test('a command may say what stands for the body: what is the same to it is a repeat, what is not is a conflict', async () => {
  let runs = 0
  const handle: Handler = async ({ cardId }) => answer(`${cardId}, run ${++runs}`)
  const use = command(endpointOf('stored'), handle, {
    idempotentAs: async ({ cardId }, { id }) => ({ bank: id, card: cardId.slice(0, 1) }),
  })
  const requestId = newName('key')
  const first = await run(use, { cardId: '7a', requestId })
  expect(JSON.parse(first.body).result).toBe('7a, run 1')
  expect(await run(use, { cardId: '7b', requestId })).toEqual(first)
  expect(codeOf(await run(use, { cardId: '8a', requestId }))).toBe('idempotency.conflict')
  expect(runs).toBe(1)
})

test('without a key every call runs', async () => {
  const { use, runs } = counting()
  await run(use, { cardId: '7' })
  await run(use, { cardId: '7' })
  expect(runs()).toBe(2)
})

test('of two at once one runs; the other is told to repeat and then gets the same answer', async () => {
  const release = Promise.withResolvers<void>()
  let runs = 0
  const use = stored(async () => {
    runs++
    await release.promise
    return answer('once')
  })
  const body = { cardId: '7', requestId: newName('key') }
  const calls = [run(use, { ...body }), run(use, { ...body })]
  const early = await Promise.race(calls)
  expect({ status: early.status, code: codeOf(early), headers: early.headers }).toEqual({
    status: 409,
    code: 'idempotency.in.progress',
    headers: { 'retry-after': expect.stringMatching(/^[1-5]$/) },
  })
  release.resolve()
  const statuses = (await Promise.all(calls)).map(({ status }) => status)
  expect(statuses.sort()).toEqual([200, 409])
  expect(JSON.parse((await run(use, { ...body })).body).result).toBe('once')
  expect(runs).toBe(1)
})

test('a call whose run died is taken over after its lease, and whatever is answered first stays', async () => {
  const release = Promise.withResolvers<void>()
  let runs = 0
  const use = stored(async () => {
    const name = `run ${++runs}`
    if (runs === 1) await release.promise
    return answer(name)
  })
  const body = { cardId: '7', requestId: newName('key') }
  const started = new Date()
  const slow = run(use, { ...body }, { clock: () => started })
  while (runs === 0) await new Promise((resolve) => setImmediate(resolve))
  const later = { clock: () => new Date(started.getTime() + 6_000) }
  expect(JSON.parse((await run(use, { ...body }, later)).body).result).toBe('run 2')
  release.resolve()
  await slow
  expect(JSON.parse((await run(use, { ...body })).body).result).toBe('run 2')
  expect(runs).toBe(2)
})

test('a refusal by a rule is an answer that stays', async () => {
  let runs = 0
  const use = stored(async () => (++runs === 1 ? refuse('card.already.active', ['it is']) : answer('done')))
  const body = { cardId: '7', requestId: newName('key') }
  const refused = await run(use, { ...body })
  expect(refused.status).toBe(400)
  expect(JSON.parse(refused.body).exception).toMatchObject({ errorCode: 'card.already.active', fieldError: ['it is'] })
  expect(await run(use, { ...body })).toEqual(refused)
})

test('a refusal for a time says how long and is not kept: the repeat afterwards runs', async () => {
  let runs = 0
  const use = stored(async () => (++runs === 1 ? refuseFor('rate.limit.exceeded', 840) : answer('done')))
  const body = { cardId: '7', requestId: newName('key') }
  const refused = await run(use, { ...body })
  expect([refused.status, codeOf(refused), refused.headers]).toEqual([429, 'rate.limit.exceeded', { 'retry-after': '840' }])
  expect(JSON.parse((await run(use, { ...body })).body).result).toBe('done')
})

test.each([
  ['a fault', () => Promise.reject(new Error('broken'))],
  ['a service that is away', async () => refuse('service.unavailable')],
  ['a record that changes again and again', async () => ({ kind: 'overtaken' })],
] as [string, Handler][])('%s does not stay: the repeat runs', async (_what, fails) => {
  let isHealed = false
  const use = stored((input, scope) => (isHealed ? Promise.resolve(answer('done')) : fails(input, scope)))
  const body = { cardId: '7', requestId: newName('key') }
  const first = await run(use, { ...body }).catch((error: Error) => error.message)
  expect(first === 'broken' || (typeof first === 'object' && first.status >= 409)).toBe(true)
  isHealed = true
  expect(JSON.parse((await run(use, { ...body })).body).result).toBe('done')
})

test('a product of a definition that has not come yet is refused for now, and for good once it is known to be none', async () => {
  let runs = 0
  const use = stored(async () => {
    runs++
    return refuse('product.not.found')
  })
  const body = { cardId: '7', requestId: newName('key') }
  const newer = { callersVersion: bank.tenant.version + 1 }
  for (let repeat = 1; repeat <= 2; repeat++) {
    await expect(run(use, { ...body }, newer)).rejects.toMatchObject({ unavailable: true })
    expect(runs).toBe(repeat)
  }
  const same = { callersVersion: bank.tenant.version }
  expect(codeOf(await run(use, { ...body }, same))).toBe('product.not.found')
  expect(codeOf(await run(use, { ...body }, same))).toBe('product.not.found')
  expect(runs).toBe(3)
})

test('under a definition that has not come yet no refusal is kept, and a fault may be one of its absence', async () => {
  const newer = { callersVersion: bank.tenant.version + 1 }
  const answers = [() => refuse('card.already.active'), () => answer('done')]
  const use = stored(async () => answers.shift()?.() ?? answer('once more'))
  const body = { cardId: '7', requestId: newName('key') }
  expect(codeOf(await run(use, { ...body }, newer))).toBe('card.already.active')
  expect(JSON.parse((await run(use, { ...body }, newer)).body).result).toBe('done')
  const broken = stored(() => Promise.reject(new Error('product 9 is not defined')))
  await expect(run(broken, { cardId: '7' }, newer)).rejects.toMatchObject({ unavailable: true })
  await expect(run(broken, { cardId: '7' })).rejects.not.toHaveProperty('unavailable')
})

test('a store that goes away in mid-run answers 503, and the repeat finds what was begun', async () => {
  const cardId = newName('card')
  await bank.scope().create(cardsOf, newCard(cardId))
  let isAway = true
  const use = stored(async (input, scope) => {
    const done = await useOnce(input, scope)
    if (isAway) throw new mongo.MongoServerError({ message: 'stepped down', code: 189 })
    return done
  })
  const body = { cardId, requestId: newName('key') }
  const fault = await run(use, { ...body }).catch((error: unknown) => error)
  expect(codeOf(faultAnswer(fault))).toBe('service.unavailable')
  isAway = false
  expect((await run(use, { ...body })).status).toBe(200)
  expect(await bank.outboxOf(cardId)).toHaveLength(1)
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

const useOnce: Handler = async ({ cardId }, scope) => {
  const card = await cardsOf(scope.tenant).findById(cardId).lean<Card>()
  if (!card) return refuse('MCC007')
  if (card.status === 'ACTIVE') return scope.commit(cardsOf, card, refuse('card.already.active'), 'success')
  return scope.commit(cardsOf, card, { kind: 'changed', set: { status: 'ACTIVE' }, events: [{ type: 'KitActivated' }] }, 'success')
}

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

test.each([
  [new ServiceUnavailable('the kit service did not answer'), 503, 'service.unavailable'],
  [Object.assign(new Error('x'), { name: 'MongoServerSelectionError' }), 503, 'service.unavailable'],
  [Object.assign(new Error('x'), { name: 'MongoNetworkError' }), 503, 'service.unavailable'],
  [new mongo.MongoServerError({ message: 'x', code: 10107 }), 503, 'service.unavailable'],
  [new mongo.MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'x' } }), 503, 'service.unavailable'],
  [new TypeError('secret detail'), 500, 'internal.error'],
  ['text', 500, 'internal.error'],
])('%s answers %i %s and says no more', (fault, status, code) => {
  const given = faultAnswer(fault)
  expect({ status: given.status, code: codeOf(given) }).toEqual({ status, code })
  expect(given.body).not.toMatch(/secret|did not answer/)
  expect(given.headers).toEqual(status === 503 ? { 'retry-after': '1' } : undefined)
})

test('a refusal of any code has its status and the envelope', () => {
  expect(refusal('MCC007')).toMatchObject({ status: 400, body: expect.stringContaining('"errorCode":"MCC007"') })
})
