// A bank for tests of branches, stock and card orders: the real store, commands run as the service
// runs them, and other contexts that answer as a test says.
import { randomBytes } from 'node:crypto'
import { type Envelope, type Exception, type Pagination, type TenantDefinition, tenantSchema, validatorOf } from '@dcms/contract'
import {
  anyModel,
  type Call,
  connectStore,
  createLogger,
  type DefinitionReader,
  databaseName,
  type GenuineTenant,
  type InternalClient,
  type Job,
  type JobRun,
  Scope,
  type Sweep,
  type Tenant,
  Tenants,
} from '@dcms/service'
import { type Connection, mongo } from 'mongoose'
import { branchesOf } from '../src/branches/branch.ts'
import { commands, type InventoryOrderParts } from '../src/commands.ts'
import { ordersOf } from '../src/orders/order.ts'
import { movementsOf } from '../src/stock/movement.ts'
import { parentKitsOf } from '../src/stock/parent-kit.ts'
import { stockOf } from '../src/stock/stock-kit.ts'

const TENANT = 'ACME_BANK'
const context = 'inventory-order'

type DefinitionChange = Omit<Partial<TenantDefinition>, 'settings'> & { settings?: Partial<TenantDefinition['settings']> }

/** What came back of a call, as a caller reads it. */
export interface Answered {
  status: number
  result: unknown
  code?: string
  exception?: Exception
  pagination: Pagination | null
  headers: Record<string, string>
}

/**
 * What the test keeps is believed as it is: who signs definitions, and how they are checked, is the
 * business of packages/service.
 */
const definitions: DefinitionReader = {
  check: (_tenant, kept) => ({ published: kept, definition: (kept as GenuineTenant).definition }) as GenuineTenant,
  read: () => null,
  isSigned: () => true,
}

/** The driver's own switch, which its types leave out: without it statements are not told. */
type MonitoredClient = mongo.MongoClient & { monitorCommands: boolean }
const { connect } = mongo.MongoClient.prototype
mongo.MongoClient.prototype.connect = function (this: MonitoredClient) {
  this.monitorCommands = true
  return connect.call(this)
}

export class StockBank {
  readonly installation = `t${randomBytes(5).toString('hex')}`
  readonly connection: Connection
  readonly tenants: Tenants
  readonly #logger = createLogger(context, 'fatal')
  /** What use cases call, where a test sets it; by default nobody is there. */
  parts: Partial<InventoryOrderParts> = {}
  /** The commands' clock; real time by default. */
  clock: () => Date = () => new Date()
  /** When the last job that ran wants to run again. */
  dueBy: Date | undefined
  #calls = 0

  private constructor(mongoUrl: string) {
    this.connection = connectStore(mongoUrl, this.#logger)
    const { installation, connection } = this
    this.tenants = new Tenants({
      context,
      installation,
      connection,
      definitions,
      logger: this.#logger,
      models: [anyModel(branchesOf), anyModel(ordersOf), anyModel(stockOf), anyModel(parentKitsOf), anyModel(movementsOf)],
    })
  }

  /** @param change members of the definition, and settings in it, that differ from those below */
  static async start({ settings, ...change }: DefinitionChange = {}): Promise<StockBank> {
    const { MONGO_URL } = process.env
    if (!MONGO_URL) throw new Error('MONGO_URL is not set: run this test by `npm test`, which starts the engines')
    const bank = new StockBank(MONGO_URL)
    const changed = { ...definition, ...change, ...(settings && { settings: { ...definition.settings, ...settings } }) }
    try {
      await bank.connection.asPromise()
      const kept = bank.connection
        .useDb(databaseName(bank.installation, context), { useCache: true })
        .collection<{ _id: string }>('tenants')
      await kept.insertOne({ _id: TENANT, version: 1, definition: changed } as { _id: string })
      await bank.tenants.load()
    } catch (error) {
      await bank.connection.close() // else the test run would not end
      throw error
    }
    return bank
  }

  get tenant(): Tenant {
    const tenant = this.tenants.get(TENANT)
    if (!tenant) throw new Error('the bank is not served')
    return tenant
  }

  /** Runs a use case by its name. `call`: what differs from a call of the bank's own client. */
  async run(name: string, body: unknown, call: Partial<Call> = {}): Promise<Answered> {
    const command = commands({ kit: notAsked, ...this.parts }).find(({ endpoint }) => endpoint.name === name)
    if (!command) throw new Error(`there is no use case ${name}`)
    const { status, body: text, headers = {} } = await command.run(body, { ...this.surroundings(), ...call })
    const { result, exception, pagination } = JSON.parse(text) as Envelope
    return { status, result, pagination, headers, ...(exception && { code: exception.errorCode, exception }) }
  }

  /** A user who works for one branch. */
  ofBranch(branch: string): Partial<Call> {
    return { user: `clerk of ${branch}`, roles: ['BRANCH_USER'], branch }
  }

  surroundings(): Call {
    return {
      tenant: this.tenant,
      requestId: `request-${this.#calls++}`,
      user: 'api_user',
      roles: ['API_CLIENT'],
      clock: this.clock,
      relay: { nudge: () => undefined } as unknown as Call['relay'], // events stay in the outbox
      sources: { of: () => undefined } as unknown as Call['sources'],
    }
  }

  /** What a step outside a call runs in. */
  scope(commandId: string): Scope {
    return new Scope({ ...this.surroundings(), commandId, now: this.clock(), user: context, roles: [] })
  }

  /** Runs a job once from its start. @returns what it noted last */
  async job(job: Job, asOf: Date): Promise<object> {
    let counted: object = {}
    this.dueBy = undefined
    const run: JobRun = {
      tenant: this.tenant,
      asOf,
      checkpoint: undefined,
      counts: {},
      signal: new AbortController().signal,
      scopeOf: (commandId) => this.scope(commandId),
      note: async (_reached, counts) => {
        counted = { ...counted, ...counts }
      },
      dueBy: async (time) => {
        this.dueBy = time
      },
    }
    await job.run(run)
    return counted
  }

  /** The statements that the store gets meanwhile, by their names. */
  async statementsOf(work: () => Promise<unknown>): Promise<string[]> {
    const statements: string[] = []
    const note = ({ commandName }: { commandName: string }): void => void statements.push(commandName)
    const client = this.connection.getClient()
    client.on('commandStarted', note)
    await work()
    client.off('commandStarted', note)
    return statements
  }

  async sweep({ run }: Sweep): Promise<void> {
    await run((_tenant, commandId) => this.scope(commandId), this.tenant)
  }

  async close(): Promise<void> {
    for (const name of [context, `${context}_${TENANT.toLowerCase()}`])
      await this.connection.useDb(`${this.installation}_${name}`, { useCache: true }).dropDatabase()
    await this.connection.close()
  }
}

/** A context that answers nothing. */
export const notAsked: InternalClient = { call: () => Promise.reject(new Error('not asked')), close: () => Promise.resolve() }

const channel = { offered: true, dailyCap: 100, maxCap: 100 }
const region = { offered: true, atm: channel, pos: channel, ecom: channel, contactless: channel, tokenization: channel }
const product = {
  productName: 'Savings',
  schemeCode: '2003',
  bin: '608040',
  networkType: 'RUPAY',
  validityMonths: 60,
  domestic: region,
  international: region,
} as const
const validated = validatorOf<TenantDefinition>(tenantSchema)({
  tenant: TENANT,
  name: 'Acme Bank',
  encryption: 'OPTIONAL',
  clientKeys: { keys: [{ kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43), kid: 'bank-1' }] },
  limits: { requestsPerSecond: 10, burst: 20 },
  bins: [
    { bin: '608040', network: 'RUPAY' },
    { bin: '817704', network: 'RUPAY' },
  ],
  plastics: [{ plasticCode: '71' }, { plasticCode: 'PCLAS' }],
  products: [
    { ...product, productId: '2003_PHYSICAL', cardType: 'PHYSICAL', plasticCode: 'PCLAS' },
    { ...product, productId: '2003_VIRTUAL', cardType: 'VIRTUAL' },
    { ...product, productId: 'OTHER_PHYSICAL', cardType: 'PHYSICAL', bin: '817704' },
  ],
})
if (!validated.valid) throw new Error(validated.fieldError.join('; '))
const definition = validated.value
