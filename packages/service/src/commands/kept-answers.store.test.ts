// Commands that keep their answers, on the real store: one run per key, and which answers stay.
// Rule: docs/rules.md#idempotency.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mongo } from 'mongoose'
import { cardsOf, newCard, TestBank } from '../../test/test-bank.ts'
import { codeOf, counting, endpointOf, type Handler, stored, useOnce } from '../../test/use-a-card.ts'
import { keptAnswersOf } from '../store/requests.ts'
import { type Call, type Command, command, faultAnswer } from './command.ts'
import { answer, refuse, refuseFor } from './decision.ts'

let bank: TestBank
let names = 0
beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(() => bank.close())

const newName = (what: string): string => `${what}-${names++}`
const run = (use: Command, body: unknown, call: Partial<Call> = {}) => use.run(body, bank.call(call))

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

/** Uses a card, noting in it what it answers; `notes` false: as if it had not come to that. */
function noting({ notes = true } = {}): { use: Command; runs: () => number } {
  let runs = 0
  const handle: Handler = async ({ cardId }, scope) => {
    runs++
    if (cardId === 'none') return refuse('MCC007')
    if (notes) await cardsOf(scope.tenant).updateOne({ _id: cardId }, { $set: { note: `run ${runs} of ${scope.commandId}` } })
    return answer(`run ${runs}`)
  }
  const use = command(endpointOf('stored'), handle, {
    async answeredBefore({ cardId }, { tenant, commandId }) {
      const { note = '' } = (await cardsOf(tenant).findById(cardId).lean<{ note?: string }>()) ?? {}
      return note.endsWith(commandId) ? (note.split(' of ')[0] ?? null) : null
    },
  })
  return { use, runs: () => runs }
}

describe('a command whose documents remember what it answered', () => {
  test('keeps no answer beside the key, and a repeat gets the first one, at once and long after', async () => {
    const { use, runs } = noting()
    const requestId = newName('key')
    const card = newCard(newName('card'))
    await cardsOf(bank.tenant).create(card)
    const first = await run(use, { cardId: card._id, requestId })
    expect(await keptAnswersOf(bank.tenant).findById(`/internal/use ${requestId}`).lean()).not.toHaveProperty('answer')
    expect(await run(use, { cardId: card._id, requestId })).toEqual(first)
    expect(await run(use, { cardId: card._id, requestId }, { clock: () => new Date(Date.now() + 60_000) })).toEqual(first)
    expect(runs()).toBe(1)
  })

  test('refuses another body under the key, before and after', async () => {
    const { use } = noting()
    const requestId = newName('key')
    const card = newCard(newName('card'))
    await cardsOf(bank.tenant).create(card)
    await run(use, { cardId: card._id, requestId })
    expect(codeOf(await run(use, { cardId: 'other', requestId }))).toBe('idempotency.conflict')
  })

  test('keeps its refusals', async () => {
    const { use, runs } = noting()
    const requestId = newName('key')
    const first = await run(use, { cardId: 'none', requestId })
    expect(codeOf(first)).toBe('MCC007')
    expect(await run(use, { cardId: 'none', requestId }, { clock: () => new Date(Date.now() + 60_000) })).toEqual(first)
    expect(runs()).toBe(1)
  })

  test('is in progress while it has written nothing, and runs again once its time is over', async () => {
    const { use, runs } = noting({ notes: false })
    const requestId = newName('key')
    const card = newCard(newName('card'))
    await cardsOf(bank.tenant).create(card)
    await run(use, { cardId: card._id, requestId })
    expect(codeOf(await run(use, { cardId: card._id, requestId }))).toBe('idempotency.in.progress')
    expect(runs()).toBe(1)
    await run(use, { cardId: card._id, requestId }, { clock: () => new Date(Date.now() + 60_000) })
    expect(runs()).toBe(2)
  })
})
