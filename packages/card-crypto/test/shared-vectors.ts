// Finds the vectors that lie beside a checkout, for tests only; a clone elsewhere has none and its
// tests say so.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '@jest/globals'

function vectorFile(name: string): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, '..', 'shared', 'vectors', name)
    if (existsSync(file)) return file
  }
  return null
}

/**
 * Hands the parsed file to `define`, or defines one test whose title tells that these vectors were
 * not checked.
 */
export function withSharedVectors<T>(name: string, define: (vectors: T) => void): void {
  const file = vectorFile(name)
  if (file) define(JSON.parse(readFileSync(file, 'utf8')) as T)
  else test(`NOT CHECKED: shared/vectors/${name} is not beside this checkout`, () => undefined)
}
