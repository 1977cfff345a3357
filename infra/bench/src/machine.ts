// The machine and the versions a figure belongs to; nothing that names the machine.
import { readFile } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'

const GIB = 2 ** 30

export interface Machine {
  cpu: string
  cores: number
  memoryGiB: number
  /** Kernel name and release. */
  system: string
}

export function machine(): Machine {
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / GIB),
    system: `${type()} ${release()}`,
  }
}

/** Versions of DCMS, Node and the named dependencies of this package, which are pinned. */
export async function versionsOf(dependencies: readonly string[]): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
    version: string
    dependencies: Record<string, string>
  }
  const versions: Record<string, string> = { dcms: manifest.version, node: process.versions.node, openssl: process.versions.openssl }
  for (const name of dependencies) versions[name] = manifest.dependencies[name] ?? 'unknown'
  return versions
}
