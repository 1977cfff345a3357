// The user's cache of downloads and builds, shared by all clones: an entry is complete or it does
// not exist.
import { access, constants, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { lock } from 'proper-lockfile'

/** A killed owner stops renewing its lock; after this long the next one may take it. */
const LOCK_STALE_MS = 10_000
const LOCK_RETRY_MS = 100

export type Progress = (line: string) => void

export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.DCMS_CACHE) return env.DCMS_CACHE
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'dcms')
  return join(homedir(), '.cache', 'dcms')
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/**
 * The folder for locks, made where it is missing.
 * @throws Error with one line that names the cache folder and the variable, when nothing can be
 * written there
 */
export async function lockFolder(cache: string): Promise<string> {
  const folder = join(cache, 'locks')
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
    return folder
  } catch (problem) {
    const code = problem instanceof Error && 'code' in problem ? String(problem.code) : 'unknown'
    throw new Error(`The cache folder ${cache} cannot be written to (${code}): DCMS_CACHE names another one.`, { cause: problem })
  }
}

/**
 * Takes the lock on `path` if nobody holds it, and keeps it until it is released or the process
 * ends.
 * @returns null when another holds it
 */
export async function tryLock(path: string, staleMs: number): Promise<(() => Promise<void>) | null> {
  await mkdir(path, { recursive: true })
  const options = { realpath: false, stale: staleMs, update: staleMs / 5, lockfilePath: `${path}.lock`, onCompromised: () => undefined }
  try {
    const release = await lock(path, options)
    return () => release().catch(() => undefined) // a lock that was taken from us is not ours to release
  } catch (problem) {
    if (problem instanceof Error && 'code' in problem && problem.code === 'ELOCKED') return null
    throw problem
  }
}

/**
 * Runs `work` while no other process holds the lock on `path`; waits as long as the other one
 * lives.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, waiting?: () => void): Promise<T> {
  await mkdir(path, { recursive: true })
  const take = () => lock(path, { realpath: false, stale: LOCK_STALE_MS, update: LOCK_STALE_MS / 5, lockfilePath: `${path}.lock` })
  let release: (() => Promise<void>) | undefined
  for (let first = true; !release; first = false) {
    release = await take().catch(async (problem: NodeJS.ErrnoException) => {
      if (problem.code !== 'ELOCKED') throw problem
      if (first) waiting?.()
      await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS))
      return undefined
    })
  }
  try {
    return await work()
  } finally {
    await release().catch(() => undefined) // a lock that was taken from us is not ours to release
  }
}

export interface CacheEntry {
  /** Folder name; carries the version, so that another version is another entry. */
  name: string
  /** What the step does and how long it takes, for the progress line. */
  title: string
  build(folder: string): Promise<void>
}

/**
 * The folder of an entry; built first into a folder of its own and renamed when complete, so a
 * killed build leaves nothing half done.
 */
export async function cached(entry: CacheEntry, progress: Progress): Promise<string> {
  const cache = cacheDir()
  const folder = join(cache, entry.name)
  if (await exists(folder)) return folder
  return withLock(
    join(await lockFolder(cache), entry.name),
    async () => {
      if (await exists(folder)) return folder
      await removePartial(cache, entry.name)
      const partial = join(cache, `${entry.name}.partial-${process.pid}`)
      await mkdir(partial)
      await timed(entry.title, progress, () => entry.build(partial))
      await rename(partial, folder)
      return folder
    },
    () => progress(`engines: another process is at it, waiting: ${entry.title}`),
  )
}

/** One line when a long step begins, one when it ended with how long it took. */
export async function timed<T>(title: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  progress(`engines: ${title} …`)
  const begun = performance.now()
  const result = await work()
  progress(`engines: ${title.replace(/ \(.*\)$/, '')}: done in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  return result
}

async function removePartial(cache: string, name: string): Promise<void> {
  const leftovers = (await readdir(cache)).filter((entry) => entry.startsWith(`${name}.partial-`))
  // A build that outlived its killed parent may still write there; its folder is never used, so a
  // failure here does not matter.
  await Promise.all(leftovers.map((entry) => rm(join(cache, entry), { recursive: true, force: true }).catch(() => undefined)))
}
