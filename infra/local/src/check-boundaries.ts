// Reads the workspace's sources and prints every broken rule of imports (see boundaries.ts,
// wings.ts) and of the names of tests (see test-kinds.ts); ends with 1 when there is one.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { boundaryFaults, circlesIn, importsOf } from './boundaries.ts'
import { kindFault } from './test-kinds.ts'
import { missingWings, wingFaults } from './wings.ts'

const root = join(import.meta.dirname, '..', '..', '..')
// The rules' own tests are left out: they hold broken code as text.
const exclude = ['**/node_modules/**', '**/dist/**', 'infra/local/src/{boundaries,test-kinds}.test.ts']
const sources = globSync('{gateway,services,packages,infra}/**/*.ts', { cwd: root, exclude })
const manifests = globSync('{gateway,services/*,packages/*,infra/*}/package.json', { cwd: root, exclude })

const dependencies = new Map<string, string[]>()
const folders = new Map<string, string>()
for (const manifest of manifests) {
  const { name, dependencies: declared = {} }: { name: string; dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(root, manifest), 'utf8'),
  )
  folders.set(name, dirname(manifest).replaceAll('\\', '/'))
  dependencies.set(
    name,
    Object.keys(declared).filter((dependency) => dependency.startsWith('@dcms/')),
  )
}

const texts = new Map(sources.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')]))
const imports = new Map([...texts].map(([path, text]) => [path, importsOf(path, text)]))
const reached = {
  textOf: (path: string) => texts.get(path),
  entryOf: (name: string) => (folders.has(name) ? `${folders.get(name)}/src/index.ts` : undefined),
}
const faults = [
  ...[...texts].flatMap(([path, text]) => boundaryFaults(path, text, folders)),
  ...[...imports].flatMap(([path, targets]) => wingFaults(path, targets)),
  ...missingWings([...texts.keys()]),
  ...[...texts.keys()].filter((path) => path.endsWith('.test.ts')).flatMap((path) => kindFault(path, reached) ?? []),
  ...circlesIn(imports).map((circle) => `files import each other in a circle: ${circle}`),
  ...circlesIn(dependencies).map((circle) => `packages depend on each other in a circle: ${circle}`),
]
for (const fault of faults) console.error(fault)
console.log(`${sources.length} files and ${manifests.length} packages checked, ${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1
