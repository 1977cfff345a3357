// What the manifests of the workspace point to is there.
import { existsSync, globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'

const repository = join(import.meta.dirname, '../../..')

const jsonOf = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(repository, path), 'utf8'))

/** The files a package exports, whatever the form: one path, paths by name, paths by condition. */
const targetsOf = (exports: unknown): string[] => {
  if (typeof exports === 'string') return [exports]
  return typeof exports === 'object' && exports !== null ? Object.values(exports).flatMap(targetsOf) : []
}

test('every package exports files that are there', async () => {
  const manifests = globSync(['gateway/package.json', '{services,packages,infra}/*/package.json'], { cwd: repository })
  const missing: string[] = []
  for (const path of manifests) {
    const { exports } = (await jsonOf(path)) as { exports?: unknown }
    for (const target of targetsOf(exports)) if (!existsSync(join(repository, dirname(path), target))) missing.push(`${path}: ${target}`)
  }
  expect(manifests.length).toBeGreaterThan(0)
  expect(missing).toEqual([])
})

test('tsconfig.json includes what is there', async () => {
  const { include } = (await jsonOf('tsconfig.json')) as { include: string[] }
  expect(include.filter((path) => !existsSync(join(repository, path)))).toEqual([])
})
