// Clients as strangers make them, by OpenAPI Generator from a running gateway's /openapi.json: they compile, and their first calls work.
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

/** A new customer with a virtual card, as the generators' models take it: text where a number would do as well. */
function firstCalls({ client, newCustomer }: TestBank, entityId: string): string {
  const { username, password } = client.tenants.SANDBOX_BANK
  const registration = { ...newCustomer(), entityId }
  return JSON.stringify({ baseUrl: client.baseUrl, tenant: 'SANDBOX_BANK', username, password, registration })
}

for (const language of languages) {
  const { generator } = language
  const name = `the client that the generator ${generator} makes compiles, and logs in, registers, reads and is refused`
  if (!isPossible(language)) progress(`generated clients: ${generator} is skipped, ${lackOf.get(generator)?.join(', ')} cannot be had here`)
  const inTurn = isPossible(language) ? test : test.skip
  inTurn(
    name,
    async () => {
      const client = await clients.get(generator)
      expect(client).toBeDefined()
      if (client?.firstCalls === undefined || bank === undefined) return
      const entityId = `g${randomBytes(6).toString('hex')}`
      expect((await client.firstCalls(firstCalls(bank, entityId))).split('\n')).toEqual([entityId, '400', ''])
    },
    300_000,
  )
}
