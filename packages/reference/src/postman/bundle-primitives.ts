// Prints the primitives of the Postman scripts as one script, which defines the variable `sealing`;
// bundled from @noble's packages. A process of its own: it is needed once, and a bundler has no
// business in the memory of a gateway.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const dependencies = ['@noble/ciphers', '@noble/curves', '@noble/hashes'] as const
const folderOf = (dependency: string): string => join(import.meta.dirname, '../../node_modules', dependency)

const bundle = await rolldown({ input: join(import.meta.dirname, 'primitives.ts'), platform: 'browser' })
const { output } = await bundle.generate({ format: 'iife', name: 'sealing', minify: true, comments: false })
await bundle.close()
const from = dependencies.map((dependency) => {
  const { version }: { version: string } = JSON.parse(readFileSync(join(folderOf(dependency), 'package.json'), 'utf8'))
  return `${dependency}@${version}`
})
// The licence travels with the copy, as it asks for.
const licences = new Set(dependencies.map((dependency) => readFileSync(join(folderOf(dependency), 'LICENSE'), 'utf8').trim()))
process.stdout.write(`/*\n${from.join(', ')}\n\n${[...licences].join('\n\n')}\n*/\n${output[0].code.trimEnd()}`)
