// Clients as strangers make them, by OpenAPI Generator from a running gateway's /openapi.json: they
// compile, and their first calls work.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestBank, type TestBank } from '@dcms/chaos'
import { missingTools, openApiGenerator, openApiGeneratorLacks, type Tool } from '@dcms/local'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type CompiledClient, compileGo, compilePython, compileTypeScript, generate } from './generated-client.ts'

const progress = (line: string): void => console.info(line)

interface Language {
  readonly generator: string
  readonly tools: readonly Tool[]
  compile(folder: string): Promise<CompiledClient>
}

const languages: readonly Language[] = [
  { generator: 'python', tools: ['python3'], compile: (folder) => compilePython(folder, progress) },
  { generator: 'go', tools: ['go'], compile: compileGo },
  { generator: 'typescript-fetch', tools: [], compile: compileTypeScript },
]

const lacks = await openApiGeneratorLacks()
const lackOf = new Map<string, readonly Tool[]>()
for (const { generator, tools } of languages) lackOf.set(generator, [...lacks, ...(await missingTools([...tools]))])
const isPossible = ({ generator }: Language): boolean => lackOf.get(generator)?.length === 0
const possible = languages.filter(isPossible)

let folder = ''
let bank: TestBank | undefined
const clients = new Map<string, Promise<CompiledClient>>()

beforeAll(async () => {
  if (possible.length === 0) return
  folder = await mkdtemp(join(tmpdir(), 'dcms-clients-'))
  const [started, jar] = await Promise.all([startTestBank(), openApiGenerator(progress)])
  bank = started
  for (const { generator, compile } of possible) {
    const target = join(folder, generator)
    const client = generate(jar, generator, `${bank.client.baseUrl}/openapi.json`, target).then(() => compile(target))
    client.catch(() => undefined) // its test says so
    clients.set(generator, client)
  }
}, 400_000)

afterAll(async () => {
  await Promise.allSettled(clients.values())
  await bank?.stop()
  if (folder !== '') await rm(folder, { recursive: true, force: true })
}, 150_000)

/**
 * A new customer with a virtual card, as the generators' models take it: text where a number would
 * do as well.
 */
function firstCalls({ client, newCustomer }: TestBank, tenant: 'SANDBOX_BANK' | 'ACME_BANK', entityId: string): string {
  const { username, password, clientKeys } = client.tenants[tenant]
  const registration = { ...newCustomer(), entityId }
  const sealed = tenant === 'ACME_BANK' && { clientKeys: clientKeys.keys }
  return JSON.stringify({ baseUrl: client.baseUrl, tenant, username, password, registration, ...sealed })
}

/** The customer who was read back, and the status with which one that nobody has was refused. */
async function callAs(generator: string, tenant: 'SANDBOX_BANK' | 'ACME_BANK'): Promise<void> {
  const client = await clients.get(generator)
  if (!client || !bank) throw new Error('there is no client')
  if (!client.firstCalls) return // it was compiled, and a line says what could not be had
  const entityId = `g${randomBytes(6).toString('hex')}`
  expect((await client.firstCalls(firstCalls(bank, tenant, entityId))).split('\n')).toEqual([entityId, '400', ''])
}

for (const language of languages) {
  const { generator } = language
  const inTurn = isPossible(language) ? test : test.skip
  if (!isPossible(language)) progress(`generated clients: ${generator} is skipped, ${lackOf.get(generator)?.join(', ')} cannot be had here`)
  const name = `the client that the generator ${generator} makes compiles, and logs in, registers, reads and is refused`
  inTurn(name, () => callAs(generator, 'SANDBOX_BANK'), 300_000)
  if (generator === 'typescript-fetch')
    inTurn('with a middleware that seals it calls a bank that takes nothing clear', () => callAs(generator, 'ACME_BANK'))
}
