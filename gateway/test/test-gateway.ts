// A whole gateway for tests: in this process, with a fake service behind it and the real store and
// broker.

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bankServices, recordOf, success, type TenantDefinition } from '@dcms/contract'
import { generateKeyPair, type PrivateJwk, publicPart } from '@dcms/sealing'
import { callerTokens, databaseName } from '@dcms/service'
import mongoose from 'mongoose'
import { pino } from 'pino'
import { collectionsOf, type Database } from '../src/database.ts'
import { type GatewayConfig, type RunningGateway, startGateway } from '../src/index.ts'
import { GatewayKeys } from '../src/keys/gateway-keys.ts'
import { startWorkers, type WorkingGateway } from '../src/workers/start-workers.ts'

export const PASSWORD = 'correct horse battery'

/** Settings of the engines; `npm test` provides them. */
export function engines(): { mongoUrl: string; kafkaBrokers: string } {
  const { MONGO_URL: mongoUrl, KAFKA_BROKERS: kafkaBrokers } = process.env
  if (!mongoUrl || !kafkaBrokers)
    throw new Error('MONGO_URL and KAFKA_BROKERS are not set: run this test by `npm test`, which starts the engines')
  return { mongoUrl, kafkaBrokers }
}

export interface CallSeen {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** A service as the gateway sees it: answers what the test says, remembers what came. */
export class FakeService {
  readonly calls: CallSeen[] = []
  readonly server: Server
  answer: (call: CallSeen, response: ServerResponse) => void = answerSuccess

  constructor() {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { method = '', url = '', headers } = request
      const call = { method, path: url, headers, body: Buffer.concat(chunks).toString() }
      this.calls.push(call)
      this.answer(call, response)
    })
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve))
    return `http://127.0.0.1:${this.port}`
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

export function answerSuccess(call: CallSeen, response: ServerResponse): void {
  answerJson(response, 200, success({ echo: JSON.parse(call.body) }))
}

export function answerJson(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body))
}

/** Fresh keys of callers, as files. */
export function callerFiles(): {
  directory: string
  gatewayKeyFile: string
  opsKeyFile: string
  callersFile: string
  operatorsFile: string
} {
  const directory = mkdtempSync(join(tmpdir(), 'dcms-gateway-test-'))
  const publicKeys: object[] = []
  const operators: object[] = []
  const write = (kid: string): string => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' }
    if (kid.startsWith('ops:')) operators.push({ ...jwk, roles: ['ADMINISTRATOR'] })
    else publicKeys.push(jwk)
    const file = join(directory, `${kid}.json`)
    writeFileSync(file, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid }))
    return file
  }
  const gatewayKeyFile = write('gateway')
  const opsKeyFile = write('ops:operator')
  write('kit')
  const callersFile = join(directory, 'callers.json')
  writeFileSync(callersFile, JSON.stringify({ keys: publicKeys }))
  const operatorsFile = join(directory, 'operators.json')
  writeFileSync(operatorsFile, JSON.stringify({ keys: operators }))
  return { directory, gatewayKeyFile, opsKeyFile, callersFile, operatorsFile }
}

export const randomLetters = (count: number): string =>
  Array.from(randomBytes(count), (byte) => String.fromCharCode(97 + (byte % 26))).join('')

const channel = { offered: true, dailyCap: 1000, maxCap: 2000 }
const region = { offered: true, atm: channel, pos: channel, ecom: channel, contactless: channel, tokenization: channel }

/** Banks cannot have the same card numbers, so each has a BIN of its own. */
export const binOf = (tenant: string): string =>
  `60${String(createHash('sha256').update(tenant).digest().readUInt32BE() % 10_000).padStart(4, '0')}`

/** A small valid definition with one client key of each curve. */
export function definitionOf(tenant: string, clientKeys: readonly PrivateJwk[], changes: Partial<TenantDefinition> = {}): TenantDefinition {
  return {
    tenant,
    name: `Bank ${tenant}`,
    encryption: 'REQUIRED',
    country: 'IN',
    currency: 'INR',
    timeZone: 'Asia/Kolkata',
    clientKeys: { keys: clientKeys.map((key) => publicPart(key)) as TenantDefinition['clientKeys']['keys'] },
    limits: { requestsPerSecond: 1000, burst: 2000 },
    bins: [{ bin: binOf(tenant), network: 'RUPAY' }],
    products: [
      {
        productId: 'P1',
        productName: 'Product',
        schemeCode: '2003',
        cardType: 'VIRTUAL',
        bin: binOf(tenant),
        networkType: 'RUPAY',
        validityMonths: 60,
        domestic: region,
        international: region,
      },
    ],
    ...changes,
  } as TenantDefinition
}

export const newClientKeys = (): [PrivateJwk, PrivateJwk] => [
  generateKeyPair('P-256', 'bank-p256'),
  generateKeyPair('X25519', 'bank-x25519'),
]

/** A gateway, its fake service, and an operator. */
export class TestGateway {
  readonly config: GatewayConfig
  readonly service: FakeService
  readonly gateway: RunningGateway & Partial<Pick<WorkingGateway, 'workers'>>
  readonly files: ReturnType<typeof callerFiles>

  private constructor(config: GatewayConfig, service: FakeService, gateway: TestGateway['gateway'], files: ReturnType<typeof callerFiles>) {
    this.config = config
    this.service = service
    this.gateway = gateway
    this.files = files
  }

  /** @param changes settings that differ, for example another gateway's database */
  static async start(changes: Partial<GatewayConfig> = {}, workerEntry?: URL): Promise<TestGateway> {
    const service = new FakeService()
    const url = await service.listen()
    const files = callerFiles()
    const { mongoUrl, kafkaBrokers } = engines()
    const config: GatewayConfig = {
      mongoUrl,
      kafka: { brokers: kafkaBrokers },
      installation: randomLetters(8),
      host: '127.0.0.1',
      internalHost: '127.0.0.1',
      port: 0,
      internalPort: 0,
      trustedProxies: null,
      masterKey: randomBytes(32),
      callerKeyFile: files.gatewayKeyFile,
      callersFile: files.callersFile,
      operatorsFile: files.operatorsFile,
      logLevel: 'fatal',
      environment: 'test',
      drainMs: 0,
      sharesPorts: false,
      workers: 1,
      serviceUrls: recordOf(bankServices, () => url),
      ...changes,
    }
    const logger = pino({ level: process.env.LOG_LEVEL ?? 'fatal' })
    const gateway = config.workers > 1 ? await startWorkers(config, logger, workerEntry) : await startGateway(config, logger)
    await gateway.ready
    return new TestGateway(config, service, gateway, files)
  }

  get url(): string {
    return `http://127.0.0.1:${this.gateway.port}`
  }

  /** A connection of the test's own to the gateway's database. */
  async database(): Promise<{ collections: Database; close(): Promise<void> }> {
    const connection = await mongoose.createConnection(this.config.mongoUrl).asPromise()
    return {
      collections: collectionsOf(connection.useDb(databaseName(this.config.installation, 'gateway'))),
      close: () => connection.close(),
    }
  }

  /** The keys of the gateway, read as another gateway process would. */
  async keys(): Promise<GatewayKeys> {
    const { collections, close } = await this.database()
    const keys = new GatewayKeys(collections.keys, this.config.masterKey, pino({ level: 'fatal' }))
    await keys.refresh(Date.now())
    await close()
    return keys
  }

  /**
   * An operator's command; `caller` is whose token goes along, `at` another process with the same
   * callers.
   */
  async admin(
    path: string,
    body: unknown,
    caller: 'ops' | 'gateway' | null = 'ops',
    at: TestGateway = this,
  ): Promise<{ status: number; body: Body }> {
    const keyFile = caller === 'gateway' ? this.files.gatewayKeyFile : this.files.opsKeyFile
    const token =
      caller === null ? undefined : callerTokens({ caller, keyFile }).tokenFor('gateway', { tenant: 'ANY', user: 'operator', roles: [] })
    const response = await fetch(`http://127.0.0.1:${at.gateway.internalPort}/internal/admin/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { 'x-dcms-context': token }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Body }
  }

  /** Applies a tenant and adds its user. */
  async addBank(definition: TenantDefinition, username = 'api_user', roles: string[] = ['API_CLIENT']): Promise<void> {
    const applied = await this.admin('apply-tenant', definition)
    if (applied.status !== 200) throw new Error(JSON.stringify(applied.body))
    const added = await this.admin('add-user', { tenant: definition.tenant, username, password: PASSWORD, roles })
    if (added.status !== 200) throw new Error(JSON.stringify(added.body))
  }

  async close(): Promise<void> {
    await this.gateway.close()
    await this.service.close()
  }
}

/** What answers look like, as far as tests look into them. */
export interface Body {
  result?: unknown
  exception?: { errorCode: string; fieldError: string[] } | null
  id_token?: string
  ticket?: string
  expiresIn?: number
}
