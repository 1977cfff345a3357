// The import rules of the workspace, as pure functions over a file's path and text.

/** One broken rule, as a line for people. */
export type Fault = string

const IMPORT = /(?:from|import)\s*\(?\s*'([^']+)'/g
const BANNED_CALLS = /\.(startSession|withTransaction|watch)\s*\(/g

const partOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('gateway/') ? 1 : 2)
    .join('/')
const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.includes('/test/')

/** Folder of each package of the workspace by the package's name: `@dcms/kit` → `services/kit`. */
export type PackageFolders = ReadonlyMap<string, string>

const isProcess = (folder: string): boolean => folder === 'gateway' || folder.startsWith('services/')

const targetOf = (path: string, wanted: string): string => new URL(wanted, `file:///${path}`).pathname.slice(1)

/**
 * The files that a source file imports by path, each once and relative to the root; imports of
 * types alone count too.
 */
export const importsOf = (path: string, text: string): string[] => [
  ...new Set([...text.matchAll(IMPORT)].flatMap(([, wanted]) => (wanted?.startsWith('.') ? [targetOf(path, wanted)] : []))),
]

/**
 * Faults of one source file.
 * A service imports no other service, packages import no service, nothing in the product imports
 * `infra`; only packages/events imports kafkajs; packages are imported by their root only; relative
 * imports stay inside their part; sessions, transactions and change streams of the store are
 * banned, since not every MongoDB-compatible engine has them.
 * @param path relative to the root, with `/`
 */
export function boundaryFaults(path: string, text: string, folders: PackageFolders): Fault[] {
  const faults: Fault[] = []
  const part = partOf(path)
  for (const [, wanted] of text.matchAll(IMPORT)) {
    if (wanted === undefined) continue
    if (wanted.startsWith('.')) {
      const target = targetOf(path, wanted)
      if (partOf(target) !== part) faults.push(`${path}: imports ${target} by path; import the package instead`)
      continue
    }
    if (wanted === 'kafkajs' && part !== 'packages/events') faults.push(`${path}: only packages/events imports kafkajs`)
    if (!wanted.startsWith('@dcms/')) continue
    if (wanted.split('/').length > 2) faults.push(`${path}: ${wanted} reaches into a package; only its root is importable`)
    const folder = folders.get(wanted) ?? ''
    if (isProcess(folder)) faults.push(`${path}: ${wanted} is a process of its own and is never imported`)
    if (folder.startsWith('infra/') && !path.startsWith('infra/') && !isTest(path))
      faults.push(`${path}: the product does not import ${wanted}`)
  }
  for (const [, name] of text.matchAll(BANNED_CALLS)) {
    if (/from 'mongoose'|@dcms\/service/.test(text)) faults.push(`${path}: .${name}() is banned, see docs/decisions`)
  }
  return faults
}

/**
 * Circles among packages by their declared dependencies, or among files by their imports, each as
 * `a → b → a`.
 */
export function circlesIn(dependencies: ReadonlyMap<string, readonly string[]>): Fault[] {
  const circles: Fault[] = []
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) {
      circles.push([...trail.slice(trail.indexOf(name)), name].join(' → '))
      return
    }
    if (done.has(name)) return
    for (const next of dependencies.get(name) ?? []) visit(next, [...trail, name])
    done.add(name)
  }
  for (const name of dependencies.keys()) visit(name, [])
  return circles
}
