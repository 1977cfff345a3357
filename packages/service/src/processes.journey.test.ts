// What whole processes do: logs without card data, an orderly end, a start that fails with a
// sentence.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { until } from '../test/test-bank.ts'

interface Running {
  child: ChildProcess
  out: () => string
  errors: () => string
  exitCode: Promise<number | null>
}

/** Runs a few lines as a process that has this package. */
function start(lines: string): Running {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', lines], {
    cwd: join(import.meta.dirname, '..'),
  })
  let out = ''
  let errors = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  child.stderr.on('data', (text) => {
    errors += text
  })
  return { child, out: () => out, errors: () => errors, exitCode: once(child, 'close').then(([code]) => code) }
}

test('a log line carries no card number, no token and no secret field, wherever it stands', async () => {
  const pan = '6080401234566954'
  const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'
  const { out, exitCode } = start(`
    import { createLogger } from '@dcms/service'
    const logger = createLogger('kit', 'debug')
    logger.info({ kitNo: '4240171508' }, 'card ${pan} refused')
    logger.info({ note: '${pan}', deep: { list: ['${pan}'] } }, 'in a field')
    logger.error({ err: new Error('failed for ${pan}', { cause: new Error('${pan}') }) }, 'in an error')
    logger.info({ header: 'Bearer ${token}' }, '${token}')
    logger.info({ pin: '1234', password: 'hunter2', body: { cvv: '789', key: 'k3y' } }, 'secret fields')
    logger.debug('grouped 6080 4012 3456 6954')
  `)
  expect(await exitCode).toBe(0)
  const lines = out().trim().split('\n')
  expect(lines).toHaveLength(6)
  for (const hidden of [pan, '3456 6954', 'eyJhbGci', 'c2lnbmF0dXJl', '"1234"', 'hunter2', '789', 'k3y'])
    expect(out()).not.toContain(hidden)
  const [first] = lines.map((line) => JSON.parse(line))
  expect(first).toMatchObject({
    name: 'kit',
    kitNo: '4240171508',
    msg: 'card 608040XXXXXX6954 refused',
    time: expect.stringMatching(/^\d{4}-/),
  })
  expect(out()).toContain('[token]')
})

test('on SIGTERM calls in flight finish, new ones are not taken, and the process ends with 0', async () => {
  const { child, out, exitCode } = start(`
    import { setTimeout as sleep } from 'node:timers/promises'
    import { onShutdown, startHttp } from '@dcms/service'
    const http = await startHttp({ host: '127.0.0.1', port: 0, handler: async (request, response) => {
      console.log('call')
      await sleep(600)
      response.end('finished')
    } })
    onShutdown(async () => { console.log('ending'); await http.close(); console.log('closed') })
    console.log('port ' + http.port)
  `)
  await until('it listens', () => /port (\d+)/.test(out()))
  const url = `http://127.0.0.1:${/port (\d+)/.exec(out())?.[1]}/`
  const call = fetch(url).then((response) => response.text())
  await until('the call is in flight', () => out().includes('call\n'))
  child.kill('SIGTERM')
  await until('it is ending', () => out().includes('ending'))
  child.kill('SIGTERM')
  await expect(fetch(url)).rejects.toThrow()
  expect(await call).toBe('finished')
  expect(await exitCode).toBe(0)
  expect(out().match(/ending/g)).toHaveLength(1)
  expect(out()).toMatch(/closed\n$/)
})

test('on SIGTERM a process first goes on answering: not ready, and on connections that end with the answer', async () => {
  const { child, out, exitCode } = start(`
    import express from 'express'
    import { drainAndClose, healthRoutes, onShutdown, startHttp } from '@dcms/service'
    const reasons = []
    const app = express()
    app.use(healthRoutes('kit', () => reasons))
    app.get('/call', (request, response) => response.end('answered'))
    const http = await startHttp({ host: '127.0.0.1', port: 0, handler: app })
    onShutdown(async () => { reasons.push('ending'); console.log('ending'); await drainAndClose([http], 700) }, 700)
    console.log('port ' + http.port)
  `)
  await until('it listens', () => /port (\d+)/.test(out()))
  const url = `http://127.0.0.1:${/port (\d+)/.exec(out())?.[1]}`
  expect((await fetch(`${url}/call`)).headers.get('connection')).toBe('keep-alive')
  child.kill('SIGTERM')
  await until('it is ending', () => out().includes('ending'))
  const [ready, call] = [await fetch(`${url}/health/ready`), await fetch(`${url}/call`)]
  expect([ready.status, call.status, call.headers.get('connection')]).toEqual([503, 200, 'close'])
  expect(await exitCode).toBe(0)
  await expect(fetch(`${url}/call`)).rejects.toThrow()
})

test('an end that hangs is cut off', async () => {
  const { child, errors, out, exitCode } = start(`
    import { onShutdown } from '@dcms/service'
    onShutdown(() => new Promise(() => {}), 0, 300)
    setInterval(() => {}, 1000)
    console.log('up')
  `)
  await until('it is up', () => out().includes('up'))
  child.kill('SIGTERM')
  expect(await exitCode).toBe(1)
  expect(errors()).toBe('shutdown took longer than 0.3 s and was cut short\n')
})

test('an end that fails is told and exits with 1', async () => {
  const { child, errors, out, exitCode } = start(`
    import { onShutdown } from '@dcms/service'
    onShutdown(async () => { throw new Error('the store did not close') })
    setInterval(() => {}, 1000)
    console.log('up')
  `)
  await until('it is up', () => out().includes('up'))
  child.kill('SIGINT')
  expect(await exitCode).toBe(1)
  expect(errors()).toContain('the store did not close')
})

test('a start with a wrong setting ends with its sentence and no stack', async () => {
  const { errors, exitCode } = start(`
    import { runProcess, settings } from '@dcms/service'
    await runProcess(async () => { settings({}).text('MONGO_URL') })
  `)
  expect(await exitCode).toBe(1)
  expect(errors()).toBe('MONGO_URL is not set\n')
})
