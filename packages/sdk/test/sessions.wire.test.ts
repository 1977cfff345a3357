// How the client logs in, keeps token and session fresh, follows the gateway's clock, and whose
// answers it takes.
import { expect, test } from '@jest/globals'
import { DcmsProtocolError } from '../src/index.ts'
import { client, gateway, gatewayForEachTest, kit } from './clients.ts'

gatewayForEachTest()

test('twenty calls at once share one login and one session', async () => {
  const dcms = client()
  await Promise.all(Array.from({ length: 20 }, () => dcms.activateKit(kit)))
  expect(gateway.logins).toHaveLength(1)
  expect(gateway.sessionsOpened).toBe(1)
  expect(new Set(gateway.calls.map(({ jti }) => jti)).size).toBe(20)
})

test('a token about to end and a ticket about to end are renewed before they are refused', async () => {
  gateway.tokenLifeSeconds = 0
  gateway.sessionLifeSeconds = 0
  const dcms = client()
  await dcms.activateKit(kit)
  const { logins, sessionsOpened } = gateway
  const before = logins.length
  await dcms.activateKit(kit)
  expect(gateway.logins.length).toBeGreaterThan(before)
  expect(gateway.sessionsOpened).toBeGreaterThan(sessionsOpened)
})

test('a token that was refused is replaced by a new login, once', async () => {
  const dcms = client()
  await dcms.activateKit(kit)
  gateway.validTokens.clear()
  expect(await dcms.activateKit(kit)).toBe('success')
  expect(gateway.logins).toHaveLength(2)
})

test('a token that is refused again right after a new login is an error, not a loop', async () => {
  gateway.behave = () => ({ refuse: { code: 'auth.token.invalid', clear: true } })
  await expect(client().activateKit(kit)).rejects.toMatchObject({ errorCode: 'auth.token.invalid', status: 401 })
  expect(gateway.calls).toHaveLength(2)
})

test('a session the gateway no longer knows is opened anew', async () => {
  const dcms = client()
  await dcms.activateKit(kit)
  gateway.forgetSessions()
  expect(await dcms.activateKit(kit)).toBe('success')
  expect(gateway.sessionsOpened).toBe(2)
})

test('a client whose clock is an hour off follows the gateway’s Date header', async () => {
  gateway.aheadMs = 3_600_000
  expect(await client().activateKit(kit)).toBe('success')
  expect(gateway.calls).toHaveLength(1)
})

test('a clock that jumps later is followed after encryption.timestamp.invalid', async () => {
  const dcms = client()
  await dcms.activateKit(kit)
  gateway.aheadMs = 1_200_000
  gateway.validTokens = new Set([await dcms.currentToken()])
  expect(await dcms.activateKit(kit)).toBe('success')
})

test('an answer to another request is not taken', async () => {
  gateway.behave = () => ({ irt: 'somebody-else' })
  const failed = client().activateKit(kit)
  await expect(failed).rejects.toBeInstanceOf(DcmsProtocolError)
  await expect(failed).rejects.toThrow('another request')
  expect(gateway.calls).toHaveLength(1)
})

test('a success that comes unsealed to a sealed request is not taken', async () => {
  gateway.behave = () => ({ clear: true })
  await expect(client().activateKit(kit)).rejects.toBeInstanceOf(DcmsProtocolError)
})

test('a wrong password is told once and not repeated', async () => {
  await expect(client({ password: 'wrong pony' }).activateKit(kit)).rejects.toMatchObject({ errorCode: 'auth.invalid.credentials' })
  expect(gateway.logins).toHaveLength(1)
})
