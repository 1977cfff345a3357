// The package that banks install: emitted whole, importable by plain Node, with types that compile.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publicEndpoints } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

const run = promisify(execFile)
const workspace = join(import.meta.dirname, '..', '..', '..')
let bank: string
let installed: string

beforeAll(async () => {
  bank = await mkdtemp(join(tmpdir(), 'dcms-bank-'))
  installed = join(bank, 'node_modules', '@dcms', 'sdk')
  await run(process.execPath, [join(workspace, 'packages', 'sdk', 'build', 'emit.ts'), installed]) // its bundler does not run inside jest
  await symlink(join(workspace, 'packages', 'sdk', 'node_modules', 'undici'), join(bank, 'node_modules', 'undici'))
  await symlink(
    join(workspace, 'packages', 'contract', 'node_modules', 'json-schema-to-ts'),
    join(bank, 'node_modules', 'json-schema-to-ts'),
  )
  await mkdir(join(bank, 'node_modules', '@types'))
  await symlink(join(workspace, 'node_modules', '@types', 'node'), join(bank, 'node_modules', '@types', 'node'))
  await writeFile(join(bank, 'package.json'), '{ "type": "module" }')
}, 150_000)
afterAll(() => rm(bank, { recursive: true, force: true }))

test('a script without any of the workspace imports it and finds every method of the contract', async () => {
  await writeFile(
    join(bank, 'script.js'),
    "import { Dcms } from '@dcms/sdk'\nconsole.log(JSON.stringify(Object.getOwnPropertyNames(Object.getPrototypeOf(Dcms.prototype))))",
  )
  const { stdout } = await run(process.execPath, ['script.js'], { cwd: bank })
  expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(Object.keys(publicEndpoints)))
})

test('it needs nothing beyond what its package.json names, no schema compiler among it', async () => {
  const code = await readFile(join(installed, 'index.js'), 'utf8')
  const imported = new Set([...code.matchAll(/from ["']([^"'.][^"']*)["']/g)].map(([, name]) => name))
  expect([...imported].filter((name) => !name?.startsWith('node:'))).toEqual(['undici'])
})

test('its types compile where a bank uses them, and refuse what the contract does not know', async () => {
  await writeFile(
    join(bank, 'bank.ts'),
    `import { Dcms, type RequestOf } from '@dcms/sdk'
     export async function lock(dcms: Dcms): Promise<boolean> {
       const body: RequestOf<'manageKit'> = { entityId: 'E1', oldKit: '4240171508', operation: 'LOCK' }
       // @ts-expect-error no such operation
       await dcms.manageKit({ entityId: 'E1', oldKit: '4240171508', operation: 'FLY' })
       return (await dcms.manageKit(body)).status
     }`,
  )
  const tsc = join(workspace, 'node_modules', '.bin', 'tsc')
  const compiler = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node', 'bank.ts']
  await expect(run(tsc, compiler, { cwd: bank })).resolves.toMatchObject({ stdout: '' })
})

test.each([
  ['node16', 'node16'],
  ['commonjs', 'node10'],
])(
  'in a CommonJS package it is required, and its types compile: module %s, resolution %s',
  async (module, moduleResolution) => {
    const folder = join(bank, `common-${module}`)
    await mkdir(folder)
    await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }')
    await writeFile(
      join(folder, 'bank.ts'),
      `import { Dcms, DcmsInputError } from '@dcms/sdk'
     export const lock = async (dcms: Dcms): Promise<boolean> => (await dcms.manageKit({ entityId: 'E1', oldKit: '1', operation: 'LOCK' })).status
     // @ts-expect-error no such operation
     export const fly = async (dcms: Dcms) => dcms.manageKit({ entityId: 'E1', oldKit: '1', operation: 'FLY' })
     try {
       new Dcms({} as never)
     } catch (error) {
       console.log(error instanceof DcmsInputError)
     }`,
    )
    // The compiler that banks with such packages have: the present one no longer knows the older
    // resolution.
    const tsc = join(workspace, 'packages', 'sdk', 'node_modules', 'typescript-5', 'bin', 'tsc')
    const compiler = [
      '--strict',
      '--module',
      module,
      '--moduleResolution',
      moduleResolution,
      '--target',
      'es2023',
      '--types',
      'node',
      'bank.ts',
    ]
    await expect(run(process.execPath, [tsc, ...compiler], { cwd: folder })).resolves.toMatchObject({ stdout: '' })
    expect((await run(process.execPath, ['bank.js'], { cwd: folder })).stdout).toBe('true\n')
  },
  120_000,
)

test('no declaration points into the workspace', async () => {
  for (const file of await readdir(join(installed, 'types'), { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue
    expect(await readFile(join(installed, 'types', file), 'utf8')).not.toMatch(/@dcms\/|\.ts['"]/)
  }
})
