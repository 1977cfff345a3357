// Reads the workspace's sources and prints every broken import rule (see boundaries.ts); ends with 1 when there is one.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { boundaryFaults, packageCycles } from './boundaries.ts'

const root = join(import.meta.dirname, '..', '..', '..')
// The rules' own test is left out: it holds broken imports as text.
const exclude = ['**/node_modules/**', '**/dist/**', 'infra/local/src/boundaries.test.ts']
const sources = globSync('{gateway,services,packages,infra}/**/*.ts', { cwd: root, exclude })
const manifests = globSync('{gateway,services/*,packages/*,infra/*}/package.json', { cwd: root, exclude })

const dependencies = new Map<string, string[]>()
for (const manifest of manifests) {
  const { name, dependencies: declared = {} }: { name: string; dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(root, manifest), 'utf8'),
  )
  dependencies.set(
    name,
    Object.keys(declared).filter((dependency) => dependency.startsWith('@dcms/')),
  )
}

const faults = [
  ...sources.flatMap((path) => boundaryFaults(path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8'))),
  ...packageCycles(dependencies).map((cycle) => `packages depend on each other in a circle: ${cycle}`),
]
for (const fault of faults) console.error(fault)
console.log(`${sources.length} files and ${manifests.length} packages checked, ${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1
