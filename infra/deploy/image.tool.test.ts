// What the image does besides running a process: its entry script, the one-shot that makes keys,
// and what must not get into it.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { entryOf, hasMasterKey, keyReceivers, processNames } from '@dcms/ops'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')
const entrypoint = join(import.meta.dirname, 'entrypoint.sh')
const makeKeys = join(import.meta.dirname, 'src', 'make-keys.ts')
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dcms-image-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** As in a container: by the entry script, with this Node as `node`. */
const start = (parameters: string[], environment: Record<string, string> = {}) =>
  run('sh', [entrypoint, ...parameters], { env: { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), ...environment } })

test.each(['DCMS_MASTER_KEY', 'DCMS_ZONE_KEY'])('%s in a file reaches the process as its setting', async (setting) => {
  const probe = join(folder, 'probe.ts')
  writeFileSync(join(folder, 'key'), 'a2V5')
  writeFileSync(probe, `console.log(process.env.${setting}, process.env.${setting}_FILE)`)
  const { stdout } = await start([probe], { [`${setting}_FILE`]: join(folder, 'key') })
  expect(stdout.trim()).toBe('a2V5 undefined')
})

test.each(['DCMS_MASTER_KEY', 'DCMS_ZONE_KEY'])('a file for %s that is not there stops the start', async (setting) => {
  await expect(start([makeKeys, folder], { [`${setting}_FILE`]: join(folder, 'missing') })).rejects.toMatchObject({ code: 1 })
})

test('parameters and exit code are those of the process', async () => {
  await expect(start([makeKeys])).rejects.toMatchObject({ code: 2, stderr: 'Usage: make-keys.ts FOLDER [FOLDER-TO-HAND-OUT-TO]\n' })
})

test('keys are made once, readable by their owner only, and kept', async () => {
  const keys = join(folder, 'keys')
  const content = (): string[] => readdirSync(keys).map((name) => readFileSync(join(keys, name), 'utf8'))
  await start([makeKeys, keys])
  const made = content()
  for (const name of processNames) expect(statSync(join(keys, `${name}.jwk.json`)).mode & 0o777).toBe(0o600)
  for (const name of processNames.filter(hasMasterKey)) {
    expect(statSync(join(keys, `${name}.master-key`)).mode & 0o777).toBe(0o600)
    expect(Buffer.from(readFileSync(join(keys, `${name}.master-key`), 'utf8'), 'base64')).toHaveLength(32)
  }
  expect(statSync(join(keys, 'zone-key')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(keys, 'callers.jwks.json'), 'utf8')).not.toContain('"d"')
  await start([makeKeys, keys])
  expect(content()).toEqual(made)
})

test('each process is handed its own keys and the public ones, and none of another', async () => {
  const [keys, handedOut] = [join(folder, 'keys'), join(folder, 'handed-out')]
  await start([makeKeys, keys, handedOut])
  await start([makeKeys, keys, handedOut]) // at the next start of the installation
  const filesOf = (name: string): string[] => readdirSync(join(handedOut, name)).toSorted()
  expect(readdirSync(handedOut).toSorted()).toEqual([...processNames, 'ops'].toSorted())
  for (const name of processNames) {
    const own = ['callers.jwks.json', 'operators.jwks.json', `${name}.jwk.json`]
    const wrapping = hasMasterKey(name) ? [`${name}.master-key`] : []
    const exchanging = entryOf(name).hasZoneKey ? ['zone-key'] : []
    expect(filesOf(name)).toEqual([...own, ...wrapping, ...exchanging].toSorted())
  }
  expect(['gateway', 'customer', 'kit', 'pin-preference'].map((name) => filesOf(name).includes('zone-key'))).toEqual([
    false,
    false,
    true,
    true,
  ])
  expect(filesOf('ops')).toEqual(['callers.jwks.json', 'demo-officer-1.operator.jwk.json', 'demo-officer-2.operator.jwk.json'])
  for (const name of filesOf('kit')) {
    expect(statSync(join(handedOut, 'kit', name)).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(handedOut, 'kit', name))).toEqual(readFileSync(join(keys, name)))
  }
})

test('the image has a folder for the keys of each receiver, from which a volume takes its owner', async () => {
  const { stdout } = await start([join(import.meta.dirname, 'src', 'key-folders.ts')])
  expect(stdout.trim().split('\n')).toEqual(['/keys', ...keyReceivers.map((name) => `/handed-out/${name}`)])
  expect(readFileSync(join(import.meta.dirname, 'Dockerfile'), 'utf8')).toContain(
    'for folder in $(node infra/deploy/src/key-folders.ts); do',
  )
})

test('state, keys and installed dependencies of the checkout stay out of the image', () => {
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['.git', '.dcms', '**/node_modules']))
})
