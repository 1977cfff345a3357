// The courier of one test file: a sandbox process of its own, called over HTTP as services and
// operators call it.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import mongoose from 'mongoose'

const STARTED_WITHIN_MS = 30_000
const ENTRY = join(import.meta.dirname, '..', '..', '..', 'infra', 'sandbox', 'src', 'main.ts')

export interface OwnCourier {
  /** As COURIER_URL. */
  readonly url: string
  /** `/_control/<tenant><path>`. */
  control(tenant: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>
  /** Ends the process; calls find nobody. */
  stop(): Promise<void>
  /** Starts it again under the same address, with what it had. */
  start(): Promise<void>
  /** Ends it and deletes what it had. */
  remove(): Promise<void>
}

export async function startOwnCourier(): Promise<OwnCourier> {
  const { MONGO_URL: mongoUrl } = process.env
  if (!mongoUrl) throw new Error('MONGO_URL is not set: run this test by `npm test`, which starts the engines')
  const installation = `s${randomBytes(4).toString('hex')}`
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    if (child?.exitCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGTERM')
    await closed
  }
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ENTRY], {
      stdio: 'ignore',
      env: { ...process.env, PORT: String(port), DCMS_INSTALLATION: installation, DCMS_ENVIRONMENT: 'test', LOG_LEVEL: 'warn' },
    })
    for (const until = Date.now() + STARTED_WITHIN_MS; !(await isReady(base)); ) {
      if (Date.now() > until) throw new Error('the sandbox was not ready in time')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  await start()
  return {
    url: `${base}/courier`,
    async control(tenant, method, path, body) {
      const answer = await fetch(`${base}/_control/${tenant}${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
      if (!answer.ok) throw new Error(`the sandbox refused ${method} ${path}: ${await answer.text()}`)
      return await answer.json()
    },
    start,
    stop,
    async remove() {
      await stop()
      const connection = await mongoose.createConnection(mongoUrl).asPromise()
      await connection.useDb(`${installation}_sandbox`).dropDatabase()
      await connection.close()
    },
  }
}

const isReady = (base: string): Promise<boolean> =>
  fetch(`${base}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  )

/** The same again after a restart, so it is chosen here. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port was given')
  return address.port
}
