// What a caller is told of a fault and of a refusal.
import { expect, test } from '@jest/globals'
import { mongo } from 'mongoose'
import { faultAnswer, refusal } from './command.ts'
import { ServiceUnavailable } from './decision.ts'

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
  expect({ status: given.status, code: JSON.parse(given.body).exception?.errorCode }).toEqual({ status, code })
  expect(given.body).not.toMatch(/secret|did not answer/)
  expect(given.headers).toEqual(status === 503 ? { 'retry-after': '1' } : undefined)
})

test('a refusal of any code has its status and the envelope', () => {
  expect(refusal('MCC007')).toMatchObject({ status: 400, body: expect.stringContaining('"errorCode":"MCC007"') })
})
