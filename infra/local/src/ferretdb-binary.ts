// FerretDB built from ../ferretdb (pinned by go.mod and go.sum) into the cache.
import { createHash } from 'node:crypto'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cached, exists, type Progress } from './cache.ts'

const VERSION = '2.7.0'
const SOURCES = join(import.meta.dirname, '../ferretdb')
const FILES = ['main.go', 'go.mod', 'go.sum']

export async function ferretdbMissing(cache: string): Promise<boolean> {
  return !(await exists(join(cache, await entryName())))
}

export async function ferretdbBinary(progress: Progress): Promise<string> {
  const title = `building FerretDB ${VERSION} (about 60 s, once per machine)`
  return join(await cached({ name: await entryName(), title, build }, progress), 'ferretdb')
}

async function entryName(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of FILES) hash.update(await readFile(join(SOURCES, file)))
  return `ferretdb-${VERSION}-${hash.digest('hex').slice(0, 12)}`
}

async function build(folder: string): Promise<void> {
  // Built from a copy, so that go.mod and go.sum of the checkout are never touched.
  for (const file of FILES) await copyFile(join(SOURCES, file), join(folder, file))
  const env = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' }
  const run = await execa('go', ['build', '-trimpath', '-buildvcs=false', '-o', 'ferretdb', '.'], {
    cwd: folder,
    env,
    reject: false,
    all: true,
  })
  if (run.exitCode !== 0) throw new Error(`FerretDB could not be built: is a Go module proxy reachable (go env GOPROXY)?\n${run.all}`)
}
