// The client against a gateway that speaks the wire contract: what it sends, what it does not send,
// how it ends, and what it shows of itself.
import { inspect } from 'node:util'
import { publicEndpoints } from '@dcms/contract'
import { encryptField } from '@dcms/sealing'
import { expect, test } from '@jest/globals'
import { type Dcms, DcmsClosedError, DcmsInputError } from '../src/index.ts'
import { client, gateway, gatewayForEachTest, kit } from './clients.ts'
import { clientKey, fieldKey } from './fake-gateway.ts'

gatewayForEachTest()

test('there is one method per endpoint of the contract, under its name', () => {
  const dcms = client() as unknown as Record<string, unknown>
  for (const name of Object.keys(publicEndpoints)) expect(typeof dcms[name]).toBe('function')
})

test.each(['session', 'one-shot', 'clear'] as const)('in %s mode a call logs in by itself and answers the result', async (mode) => {
  gateway.behave = () => ({ result: [{ kitNo: kit.kitNo }] })
  expect(await client({ mode }).fetchKitsByEntityId({ entityId: 'E1' })).toEqual([{ kitNo: kit.kitNo }])
  const [call] = gateway.calls
  expect(call?.path).toBe('/v1/kit-manager/fetchKitsByEntityId')
  expect(call?.body).toEqual({ entityId: 'E1' })
  expect(call?.headers.tenant).toBe('ACME_BANK')
  expect(gateway.sessionsOpened).toBe(mode === 'session' ? 1 : 0)
})

test('path and query parameters stand in the request target, not in the body', async () => {
  const dcms = client()
  await dcms.processOptIn({ operation: 'super pin', entityId: 'E1', kitNo: '1', optedIn: true })
  await dcms.fetchKitsByAccountNo({ accountNo: '8000000', isAllCardsRequired: true })
  await dcms.fetchKitsByAccountNo({ accountNo: '8000000' })
  expect(gateway.calls.map(({ path, body }) => [path, body])).toEqual([
    ['/v1/preference/super%20pin/optIn', { entityId: 'E1', kitNo: '1', optedIn: true }],
    ['/v1/kit-manager/fetchKitsByAccountNo?isAllCardsRequired=true', { accountNo: '8000000' }],
    ['/v1/kit-manager/fetchKitsByAccountNo', { accountNo: '8000000' }],
  ])
})

test('what was given at the call is what is sent, wherever the caller changes it afterwards', async () => {
  const dcms = client()
  const body = { entityId: 'E1', kitNo: 'none', nested: { list: ['a'] } }
  const options = { requestId: 'r-0' }
  const sent: Promise<unknown>[] = []
  for (const kitNo of ['a', 'b', 'c']) {
    body.kitNo = kitNo
    body.nested.list = [kitNo]
    options.requestId = `r-${kitNo}`
    sent.push(dcms.activateKit(body, options))
  }
  body.kitNo = 'changed'
  await Promise.all(sent)
  const received = gateway.calls.map((call) => [
    (call.body as typeof body).kitNo,
    (call.body as typeof body).nested.list[0],
    call.headers['idempotency-key'],
  ])
  expect(received.sort()).toEqual(['a', 'b', 'c'].map((kitNo) => [kitNo, kitNo, `r-${kitNo}`]))
})

test.each<[string, (dcms: Dcms) => Promise<unknown>, string]>([
  ['no body', (dcms) => dcms.viewCustomer(undefined as never), 'body'],
  ['a text', (dcms) => dcms.viewCustomer('E1' as never), 'body'],
  ['a list', (dcms) => dcms.viewCustomer([] as never), 'body'],
  ['an object for a list', (dcms) => dcms.updateDeliveryStatus({} as never), 'body'],
  ['what JSON cannot write', (dcms) => dcms.viewCustomer({ entityId: 1n } as never), 'body'],
  ['no path parameter', (dcms) => dcms.processOptIn({ entityId: 'E1', kitNo: '1', optedIn: true } as never), 'operation'],
  ['a step up in the path', (dcms) => dcms.processOptIn({ operation: '..', entityId: 'E1', kitNo: '1', optedIn: true }), 'operation'],
  ['a time beyond all', (dcms) => dcms.viewCustomer({ entityId: 'E1' }, { timeoutMs: 1e12 }), 'timeoutMs'],
  ['a signal that is none', (dcms) => dcms.viewCustomer({ entityId: 'E1' }, { signal: {} as never }), 'signal'],
  ['options that are none', (dcms) => dcms.viewCustomer({ entityId: 'E1' }, null as never), 'options'],
  ['two requestIds', (dcms) => dcms.activateKit({ ...kit, requestId: 'a' } as never, { requestId: 'b' }), 'requestId'],
])('a call with %s is refused before anything is sent, by the one error for it', async (_what, call, field) => {
  await expect(call(client())).rejects.toMatchObject({ name: 'DcmsInputError', field })
  expect([gateway.logins, gateway.calls]).toEqual([[], []])
})

test('close waits for calls under way, a second close does nothing, and calls after it say that the client is closed', async () => {
  gateway.behave = () => ({ delayMs: 200 })
  const dcms = client()
  const call = dcms.activateKit(kit)
  const closed = dcms.close()
  await expect(dcms.activateKit(kit)).rejects.toThrow(DcmsClosedError)
  await expect(dcms.connect()).rejects.toThrow('the client is closed')
  expect(await call).toBe('success')
  await closed
  await dcms.close()
  await expect(dcms.currentToken()).rejects.toThrow(DcmsClosedError)
  await expect(dcms.activateKit(kit)).rejects.toMatchObject({ name: 'DcmsClosedError', message: 'the client is closed' })
  expect(gateway.calls).toHaveLength(1)
})

test('an encrypted card number is opened with the field key', () => {
  expect(client().decryptCardNumber(encryptField('6080401234566954', fieldKey))).toBe('6080401234566954')
})

test('a card number that the field key does not open is an input error, and so is a missing key', () => {
  for (const wrong of ['junk', '', 5, encryptField('6080401234566954', Buffer.alloc(32, 9))])
    expect(() => client().decryptCardNumber(wrong as string)).toThrow(DcmsInputError)
  const without = client({ keys: { clientKeys: { keys: [clientKey] } } })
  expect(() => without.decryptCardNumber(encryptField('6080401234566954', fieldKey))).toThrow(DcmsInputError)
})

test('nothing that is shown of a client or its errors holds a secret', async () => {
  const dcms = client()
  await dcms.connect()
  const token = await dcms.currentToken()
  const wrong = await client({ password: 'wrong pony' })
    .connect()
    .catch((reason: unknown) => reason)
  const shown = [inspect(dcms, { depth: 10, showHidden: true }), JSON.stringify(dcms), String(dcms), inspect(wrong, { depth: 10 })].join(
    '\n',
  )
  for (const secret of ['correct horse', 'wrong pony', token, clientKey.d, fieldKey.toString('base64')]) expect(shown).not.toContain(secret)
  expect(shown).toContain('ACME_BANK')
})
