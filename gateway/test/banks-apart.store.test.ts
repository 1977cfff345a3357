// What is broken in one bank's definition, or in one key of the gateway, stops neither the start
// nor another bank.
import { beforeAll, expect, test } from '@jest/globals'
import { Bank } from './bank.ts'
import { definitionOf, newClientKeys, PASSWORD, TestGateway } from './test-gateway.ts'

const ACTIVATION = '/v1/kit-manager/kitActivation'
const clientKeys = newClientKeys()
let before: TestGateway
beforeAll(async () => {
  before = await TestGateway.start()
  await before.addBank(definitionOf('ACME_BANK', clientKeys))
})

const unusable = (tenant: string) => {
  const definition = definitionOf(tenant, clientKeys)
  return { ...definition, clientKeys: { keys: [{ kty: 'OKP', crv: 'X25519', x: 'AA', kid: 'damaged' }] } }
}

test('a gateway starts beside a definition and keys that cannot be read; the bank concerned gets 503, the others are served', async () => {
  const { collections, close } = await before.database()
  const definition = unusable('A_BROKEN_BANK') as unknown as ReturnType<typeof definitionOf>
  await collections.tenants.insertOne({ _id: 'A_BROKEN_BANK', version: 1, sequence: 1, relayedSequence: 1, definition, outbox: [] })
  for (const [_id, kid] of [
    ['encryption-p256-0', 'damaged'],
    ['ticket-20991231', '20991231'],
  ] as const)
    await collections.keys.insertOne({
      _id,
      purpose: _id.startsWith('ticket') ? 'ticket' : 'encryption',
      kid,
      wrapped: (await collections.keys.findOne({ _id: 'signing-1' }))?.wrapped as never,
      createdAt: new Date(),
    })
  await close()
  await before.close() // both would show their figures in the one registry of this process
  const { installation, masterKey } = before.config
  const after = await TestGateway.start({ installation, masterKey, callersFile: before.config.callersFile })
  try {
    const bank = new Bank({ url: after.url, tenant: 'ACME_BANK', clientKeys })
    expect((await bank.logIn(PASSWORD)).status).toBe(200)
    expect((await bank.call(ACTIVATION, { entityId: 'e', kitNo: '1' })).status).toBe(200)
    const answer = await fetch(after.url + ACTIVATION, { method: 'POST', headers: { tenant: 'A_BROKEN_BANK' }, body: '{}' })
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      503,
      '1',
      expect.objectContaining({ exception: expect.objectContaining({ errorCode: 'service.unavailable' }) }),
    ])
    const nobody = await fetch(after.url + ACTIVATION, { method: 'POST', headers: { tenant: 'NO_BANK' }, body: '{}' })
    expect(await nobody.json()).toMatchObject({ exception: { errorCode: 'tenant.not.found' } })
    expect(await (await fetch(`${after.url}/metrics`)).text()).toContain('dcms_gateway_banks_not_served{state="unserved"} 1')
  } finally {
    await after.close()
  }
})
