// Ports and environment of the processes.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { bankServices, type ProcessName, processNames, settingPrefix } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { devPorts, entryFile, environmentOf, freePorts, host, requireFree, startedNames, workspaceRoot } from './process-environment.ts'

test('a port that is taken is named together with who needs it', async () => {
  const ports = await freePorts()
  const occupant = createServer()
  await new Promise<void>((resolve) => occupant.listen(ports.kit.internalPort, host, resolve))
  try {
    await expect(requireFree(['customer', 'kit'], ports)).rejects.toThrow(`Port ${ports.kit.internalPort}, which kit needs, is taken.`)
    await expect(requireFree(['customer'], ports)).resolves.toBeUndefined()
  } finally {
    await new Promise((resolve) => occupant.close(resolve))
  }
})

test('free ports are two of their own for each that is started', async () => {
  const ports = Object.values(await freePorts()).flatMap(({ port, internalPort }) => [port, internalPort])
  expect(ports).toHaveLength(2 * startedNames.length)
  expect(new Set(ports).size).toBe(ports.length)
})

const keys = {
  callersFile: '/k/callers',
  operatorsFile: '/k/operators',
  operatorKeyFile: (officer: string) => `/k/${officer}`,
  callerKeyFile: (caller: string) => `/k/${caller}`,
  masterKey: (name: string) => `master of ${name}`,
  zoneKey: 'zone',
}
const engines = { mongoUrl: 'mongodb://m', kafkaBrokers: 'k:1' }
const surroundings = { engines, installation: 't1', ports: devPorts, keys, logLevel: 'warn' }

test('each process gets its own key and master key, and the addresses of those it calls', () => {
  expect(environmentOf('kit', surroundings)).toMatchObject({
    PORT: '8120',
    INTERNAL_PORT: '8121',
    DCMS_INSTALLATION: 't1',
    DCMS_ENVIRONMENT: 'development',
    DCMS_MASTER_KEY: 'master of kit',
    DCMS_CALLER_KEY_FILE: '/k/kit',
    CUSTOMER_INTERNAL_URL: 'http://127.0.0.1:8111',
    PIN_PREFERENCE_INTERNAL_URL: 'http://127.0.0.1:8131',
    COURIER_URL: 'http://127.0.0.1:8190/courier',
    VENDOR_URL: 'http://127.0.0.1:8190/vendor',
  })
  const sandbox = environmentOf('sandbox', { engines, installation: 't1', ports: devPorts, keys, logLevel: 'warn' })
  expect(sandbox).toMatchObject({ PORT: '8190', DCMS_INSTALLATION: 't1', DCMS_ENVIRONMENT: 'development' })
  expect(Object.keys(sandbox).filter((setting) => /KEY|CALLER|KAFKA/.test(setting))).toEqual([])
})

test('the zone key goes to the two services whose HSMs exchange card numbers, and to nobody else', () => {
  const holders = processNames.filter((name) => 'DCMS_ZONE_KEY' in environmentOf(name, surroundings))
  expect(holders).toEqual(['kit', 'pin-preference'])
})

/** The names a source file reads by `settings`. */
const readIn = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/read\.(?:text|url|port|optional)\('([A-Z_]+)'/g)].map(([, name = '']) => name)
const sharedSettings = [
  ...readIn(join(workspaceRoot, 'packages/service/src/settings/service-config.ts')),
  'DCMS_INSTALLATION',
  'DCMS_ENVIRONMENT',
  'LOG_LEVEL',
]

/** The gateway's config reads the addresses of services by their names in the register. */
const derivedOf = (name: ProcessName): string[] =>
  name === 'gateway' ? bankServices.map((service) => `${settingPrefix(service)}_URL`) : []

test.each(processNames)('%s gets exactly the settings it reads', (name) => {
  const read = new Set([...sharedSettings, ...derivedOf(name), ...readIn(join(dirname(entryFile(name)), 'config.ts'))])
  expect(Object.keys(environmentOf(name, surroundings)).sort()).toEqual([...read].sort())
})
