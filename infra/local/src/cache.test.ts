import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { cacheDir, cached, tryLock, withLock } from './cache.ts'

let folder: string
const before = process.env.DCMS_CACHE
const silent = () => undefined
/** A lock is judged by the time of its folder, and the file system's clock cannot be moved. */
const testAtRealTime = process.env.DCMS_CLOCK_OFFSET_MS ? test.skip : test

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcms-cache-'))
  process.env.DCMS_CACHE = folder
})
afterEach(async () => {
  if (before === undefined) delete process.env.DCMS_CACHE
  else process.env.DCMS_CACHE = before
  await rm(folder, { recursive: true })
})

test('the cache is where the user says, else where the system says, else in the home folder', () => {
  expect(cacheDir({ DCMS_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a')
  expect(cacheDir({ XDG_CACHE_HOME: '/b' })).toBe('/b/dcms')
  expect(cacheDir({})).toMatch(/\.cache\/dcms$/)
})

test('an entry wanted by several at once is built once', async () => {
  let builds = 0
  const entry = {
    name: 'thing-1',
    title: 'building',
    build: async (target: string) => {
      builds++
      await writeFile(join(target, 'result'), 'whole')
    },
  }
  const folders = await Promise.all([cached(entry, silent), cached(entry, silent), cached(entry, silent)])
  expect(builds).toBe(1)
  expect(await readFile(join(folders[2], 'result'), 'utf8')).toBe('whole')
})

test('a build that failed leaves no entry, and the next one starts afresh', async () => {
  const entry = (build: (target: string) => Promise<void>) => ({ name: 'thing-2', title: 'building', build })
  await expect(
    cached(
      entry(async (target) => {
        await writeFile(join(target, 'half'), '')
        throw new Error('no network')
      }),
      silent,
    ),
  ).rejects.toThrow('no network')
  const built = await cached(
    entry(async () => undefined),
    silent,
  )
  expect(await readdir(built)).toEqual([])
})

test('a killed build leaves its folder behind, which the next build clears away', async () => {
  await mkdir(join(folder, 'thing-3.partial-99999'))
  await cached({ name: 'thing-3', title: 'building', build: async () => undefined }, silent)
  expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([])
})

test('a lock whose owner was killed long ago is taken over', async () => {
  const path = join(folder, 'one')
  await mkdir(`${path}.lock`, { recursive: true })
  const longAgo = new Date(Date.now() - 60_000)
  await utimes(`${path}.lock`, longAgo, longAgo)
  await expect(withLock(path, async () => 'mine')).resolves.toBe('mine')
})

testAtRealTime('two who want one lock work one after the other, and the second hears that it waits', async () => {
  const order: string[] = []
  const first = withLock(join(folder, 'two'), async () => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    order.push('first')
  })
  await new Promise((resolve) => setTimeout(resolve, 30))
  await withLock(
    join(folder, 'two'),
    async () => void order.push('second'),
    () => order.push('waiting'),
  )
  await first
  expect(order).toEqual(['waiting', 'first', 'second'])
})

test('a cache folder that cannot be written to is told in one line, with the variable that names another', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  process.env.DCMS_CACHE = file
  const build = (): Promise<void> => Promise.reject(new Error('never reached'))
  await expect(cached({ name: 'thing', title: 'building', build }, silent)).rejects.toThrow(
    `The cache folder ${file} cannot be written to (ENOTDIR): DCMS_CACHE names another one.`,
  )
})

testAtRealTime('a lock that is only tried is had by one, and free again when it is released', async () => {
  const path = join(folder, 'start')
  const release = await tryLock(path, 5_000)
  expect(await tryLock(path, 5_000)).toBeNull()
  await release?.()
  const next = await tryLock(path, 5_000)
  expect(next).not.toBeNull()
  await next?.()
})
