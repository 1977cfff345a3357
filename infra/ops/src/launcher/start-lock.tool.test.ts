// Two starts at once: one goes on, the other is told of it before anything was started.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { takeStartLock } from './start-lock.ts'

let stateDir: string
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'dcms-start-'))
})
afterEach(() => rm(stateDir, { recursive: true }))

test('of two starts at once one has the lock, the other is told whose it is', async () => {
  const outcomes = await Promise.allSettled([takeStartLock(stateDir), takeStartLock(stateDir)])
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const [refused] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  expect(String(refused)).toContain(`A start is under way (pid ${process.pid})`)
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value()
  await (await takeStartLock(stateDir))()
})

test('a start that was killed is no start', async () => {
  const killed = spawn(process.execPath, ['--eval', ''])
  await once(killed, 'exit')
  const release = await takeStartLock(stateDir)
  await writeFile(join(stateDir, 'start', 'pid'), String(killed.pid))
  setTimeout(() => void release(), 500) // as its lock would become stale
  await (await takeStartLock(stateDir))()
})
