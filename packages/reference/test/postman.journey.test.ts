// The Postman collection, run by newman against an installation: sealed as production banks call,
// and clear as a sandbox bank may.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startTestBank, type TestBank } from '@dcms/chaos'
import { type PublicEndpoint, publicEndpointList, stillToCome } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { postmanCollection } from '../src/index.ts'

const newman = join(import.meta.dirname, '../node_modules/newman/bin/newman.js')
/** Requests of the folders Access and First card. */
const FURTHER_REQUESTS = 9

interface Report {
  run: {
    stats: { items: { total: number }; assertions: { total: number } }
    failures: { source?: { name: string }; error: { test?: string; message: string } }[]
    executions: { item: { name: string }; response?: { code: number } }[]
  }
}

let bank: TestBank
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcms-postman-'))
  bank = await startTestBank()
}, 400_000)

afterAll(async () => {
  await bank?.stop()
  await rm(folder, { recursive: true, force: true })
}, 150_000)

/** Runs the whole collection as a user would, with the access of a demo bank as environment. */
async function runAs(tenant: 'ACME_BANK' | 'SANDBOX_BANK', mode: 'session' | 'clear'): Promise<Report['run']> {
  const { username, password, clientKeys } = bank.client.tenants[tenant]
  const values = { tenant, username, password, clientKeys: JSON.stringify(clientKeys), mode }
  const environment = { name: tenant, values: Object.entries(values).map(([key, value]) => ({ key, value, enabled: true })) }
  const fileOf = (name: string): string => join(folder, `${tenant}-${name}.json`)
  await writeFile(fileOf('collection'), JSON.stringify(await postmanCollection({ baseUrl: bank.client.baseUrl })))
  await writeFile(fileOf('environment'), JSON.stringify(environment), { mode: 0o600 })
  const report = ['--reporters', 'json', '--reporter-json-export', fileOf('report')]
  const args = [newman, 'run', fileOf('collection'), '--environment', fileOf('environment'), '--suppress-exit-code', ...report]
  await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 })
  const { run }: Report = JSON.parse(await readFile(fileOf('report'), 'utf8'))
  return run
}

const failuresOf = ({ failures }: Report['run']): string[] =>
  failures.map(({ source, error }) => `${source?.name ?? ''}: ${error.test ?? ''} ${error.message}`)

test.each([
  ['ACME_BANK', 'session'],
  ['SANDBOX_BANK', 'clear'],
] as const)(
  'newman runs every request for %s in mode %s: results, documented refusals, 501 for what is planned',
  async (tenant, mode) => {
    const run = await runAs(tenant, mode)
    expect(failuresOf(run)).toEqual([])
    expect(run.stats.items.total).toBe(publicEndpointList.length + FURTHER_REQUESTS)
    const isAnswered501 = ({ name, sealedOnly }: PublicEndpoint): boolean => stillToCome.has(name) && !(sealedOnly && mode === 'clear')
    const planned = run.executions.filter(({ response }) => response?.code === 501)
    expect(planned).toHaveLength(publicEndpointList.filter(isAnswered501).length)
  },
  400_000,
)
