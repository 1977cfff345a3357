// A clock that is off: now is moved, times that are given are not.
import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { clockAt, datedSuites } from './moved-clock.ts'

const inMovedProcess = (expression: string): string =>
  execFileSync(process.execPath, ['-p', expression], {
    env: { ...process.env, ...clockAt(new Date('2028-02-29T18:29:30Z')) },
    encoding: 'utf8',
  }).trim()

test('a process whose clock was moved tells the moved time, in every form, and takes given times as they are', () => {
  expect(inMovedProcess('new Date().toISOString()')).toMatch(/^2028-02-29T18:(29|30)/)
  expect(inMovedProcess('new Date(Date.now()).toISOString()')).toMatch(/^2028-02-29T18:(29|30)/)
  expect(inMovedProcess('Date()')).toMatch(/^(Tue|Wed) (Feb 29|Mar 01) 2028/)
  expect(inMovedProcess('new Date(0).toISOString() + (new Date() instanceof Date)')).toBe('1970-01-01T00:00:00.000Ztrue')
  expect(inMovedProcess('new Date(2026, 0, 5).getFullYear()')).toBe('2026')
})

test('the clock of a server shows in the header of its answers', () => {
  const served = inMovedProcess(
    `const server = require('node:http').createServer((_, answer) => answer.writeHead(200, ['A', 'b']).end()).listen(0, '127.0.0.1', async () => {
       const { headers } = await fetch('http://127.0.0.1:' + server.address().port)
       console.log(headers.get('date') + headers.get('a')); server.close()
     }); ''`,
  )
  expect(served).toMatch(/^Tue, 29 Feb 2028 18:29:.*GMTb$/)
})

const tests = globSync('{gateway,services,packages,infra}/**/*.test.ts', {
  cwd: join(import.meta.dirname, '../../..'),
  exclude: ['**/node_modules/**'],
})

test.each(datedSuites)('there are tests to run on another day at %s', (alternatives) => {
  // Each of them: a file that moved would leave the run unnoticed otherwise.
  for (const pattern of eachOf(alternatives)) expect(tests.filter((path) => new RegExp(pattern).test(path))).not.toEqual([])
})

/** `a/(b|c)` → `a/b`, `a/c`. */
function eachOf(pattern: string): string[] {
  const group = /\(([^()]*)\)/.exec(pattern)
  if (!group) return [pattern]
  return (group[1] ?? '').split('|').flatMap((each) => eachOf(pattern.replace(group[0], each)))
}
