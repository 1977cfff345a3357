// Where the dcms command looks for an installation.
import { processNames, recordOf } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import type { RunFile } from '../launcher/run-file.ts'
import { addressesOf } from './addresses.ts'

const run: RunFile = {
  pid: 1,
  startedAt: '2026-01-05T10:00:00Z',
  installation: '',
  gatewayUrl: 'http://run:1',
  internalUrls: recordOf(processNames, (name) => `http://run/${name}`),
  kafkaBrokers: 'run:6',
  mongoUrl: 'mongodb://run:7',
  keysDir: '/run/keys',
  operatorKeyFile: '/run/keys/operator.jwk.json',
  callersFile: '/run/keys/callers.jwks.json',
  logDir: '/run/logs',
}

test('the run file is the last resort, the environment stands above it, an option above both', () => {
  const environment = { GATEWAY_INTERNAL_URL: 'http://env:2/', PIN_PREFERENCE_INTERNAL_URL: 'http://env:5' }
  const { internalUrls } = addressesOf({ gatewayInternalUrl: 'http://option:2' }, environment, run, '/s')
  expect({ ...internalUrls }).toEqual({
    ...run.internalUrls,
    gateway: 'http://option:2',
    'pin-preference': 'http://env:5',
  })
  expect(addressesOf({}, environment, run, '/s').internalUrls.gateway).toBe('http://env:2')
})

test('what nothing names is told with its remedy, and only when it is needed', () => {
  const addresses = addressesOf({ kafkaBrokers: 'k:1' }, {}, null, '/state')
  expect(addresses.kafkaBrokers).toBe('k:1')
  expect(() => addresses.internalUrls.gateway).toThrow(
    'Where is gateway? Run npm start (which writes /state/run.json), or set GATEWAY_INTERNAL_URL.',
  )
  expect(() => addresses.operatorKeyFile).toThrow('DCMS_OPERATOR_KEY_FILE')
})
