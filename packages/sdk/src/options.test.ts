// What a client may be made with.
import { generateKeyPair } from '@dcms/sealing'
import { expect, test } from '@jest/globals'
import { DcmsInputError } from './errors.ts'
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
  [{ baseUrl: 'https://bank.example/v1' }, 'baseUrl'],
  [{ baseUrl: 'https://bank.example/x/dcms/' }, 'baseUrl'],
  [{ baseUrl: 'https://bank.example/?a=1' }, 'baseUrl'],
  [{ baseUrl: undefined }, 'baseUrl'],
  [{ tenant: '' }, 'tenant'],
  [{ tenant: ' ACME_BANK' }, 'tenant'],
  [{ tenant: 'ACME_BANK\n' }, 'tenant'],
  [{ username: 'api user' }, 'username'],
  [{ mode: 'fast' }, 'mode'],
  [{ clock: 5 }, 'clock'],
  [{ keys: undefined }, 'keys'],
  [{ timeoutMs: 1e12 }, 'timeoutMs'],
  [{ timeoutMs: Number.NaN }, 'timeoutMs'],
  [{ timeoutMs: '5' }, 'timeoutMs'],
  [{ retry: { totalTimeMs: -1 } }, 'retry.totalTimeMs'],
  [{ retry: { triesMax: 1.5 } }, 'retry.triesMax'],
  [{ retry: { triesMax: 0 } }, 'retry.triesMax'],
  [{ retry: { firstPauseMs: Number.POSITIVE_INFINITY } }, 'retry.firstPauseMs'],
  [{ retry: 5 }, 'retry'],
  [{ keys: { ...keys, fieldKey: `${Buffer.alloc(32).toString('base64')}=` } }, 'fieldKey'],
  [{ keys: { clientKeys: { keys: [null] } } }, 'clientKeys'],
  [{ password: '' }, 'password'],
  [{ timeoutMs: 0 }, 'timeoutMs'],
  [{ keys: { clientKeys: { keys: [] } } }, 'clientKeys'],
  [{ keys: { clientKeys: { keys: [{ ...clientKey, d: 'AAAA' }] } } }, 'not a usable private key'],
  [{ keys: { ...keys, fieldKey: 'c2hvcnQ=' } }, 'fieldKey'],
  [{ keys: { ...keys, pinKey: 'c2hvcnQ=' } }, 'pinKey'],
] as const)('wrong options are refused by name, with one error: %#', (options, named) => {
  const check = (): unknown => checkedOptions({ ...good, ...options } as DcmsOptions)
  expect(check).toThrow(DcmsInputError)
  expect(check).toThrow(named)
})

test.each([undefined, null, 'https://bank.example'])('options that are %p are refused', (options) => {
  expect(() => checkedOptions(options as never)).toThrow(DcmsInputError)
})

test('http is taken on this machine, and elsewhere only when asked for', () => {
  for (const baseUrl of ['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080'])
    expect(checkedOptions({ ...good, baseUrl }).baseUrl.href).toBe(`${baseUrl}/`)
  expect(checkedOptions({ ...good, baseUrl: 'http://gateway:8080', insecureHttp: true }).baseUrl.host).toBe('gateway:8080')
})
