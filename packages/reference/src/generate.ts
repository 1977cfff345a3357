// npm run contract: writes the generated documents to .dcms/contract, or to the folder given with
// --out.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { publicEndpointList, stillToCome } from '@dcms/contract'
import { asyncApi, openApi, postmanCollection } from './index.ts'

const repository = join(import.meta.dirname, '../../..')
const { values } = parseArgs({ options: { out: { type: 'string' } } })
const folder = values.out === undefined ? join(repository, '.dcms/contract') : resolve(values.out)

const documents: [file: string, document: object][] = [
  ['openapi.json', openApi()],
  ['asyncapi.json', asyncApi()],
  ['postman.json', await postmanCollection()],
]

mkdirSync(folder, { recursive: true })
for (const [file, document] of documents) {
  const text = `${JSON.stringify(document, null, 2)}\n`
  const path = join(folder, file)
  writeFileSync(path, text)
  console.log(`${relative(process.cwd(), path)}: ${(Buffer.byteLength(text) / 1024).toFixed(0)} kB`)
}
console.log(`${publicEndpointList.length} endpoints, ${stillToCome.size} of them planned`)
