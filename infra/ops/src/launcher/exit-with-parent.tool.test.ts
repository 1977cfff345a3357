// A started process ends when its launcher is killed, whatever the launcher had no time to do.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@jest/globals'

const preload = pathToFileURL(join(import.meta.dirname, 'exit-with-parent.ts')).href
const launcher = `
  const child = require('node:child_process').spawn(process.execPath, ['--import', ${JSON.stringify(preload)}, '-e', 'setInterval(() => {}, 1000)'],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true })
  child.once('spawn', () => console.log(child.pid))
  setInterval(() => {}, 1000)`

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

test('kill -9 of the launcher ends what it started', async () => {
  const parent = spawn(process.execPath, ['-e', launcher], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line).trim())
  await new Promise((resolve) => setTimeout(resolve, 500)) // the child must have come as far as its preload
  expect(lives(pid)).toBe(true)
  parent.kill('SIGKILL')
  const until = Date.now() + 10_000
  while (lives(pid) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
  expect(lives(pid)).toBe(false)
})
