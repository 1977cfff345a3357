// What the contract says of single endpoints and the gateway acts on: planned ones, parameters,
// sealed-only bodies, the form of errors.

import { publicEndpointList, stillToCome } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Bank, codeOf, headerFor } from './bank.ts'
import { definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const clientKeys = newClientKeys()
let gateway: TestGateway
let bank: Bank
let sandbox: Bank
const json = { 'content-type': 'application/json' }

beforeAll(async () => {
  gateway = await TestGateway.start()
  await gateway.addBank(definitionOf('ACME_BANK', clientKeys))
  await gateway.addBank({ ...definitionOf('SANDBOX_BANK', clientKeys), encryption: 'OPTIONAL' })
  bank = new Bank({ url: gateway.url, tenant: 'ACME_BANK', clientKeys })
  sandbox = new Bank({ url: gateway.url, tenant: 'SANDBOX_BANK', clientKeys })
  for (const each of [bank, sandbox]) await each.logIn(PASSWORD)
})
afterAll(() => gateway.close())

const planned = publicEndpointList.filter(({ name }) => stillToCome.has(name))

test.each(planned.map(({ method, path, name }) => [name, method, path] as const))(
  '%s is in the contract but not built: 501, sealed as the call was',
  async (_name, method, path) => {
    const calls = gateway.service.calls.length
    const body = path === '/inventory/update/deliveryStatus' ? [{}] : {}
    const target = `/v1${path.replace('{operation}', 'super-pin')}`
    const answer = await bank.send(target, bank.seal(body, headerFor(target, method)), {}, method)
    expect({ status: answer.status, code: codeOf(answer), sealed: answer.sealed }).toEqual({
      status: 501,
      code: 'endpoint.not.available',
      sealed: true,
    })
    expect(gateway.service.calls).toHaveLength(calls)
  },
)

test('a path parameter is one step that is not empty', async () => {
  for (const path of ['/v1/preference//optIn', '/v1/preference/a/b/optIn', '/v1/preference/optIn', '/v1/preference/super-pin/optOut']) {
    const answer = await bank.call(path, {})
    expect({ path, status: answer.status, code: codeOf(answer) }).toEqual({ path, status: 404, code: 'path.not.found' })
  }
  const wrong = await bank.send('/v1/preference/super-pin/optIn', bank.seal({}), {}, 'PUT')
  expect({ status: wrong.status, allow: wrong.headers.get('allow') }).toEqual({ status: 405, allow: 'POST' })
})

test.each(['/v1/kit-manager/getCvv', '/v1/account/fetchAccountsByCardNo', '/v1/accountkitmapping-manager/fetchAccountsByCardNo'])(
  '%s takes no clear body, not even of a sandbox tenant',
  async (path) => {
    const answer = await sandbox.send(path, '{"kitNo":"1"}', json)
    expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status: 400, code: 'encryption.required' })
  },
)

test('a list where the contract has a list, an object everywhere else', async () => {
  const object = await sandbox.send('/v1/inventory/update/deliveryStatus', '{}', json)
  expect(object.body.exception?.fieldError).toEqual(['the body must be a JSON list'])
  const list = await sandbox.send('/v1/viewCustomer', '[]', json)
  expect(list.body.exception?.fieldError).toEqual(['the body must be a JSON object'])
})

test('an error before the opening is problem details for a caller that asks for them', async () => {
  const answer = await bank.send('/v1/viewCustomer', 'no jwe', { accept: 'application/problem+json', 'x-request-id': 'problem-1' })
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.body).toEqual({
    type: 'urn:dcms:error:encryption.decrypt.failed',
    title: 'Decryption failed',
    status: 400,
    detail: 'The body is not a valid sealed message',
    instance: 'urn:dcms:request:problem-1',
    errorCode: 'encryption.decrypt.failed',
    reasonCode: 'encryption.decrypt.failed',
    fieldError: [],
  })
})

test('an error of a service is problem details too, sealed, with its media type in the protected header', async () => {
  gateway.service.answer = (_call, response) => {
    const exception = {
      errorCode: 'CUS001',
      reasonCode: 'entity.not.found',
      shortMessage: 'Customer not found',
      detailMessage: 'No customer',
      fieldError: ['Invalid entityId'],
    }
    response.writeHead(400, json).end(JSON.stringify({ result: null, exception, pagination: null }))
  }
  const answer = await bank.call('/v1/viewCustomer', { entityId: 'x' }, { accept: 'application/json, application/problem+json' })
  expect(answer).toMatchObject({ status: 400, sealed: true, header: { cty: 'application/problem+json' } })
  expect(answer.body).toMatchObject({
    title: 'Customer not found',
    errorCode: 'CUS001',
    reasonCode: 'entity.not.found',
    fieldError: ['Invalid entityId'],
  })
})
