// The examples that READMEs and guides show, run as programs of their own against a gateway.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Behaviour, clientKey, FakeGateway, fieldKey } from './fake-gateway.ts'

const kitNo = '4240171508'
let gateway: FakeGateway
let folder: string

beforeEach(async () => {
  gateway = new FakeGateway()
  folder = await mkdtemp(join(tmpdir(), 'sdk-example-'))
  await mkdir(join(folder, '.dcms'))
  const keys = {
    clientKeys: { keys: [clientKey] },
    fieldKey: fieldKey.toString('base64'),
    pinKey: Buffer.alloc(32, 9).toString('base64'),
  }
  const tenants = { ACME_BANK: { username: 'api_user', password: 'correct horse', ...keys } }
  await writeFile(join(folder, '.dcms', 'demo-client.json'), JSON.stringify({ baseUrl: await gateway.start(), tenants }))
})
afterEach(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true })
})

const examples: [name: string, answers: Record<string, Behaviour>, says: string][] = [
  [
    'activate',
    {
      '/v1/kit-manager/fetchKitsByEntityId': { result: [{ kitNo }] },
      '/v1/kit-manager/kitActivation': { refuse: { code: 'card.already.active' } },
    },
    'nothing to do\n',
  ],
  ['first-card', { '/v1/register': { result: { kitInfo: [{ kitNo }] } }, '/v1/kit-manager/kitActivation': {} }, 'success\n'],
  [
    'pins',
    { '/v1/kit-manager/v2/setPin': { result: true }, '/v1/kit-manager/v2/validatePin': { refuse: { code: 'PIN002' } } },
    'wrong PIN, one try less\n',
  ],
]

test.each(examples)('the example %s makes its calls and tells their outcome', async (name, answers, says) => {
  gateway.behave = ({ path }) => answers[path] ?? { refuse: { code: 'path.not.found' } }
  const example = join(import.meta.dirname, '..', 'examples', `${name}.ts`)
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', example], {
    cwd: folder,
  })
  expect({ stdout, stderr }).toEqual({ stdout: says, stderr: '' })
  expect(gateway.calls.map(({ path }) => path)).toEqual(Object.keys(answers))
})
