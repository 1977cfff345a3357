// One bank in the real store, under an installation name of the test file's own, and what a command
// needs to run for it.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type PublishedTenant, type TenantDefinition, tenantSchema, validatorOf } from '@dcms/contract'
import { Broker, type OutboxEvent, Relay } from '@dcms/events'
import type { Connection } from 'mongoose'
import { type Logger, pino } from 'pino'
import type { Call } from '../src/commands/command.ts'
import { Scope } from '../src/commands/scope.ts'
import { definitionReader, definitionSigner } from '../src/store/definition-signature.ts'
import { OutboxSources } from '../src/store/outbox-sources.ts'
import { requestsOf } from '../src/store/requests.ts'
import { aggregateModel, anyModel, connectStore, databaseName, newlyStored, type Stored } from '../src/store/store.ts'
import type { Tenant } from '../src/store/tenant.ts'
import { Tenants, type TenantsOptions } from '../src/store/tenants.ts'

/** An aggregate as small as can be. */
export interface Card extends Stored {
  status: 'INACTIVE' | 'ACTIVE'
  uses: number
  note?: string
}
export const cardsOf = aggregateModel<Card>('cards', { status: String, uses: Number, note: String })
export const newCard = (id: string): Card => newlyStored({ _id: id, status: 'INACTIVE', uses: 0 })

export const definitionOf = (tenant: string, name = 'Acme Bank'): TenantDefinition => {
  const channel = { offered: true, dailyCap: 100, maxCap: 100 }
  const region = { offered: true, atm: channel, pos: channel, ecom: channel, contactless: channel, tokenization: channel }
  const validated = validatorOf<TenantDefinition>(tenantSchema)({
    tenant,
    name,
    encryption: 'OPTIONAL',
    clientKeys: { keys: [{ kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43), kid: 'bank-1' }] },
    limits: { requestsPerSecond: 10, burst: 20 },
    bins: [{ bin: '608040', network: 'RUPAY' }],
    products: [
      {
        productId: '2003_VIRTUAL',
        productName: '2003_VIRTUAL',
        schemeCode: '2003',
        cardType: 'VIRTUAL',
        bin: '608040',
        networkType: 'RUPAY',
        validityMonths: 60,
        domestic: region,
        international: region,
      },
    ],
  })
  if (!validated.valid) throw new Error(validated.fieldError.join('; '))
  return validated.value
}

export class TestBank {
  readonly installation = `t${randomBytes(5).toString('hex')}`
  readonly logLines: string[] = []
  readonly logger: Logger = pino({ level: 'debug' }, { write: (line: string) => this.logLines.push(line) })
  readonly connection: Connection
  readonly kafkaBrokers: string
  readonly tenants: Tenants
  readonly sources: OutboxSources
  /** Kafka does not answer here, so that events stay in their outboxes where a test sees them. */
  readonly relay: Relay
  readonly #opened: Broker[] = []
  readonly #callers: CallerFiles
  #commands = 0

  private constructor(mongoUrl: string, kafkaBrokers: string, callers: CallerFiles) {
    this.#callers = callers
    this.connection = connectStore(mongoUrl, this.logger)
    this.kafkaBrokers = kafkaBrokers
    this.tenants = this.newTenants()
    this.sources = new OutboxSources('kit', [anyModel(cardsOf)], () => this.tenants)
    this.relay = this.newRelay(this.broker('127.0.0.1:1'))
  }

  /** @param callers with the gateway among them, which signs definitions */
  static async start(callers = callerFiles(['gateway'])): Promise<TestBank> {
    const { MONGO_URL, KAFKA_BROKERS } = process.env
    if (!MONGO_URL || !KAFKA_BROKERS)
      throw new Error('MONGO_URL and KAFKA_BROKERS are not set: run this test by `npm test`, which starts the engines')
    const bank = new TestBank(MONGO_URL, KAFKA_BROKERS, callers)
    await bank.connection.asPromise()
    const kept = bank.connection.useDb(databaseName(bank.installation, 'kit'), { useCache: true }).collection<{ _id: string }>('tenants')
    await kept.insertOne({ _id: 'ACME_BANK', ...bank.published(1, definitionOf('ACME_BANK')) } as { _id: string })
    await bank.tenants.load()
    return bank
  }

  /** As a further process of the context would have them. */
  newTenants(options: Partial<TenantsOptions> = {}): Tenants {
    const { installation, connection, logger } = this
    const definitions = definitionReader({ callersFile: this.#callers.callersFile, logger })
    const models = [anyModel(cardsOf), anyModel(requestsOf)]
    return new Tenants({ context: 'kit', installation, connection, logger, definitions, models, ...options })
  }

  /** A definition as the gateway publishes it. */
  published(version: number, definition: TenantDefinition): PublishedTenant {
    return definitionSigner(this.#callers.keyFileOf('gateway'))({ version, definition })
  }

  broker(brokers = this.kafkaBrokers): Broker {
    const broker = new Broker({ brokers, clientId: 'test', installation: this.installation, logger: this.logger })
    this.#opened.push(broker)
    return broker
  }

  newRelay(broker: Broker): Relay {
    return new Relay(broker, this.sources.list, () => this.tenants.ids())
  }

  get tenant(): Tenant {
    const tenant = this.tenants.get('ACME_BANK')
    if (!tenant) throw new Error('the bank is not served')
    return tenant
  }

  call(change: Partial<Call> = {}): Call {
    const { tenant, relay, sources } = this
    return { tenant, relay, sources, requestId: 'request-1', user: 'api_user', roles: ['API_CLIENT'], clock: () => new Date(), ...change }
  }

  scope(change: Partial<ConstructorParameters<typeof Scope>[0]> = {}): Scope {
    const { clock, ...call } = this.call()
    return new Scope({ ...call, now: clock(), commandId: `command-${this.#commands++}`, ...change })
  }

  async card(id: string): Promise<Card> {
    const card = await cardsOf(this.tenant).findById(id).lean<Card>()
    if (!card) throw new Error(`there is no card ${id}`)
    return card
  }

  async outboxOf(id: string): Promise<OutboxEvent[]> {
    return (await this.card(id)).outbox
  }

  async close(): Promise<void> {
    await this.relay.stop()
    const last = this.broker()
    await last.withAdmin(async (admin) => {
      const own = (await admin.listTopics()).filter((topic) => topic.startsWith(`${this.installation}.`))
      await Promise.all(this.#opened.map((broker) => broker.stop()))
      if (own.length > 0) await admin.deleteTopics({ topics: own })
    })
    for (const name of ['kit', ...this.tenants.ids().map((id) => `kit_${id.toLowerCase()}`)])
      await this.connection.useDb(`${this.installation}_${name}`, { useCache: true }).dropDatabase()
    await this.connection.close()
    this.#callers.remove()
  }
}

/** A process that a test starts takes its time where the machine is shared. */
const WAIT_MS_MAX = 30_000

/** Waits until something holds, and fails with its name when it does not in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS_MAX
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await sleep(10)
  }
}

export type CallerFiles = ReturnType<typeof callerFiles>

/**
 * Fresh keys of callers, as the files a process reads. `ops` is the operator asha, `ops:ravi`
 * another; both may do everything.
 */
export function callerFiles(callers: readonly string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'dcms-service-test-'))
  const keys: object[] = []
  const operators: object[] = []
  for (const name of callers) {
    const isOperator = name.startsWith('ops')
    const kid = name === 'ops' ? 'ops:asha' : name
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' }
    if (isOperator) operators.push({ ...jwk, roles: ['ADMINISTRATOR', 'KEY_OFFICER', 'OPERATIONS', 'AUDITOR'] })
    else keys.push(jwk)
    writeFileSync(join(directory, `${name}.json`), JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid }))
  }
  const callersFile = join(directory, 'callers.json')
  writeFileSync(callersFile, JSON.stringify({ keys }))
  const operatorsFile = join(directory, 'operators.json')
  writeFileSync(operatorsFile, JSON.stringify({ keys: operators }))
  return {
    directory,
    callersFile,
    operatorsFile,
    keyFileOf: (caller: string) => join(directory, `${caller}.json`),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
