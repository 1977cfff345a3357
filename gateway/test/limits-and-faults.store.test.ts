// The tenant's rate limit, and services that are down or answer nonsense.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Bank, codeOf } from './bank.ts'
import { answerSuccess, definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const ACTIVATION = '/v1/kit-manager/kitActivation'
const BODY = { entityId: 'e', kitNo: '1' }
const clientKeys = newClientKeys()
let gateway: TestGateway
let bank: Bank

beforeAll(async () => {
  gateway = await TestGateway.start()
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  bank = new Bank({ url: gateway.url, tenant: 'ACME_BANK', clientKeys })
  expect((await bank.logIn(PASSWORD)).status).toBe(200)
})
afterAll(() => gateway.close())

test('over the tenant’s rate it is rate.limit.exceeded with Retry-After, and other tenants go on', async () => {
  await gateway.addBank(definitionOf('SLOW_BANK', clientKeys, { limits: { requestsPerSecond: 1, burst: 3 } }))
  const slow = new Bank({ url: gateway.url, tenant: 'SLOW_BANK', clientKeys })
  await slow.logIn(PASSWORD)
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => slow.call(ACTIVATION, BODY)))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThanOrEqual(2)
  for (const answer of refused) {
    expect([codeOf(answer), answer.sealed]).toEqual(['rate.limit.exceeded', false])
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
  }
  expect((await bank.call(ACTIVATION, BODY)).status).toBe(200)
})

test('a service that is down is service.unavailable, sealed, with Retry-After; when it is back, calls go through again', async () => {
  const { port } = gateway.service
  await gateway.service.close()
  for (let count = 0; count < 8; count++) {
    const answer = await bank.call(ACTIVATION, BODY)
    expect([answer.status, codeOf(answer), answer.sealed, answer.headers.get('retry-after')]).toEqual([
      503,
      'service.unavailable',
      true,
      '1',
    ])
  }
  expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain('dcms_gateway_circuit_state{upstream="kit"} 2')
  await gateway.service.listen(port)
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  expect((await bank.call(ACTIVATION, BODY)).status).toBe(200)
})

test('a service that breaks off, answers no JSON or far too much is refused, sealed', async () => {
  const answers: [(typeof gateway.service)['answer'], number, string][] = [
    [(_call, response) => response.destroy(), 503, 'service.unavailable'],
    [(_call, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), 500, 'internal.error'],
    [
      (_call, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.alloc(5 * 1024 * 1024, 32)),
      500,
      'internal.error',
    ],
  ]
  for (const [serviceAnswer, status, code] of answers) {
    gateway.service.answer = serviceAnswer
    const answer = await bank.call(ACTIVATION, BODY)
    expect([answer.status, codeOf(answer), answer.sealed]).toEqual([status, code, true])
  }
  gateway.service.answer = answerSuccess
  expect((await bank.call(ACTIVATION, BODY)).status).toBe(200)
})
