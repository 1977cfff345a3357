import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { findEngine, type ProcessPlace, spawnEngine, stopEngine, waitUntilReady } from './engine-process.ts'

let folder: string
let place: ProcessPlace
const stopPlan = { signal: 'SIGTERM', timeoutMs: 300 } as const

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcms-process-'))
  place = { pidFile: join(folder, 'a.pid'), logFile: join(folder, 'a.log') }
})
afterEach(async () => {
  await stopEngine(place.pidFile, stopPlan)
  await rm(folder, { recursive: true })
})

const start = (script: string) => spawnEngine(place, { command: 'sh', args: ['-c', script], cwd: folder })

test('a started process is found by its pid file and is gone after a stop', async () => {
  await start('exec sleep 60')
  expect(await findEngine(place.pidFile)).toBe(Number(await readFile(place.pidFile, 'utf8')))
  await stopEngine(place.pidFile, stopPlan)
  expect(await findEngine(place.pidFile)).toBeUndefined()
})

test('a pid that went to another process is not taken for ours', async () => {
  await writeFile(place.pidFile, `${process.pid}\n`)
  expect(await findEngine(place.pidFile)).toBeUndefined()
})

test('a process that does not listen is ended by force, a paused one too', async () => {
  await start("trap '' TERM; while :; do sleep 0.05; done")
  process.kill((await findEngine(place.pidFile)) ?? 0, 'SIGSTOP')
  await stopEngine(place.pidFile, stopPlan)
  expect(await findEngine(place.pidFile)).toBeUndefined()
})

test('a process that does not get ready in time is reported, and does not stay behind', async () => {
  await start('exec sleep 60')
  const pid = (await findEngine(place.pidFile)) ?? 0
  await expect(waitUntilReady(place, 'Kafka', async () => false, 100)).rejects.toThrow('Kafka did not answer within 0.1 s')
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

test('a process that ends while it starts is reported with the end of its log', async () => {
  await start('echo the port is taken >&2; exit 1')
  await expect(waitUntilReady(place, 'Kafka', async () => false, 5_000)).rejects.toThrow(
    /Kafka ended while it was starting[\s\S]*the port is taken/,
  )
})
