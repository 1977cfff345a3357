// Ports and environment of the processes.
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { devPorts, environmentOf, freePorts, host, requireFree } from './process-environment.ts'

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

test('free ports are eight different ones', async () => {
  const ports = Object.values(await freePorts()).flatMap(({ port, internalPort }) => [port, internalPort])
  expect(new Set(ports).size).toBe(8)
})

test('each process gets its own key and master key, and the addresses of the others', () => {
  const keys = {
    callersFile: '/k/callers',
    callerKeyFile: (caller: string) => `/k/${caller}`,
    masterKey: (name: string) => `master of ${name}`,
  }
  const engines = { mongoUrl: 'mongodb://m', kafkaBrokers: 'k:1' }
  const environment = environmentOf('kit', { engines, installation: 't1', ports: devPorts, keys, logLevel: 'warn' })
  expect(environment).toMatchObject({
    PORT: '8120',
    INTERNAL_PORT: '8121',
    DCMS_INSTALLATION: 't1',
    DCMS_MASTER_KEY: 'master of kit',
    DCMS_CALLER_KEY_FILE: '/k/kit',
    CUSTOMER_INTERNAL_URL: 'http://127.0.0.1:8111',
  })
})
