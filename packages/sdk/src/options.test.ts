// What a client may be made with.
import { generateKeyPair } from '@dcms/sealing'
import { expect, test } from '@jest/globals'
import { checkedOptions, type DcmsOptions } from './options.ts'

const clientKey = generateKeyPair('P-256', 'client-1')
const keys = { clientKeys: { keys: [clientKey] } }
const good: DcmsOptions = { baseUrl: 'https://bank.example/', tenant: 'ACME_BANK', username: 'api_user', password: 'correct horse', keys }

test('answers are asked for under the first client key', () => {
  const second = generateKeyPair('X25519', 'client-0')
  expect(checkedOptions({ ...good, keys: { clientKeys: { keys: [clientKey, second] } } })).toMatchObject({
    mode: 'session',
    replyKid: 'client-1',
  })
})

test.each([
  [{ baseUrl: 'ftp://bank' }, 'baseUrl'],
  [{ baseUrl: 'http://bank.example' }, 'https'],
  [{ baseUrl: 'https://user:pw@bank.example' }, 'credentials'],
  [{ tenant: '' }, 'tenant'],
  [{ password: '' }, 'password'],
  [{ timeoutMs: 0 }, 'timeoutMs'],
  [{ keys: { clientKeys: { keys: [] } } }, 'clientKeys'],
  [{ keys: { clientKeys: { keys: [{ ...clientKey, d: 'AAAA' }] } } }, 'not a usable private key'],
  [{ keys: { ...keys, fieldKey: 'c2hvcnQ=' } }, 'fieldKey'],
  [{ keys: { ...keys, pinKey: 'c2hvcnQ=' } }, 'pinKey'],
] as const)('wrong options are refused by name: %#', (options, named) => {
  expect(() => checkedOptions({ ...good, ...options } as DcmsOptions)).toThrow(named)
})

test('http is taken on this machine, and elsewhere only when asked for', () => {
  for (const baseUrl of ['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080'])
    expect(checkedOptions({ ...good, baseUrl }).baseUrl.href).toBe(`${baseUrl}/`)
  expect(checkedOptions({ ...good, baseUrl: 'http://gateway:8080', insecureHttp: true }).baseUrl.host).toBe('gateway:8080')
})
