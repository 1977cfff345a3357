// The AsyncAPI document as AsyncAPI's own parser sees it.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bankStreamTypes, eventTypes } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { asyncApi } from '../src/index.ts'
import { isJsonObject } from '../src/json.ts'

interface Diagnostic {
  code: string
  severity: number
  message: string
  path: (string | number)[]
}

/** In a process of its own: the parser brings modules that jest's module loader does not take. */
async function diagnosticsOf(document: object): Promise<Diagnostic[]> {
  const folder = await mkdtemp(join(tmpdir(), 'dcms-asyncapi-'))
  try {
    const file = join(folder, 'asyncapi.json')
    await writeFile(file, JSON.stringify(document))
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'parse-asyncapi.ts'), file], {
      maxBuffer: 64 * 1024 * 1024,
    })
    const diagnostics: Diagnostic[] = JSON.parse(stdout)
    return diagnostics
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** We write 3.0, as most tools read it; that 3.1 exists is no fault of the document. */
const isFault = ({ code }: Diagnostic): boolean => code !== 'asyncapi-latest-version'

test('the parser finds no fault: structure, references, payloads, examples', async () => {
  expect((await diagnosticsOf(asyncApi())).filter(isFault)).toEqual([])
}, 150_000)

test('the parser would find an example that does not fit', async () => {
  const document = asyncApi()
  const text = JSON.stringify(document).replaceAll('"examples":[{"name":"KitActivated"', '"examples":[{"title":7,"name":"KitActivated"')
  expect((await diagnosticsOf(JSON.parse(text))).filter(isFault).length).toBeGreaterThan(0)
}, 150_000)

test('each event type and each type of the bank stream is a message of a channel', () => {
  const { components, channels } = asyncApi()
  const messages = isJsonObject(components) && isJsonObject(components.messages) ? Object.keys(components.messages) : []
  expect(messages.sort()).toEqual([...eventTypes.map(({ type }) => type), ...bankStreamTypes.map(({ eventType }) => eventType)].sort())
  const referred = JSON.stringify(channels)
  for (const name of messages) expect(referred).toContain(`"#/components/messages/${name}"`)
})
