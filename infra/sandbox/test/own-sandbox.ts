// A sandbox for one test file, over the real store, with a database of its own; and calls to it.
import { randomBytes } from 'node:crypto'
import mongoose from 'mongoose'
import { readConfig, type Sandbox, startSandbox } from '../src/index.ts'

export interface Reply {
  status: number
  // Tests look into answers of many forms.
  body: ReturnType<typeof JSON.parse>
}

export interface OwnSandbox {
  /** As a service calls a partner. */
  call(tenant: string, method: 'GET' | 'POST', path: string, body?: object | string, timeoutMs?: number): Promise<Reply>
  /** As a test calls the control API of a tenant. */
  control(tenant: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Reply>
  /** Changes documents behind the sandbox's back, as a death between two writes leaves them. */
  spoil(collection: string, filter: object, change: object): Promise<void>
  /** Another one after a restart. */
  port(): number
  restart(environment?: string): Promise<void>
  stop(): Promise<void>
}

const READY_WITHIN_MS = 30_000

export async function startOwnSandbox(): Promise<OwnSandbox> {
  const mongoUrl = process.env.MONGO_URL
  if (!mongoUrl) throw new Error('MONGO_URL is not set: run the tests with npm test, which starts the store')
  const installation = `s${randomBytes(4).toString('hex')}`
  let sandbox: Sandbox
  const start = async (environment: string): Promise<void> => {
    const settings = { MONGO_URL: mongoUrl, DCMS_INSTALLATION: installation, PORT: '0', LOG_LEVEL: 'warn', DCMS_ENVIRONMENT: environment }
    sandbox = await startSandbox(readConfig(settings))
    await untilReady()
  }
  const send = async (path: string, options: RequestInit): Promise<Reply> => {
    const answer = await fetch(`http://127.0.0.1:${sandbox.port}${path}`, options)
    return { status: answer.status, body: JSON.parse(await answer.text()) }
  }
  const untilReady = async (): Promise<void> => {
    const until = Date.now() + READY_WITHIN_MS
    while ((await send('/health/ready', {})).status !== 200) {
      if (Date.now() > until) throw new Error('the sandbox was not ready in time')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const inDatabase = async (work: (database: mongoose.Connection) => Promise<unknown>): Promise<void> => {
    const connection = await mongoose.createConnection(mongoUrl).asPromise()
    await work(connection.useDb(`${installation}_sandbox`))
    await connection.close()
  }
  const json = (body: object | string | undefined) => (body ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {})
  await start('test')
  return {
    call: (tenant, method, path, body, timeoutMs = 20_000) =>
      send(path, { method, headers: { 'x-account': tenant }, signal: AbortSignal.timeout(timeoutMs), ...json(body) }),
    control: (tenant, method, path, body) => send(`/_control/${tenant}${path}`, { method, ...json(body) }),
    spoil: (collection, filter, change) => inDatabase((database) => database.collection(collection).updateMany(filter, change)),
    port: () => sandbox.port,
    async restart(environment = 'test') {
      await sandbox.close()
      await start(environment)
    },
    async stop() {
      await sandbox.close()
      await inDatabase((database) => database.dropDatabase())
    },
  }
}

/** A booking to a pincode. */
export const booking = (refNo: string, pincode = '700001') => ({
  refNo,
  kitNo: `K${refNo}`,
  senderName: 'ACME BANK LTD',
  consignee: { name: 'A Rao', address1: '12 Lake Road', city: 'Kolkata', state: 'West Bengal', country: 'INDIA', pincode },
})
