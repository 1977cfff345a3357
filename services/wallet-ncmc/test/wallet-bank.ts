// A bank for tests of wallets: the real store, commands run as the service runs them, a kit context
// that answers from a map, and a core banking system of the test's own.
import { randomBytes } from 'node:crypto'
import {
  type Envelope,
  type Exception,
  type KitForWallet,
  kitForWalletEndpoint,
  type LoadWallet,
  type Pagination,
  type TenantDefinition,
  tenantSchema,
  validatorOf,
} from '@dcms/contract'
import { isStoreAway } from '@dcms/events'
import {
  anyModel,
  type Call,
  connectStore,
  createLogger,
  type DefinitionReader,
  databaseName,
  type GenuineTenant,
  type InternalClient,
  Scope,
  ServiceUnavailable,
  type Sweep,
  type Tenant,
  Tenants,
} from '@dcms/service'
import { type Connection, mongo } from 'mongoose'
import { commands } from '../src/commands.ts'
import { type LedgerRow, ledgerOf } from '../src/ledger-row.ts'
import { type Entry, type Purse, pursesOf } from '../src/purse.ts'
import { OwnCoreBanking } from './own-core-banking.ts'

export const ENTITY = 'E-875826'
const TENANT = 'ACME_BANK'
const context = 'wallet-ncmc'
/** Half of the calls that a process answers at a time. */
const AT_ONCE = 48

/** What came back of a call, as a caller reads it. */
export interface Answered {
  status: number
  result: unknown
  code?: string
  exception?: Exception
  pagination: Pagination | null
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

export class WalletBank {
  readonly installation = `t${randomBytes(5).toString('hex')}`
  readonly connection: Connection
  readonly tenants: Tenants
  readonly kits = new Map<string, KitForWallet>()
  readonly coreBanking = new OwnCoreBanking()
  /** Set while the kit context is away. */
  isKitAway = false
  /** The commands' clock; real time by default. */
  clock: () => Date = () => new Date()
  #numbered = 0

  private constructor(mongoUrl: string) {
    const logger = createLogger(context, 'fatal')
    this.connection = connectStore(mongoUrl, logger)
    const { installation, connection } = this
    const models = [anyModel(pursesOf), anyModel(ledgerOf)]
    this.tenants = new Tenants({ context, installation, connection, definitions, logger, models })
  }

  static async start(): Promise<WalletBank> {
    const { MONGO_URL } = process.env
    if (!MONGO_URL) throw new Error('MONGO_URL is not set: run this test by `npm test`, which starts the engines')
    const bank = new WalletBank(MONGO_URL)
    try {
      await bank.connection.asPromise()
      const kept = bank.connection
        .useDb(databaseName(bank.installation, context), { useCache: true })
        .collection<{ _id: string }>('tenants')
      await kept.insertOne({ _id: TENANT, version: 1, definition } as { _id: string })
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

  /** The kit context as the commands see it. */
  readonly kit: InternalClient = {
    call: async (endpoint, body) => {
      if (this.isKitAway) throw new ServiceUnavailable('the kit context is away')
      if (endpoint.path !== kitForWalletEndpoint.path) throw new Error(`${endpoint.path} is not answered here`)
      return { kind: 'answer', result: (this.kits.get((body as { kitNo: string }).kitNo) ?? null) as never }
    },
    close: async () => undefined,
  }

  /** A new card of the customer, an NCMC card unless told; its kit number. */
  issue(change: Partial<KitForWallet> = {}): string {
    const number = ++this.#numbered
    const kitNo = String(4_240_210_000 + number)
    const accountNo = `A${this.installation}${number}`
    this.kits.set(kitNo, { entityId: ENTITY, productId: 'NCMC', cardStatus: 'ACTIVE', accountNo, ...change })
    return kitNo
  }

  accountOf(kitNo: string): string {
    const kit = this.kits.get(kitNo)
    if (!kit) throw new Error(`kit ${kitNo} was not issued`)
    return kit.accountNo
  }

  change(kitNo: string, change: Partial<KitForWallet>): void {
    const kit = this.kits.get(kitNo)
    if (!kit) throw new Error(`kit ${kitNo} was not issued`)
    this.kits.set(kitNo, { ...kit, ...change })
  }

  /** Runs a use case by its name. */
  async run(name: string, body: object, call: Partial<Call> = {}): Promise<Answered> {
    const command = commands({ kit: this.kit, coreBanking: this.coreBanking }).find(({ endpoint }) => endpoint.name === name)
    if (!command) throw new Error(`there is no use case ${name}`)
    const { status, body: text } = await command.run(body, { ...this.surroundings(), ...call })
    const { result, exception, pagination } = JSON.parse(text) as Envelope
    return { status, result, pagination, ...(exception && { code: exception.errorCode, exception }) }
  }

  load(kitNo: string, txnId: string, amount: string, change: Partial<LoadWallet> = {}): Promise<Answered> {
    return this.run('loadWallet', { kitNo, entityId: ENTITY, walletType: 'NCMC', txnId, amount, ...change })
  }

  /**
   * Many loads, as many at once as the service lets a bank have in hand. Like a client, repeats
   * those that a busy store refuses.
   */
  async loadMany(kitNo: string, txnIds: readonly string[], amount: string): Promise<Answered[]> {
    const answers: Answered[] = []
    const left = [...txnIds.entries()]
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) {
        const [at, txnId] = next
        answers[at] = await this.#loadUntilAnswered(kitNo, txnId, amount)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    return answers
  }

  async #loadUntilAnswered(kitNo: string, txnId: string, amount: string): Promise<Answered> {
    for (;;) {
      try {
        const answered = await this.load(kitNo, txnId, amount)
        if (answered.code !== 'concurrent.change') return answered
      } catch (error) {
        if (!isStoreAway(error)) throw error
      }
    }
  }

  surroundings(): Call {
    return {
      tenant: this.tenant,
      requestId: `request-${randomBytes(6).toString('hex')}`,
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

  async sweep({ run }: Sweep): Promise<void> {
    await run((_tenant, commandId) => this.scope(commandId), this.tenant)
  }

  async purse(kitNo: string): Promise<Purse> {
    const purse = await pursesOf(this.tenant).findById(kitNo).lean<Purse>()
    if (!purse) throw new Error(`there is no purse of ${kitNo}`)
    return purse
  }

  /** All entries of a wallet, wherever they are, each once. */
  async entries(kitNo: string): Promise<Entry[]> {
    const rows = await ledgerOf(this.tenant).find({ kitNo }).lean<LedgerRow[]>()
    const moved = rows.map(({ _id: id, kitNo: _kitNo, ...entry }): Entry => ({ id, ...entry }))
    const { entries } = await this.purse(kitNo)
    return [...new Map([...moved, ...entries].map((entry) => [entry.id, entry])).values()]
  }

  /** Events of a wallet in their order. */
  async events(kitNo: string): Promise<{ type: string }[]> {
    return (await this.purse(kitNo)).outbox.map(({ payload }) => payload as { type: string })
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

  async close(): Promise<void> {
    for (const name of [databaseName(this.installation, context), databaseName(this.installation, context, TENANT)])
      await this.connection.useDb(name, { useCache: true }).dropDatabase()
    await this.connection.close()
  }
}

const channel = { offered: true, dailyCap: 100, maxCap: 100 }
const region = { offered: true, atm: channel, pos: channel, ecom: channel, contactless: channel, tokenization: channel }
const product = {
  productName: 'Transit',
  schemeCode: '2004',
  bin: '608040',
  networkType: 'RUPAY',
  cardType: 'PHYSICAL',
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
  bins: [{ bin: '608040', network: 'RUPAY' }],
  products: [
    { ...product, productId: 'NCMC', ncmc: { offered: true } },
    { ...product, productId: 'SMALL', ncmc: { offered: true, walletMaxPaise: 50_000 } },
    { ...product, productId: 'PLAIN' },
  ],
})
if (!validated.valid) throw new Error(validated.fieldError.join('; '))
export const definition = validated.value
