// One bank in the real store with a real software HSM, and the commands of this service run for it,
// without its listeners and Kafka.
import { randomBytes } from 'node:crypto'
import { type Hsm, SoftwareHsm } from '@dcms/card-crypto'
import {
  type Envelope,
  type KitStatus,
  type Product,
  type RevealedCvv,
  type TenantDefinition,
  tenantSchema,
  validatorOf,
} from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { usedSecret } from '@dcms/leak-scan'
import {
  anyModel,
  type Call,
  connectStore,
  createLogger,
  type DefinitionReader,
  databaseName,
  type GenuineTenant,
  type InternalClient,
  mongoKeyStore,
  type Reaction,
  Scope,
  type Sweep,
  type Tenant,
  Tenants,
} from '@dcms/service'
import type { Connection } from 'mongoose'
import { commands, type KitParts } from '../src/commands.ts'
import { type CardNumbering, cardNumbering } from '../src/issuing/number-cards.ts'
import { productionsOf } from '../src/issuing/production.ts'
import { type Kit, kitsOf } from '../src/kit.ts'
import { type CardVault, cardVault } from '../src/vault/card-vault.ts'
import { pansOf } from '../src/vault/pan-index.ts'

const TENANT = 'ACME_BANK'
const PURPOSES = ['data', 'index', 'numbering', 'cvk'] as const

/** What a test changes of what a sweep runs in. */
type OwnSurroundings = Partial<Pick<Call, 'tenant' | 'relay' | 'touched'>>

export interface Answered {
  status: number
  result: unknown
  code?: string
  fieldError?: readonly string[]
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

export class KitBank {
  readonly installation = `t${randomBytes(5).toString('hex')}`
  readonly #logger = createLogger('kit', 'fatal')
  readonly #masterKey = randomBytes(32)
  readonly zoneKey = randomBytes(32)
  readonly connection: Connection
  readonly tenants: Tenants
  readonly hsm: Hsm
  readonly vault: CardVault
  readonly #numbering: CardNumbering
  /** The vault's clock: a test moves it on. */
  nowMs = 0
  /** What use cases and sweeps call, where a test sets it; by default nobody is there. */
  parts: Partial<KitParts> = {}
  #calls = 0

  private constructor(mongoUrl: string) {
    this.connection = connectStore(mongoUrl, this.#logger)
    this.hsm = this.newHsm()
    this.vault = this.newVault(this.hsm)
    this.#numbering = this.newNumbering()
    const { installation, connection } = this
    this.tenants = new Tenants({
      context: 'kit',
      installation,
      connection,
      definitions,
      logger: this.#logger,
      models: [anyModel(kitsOf), anyModel(pansOf), anyModel(productionsOf)],
    })
  }

  static async start(): Promise<KitBank> {
    const { MONGO_URL } = process.env
    if (!MONGO_URL) throw new Error('MONGO_URL is not set: run this test by `npm test`, which starts the engines')
    const bank = new KitBank(MONGO_URL)
    try {
      await bank.#prepare()
    } catch (error) {
      await bank.connection.close() // else the test run would not end
      throw error
    }
    return bank
  }

  async #prepare(): Promise<void> {
    await this.connection.asPromise()
    const kept = this.connection.useDb(databaseName(this.installation, 'kit'), { useCache: true }).collection<{ _id: string }>('tenants')
    await kept.insertOne({ _id: TENANT, version: 1, definition } as { _id: string })
    await this.tenants.load()
    for (const purpose of PURPOSES) await this.hsm.ensureKey(TENANT, purpose)
  }

  /** As another process of this context has it. */
  newHsm(): Hsm {
    return new SoftwareHsm(mongoKeyStore(this.connection, databaseName(this.installation, 'kit')), this.#masterKey, {
      zoneKey: this.zoneKey,
    })
  }

  newVault(hsm: Hsm): CardVault {
    return cardVault(hsm, () => this.nowMs)
  }

  newNumbering(hsm = this.hsm): CardNumbering {
    return cardNumbering(this.connection.useDb(databaseName(this.installation, 'kit'), { useCache: true }), hsm)
  }

  /** As another context has it: keys of its own, the zone key in common. */
  newHsmOfAnotherContext(): Hsm {
    return new SoftwareHsm(mongoKeyStore(this.connection, databaseName(this.installation, 'pin-preference')), randomBytes(32), {
      zoneKey: this.zoneKey,
    })
  }

  get tenant(): Tenant {
    const tenant = this.tenants.get(TENANT)
    if (!tenant) throw new Error('the bank is not served')
    return tenant
  }

  get product(): Product {
    const [product] = this.tenant.definition.products
    if (!product) throw new Error('the bank has no product')
    return product
  }

  /** Runs a use case by its name, with what else the process of a vault has. */
  async run(name: string, body: unknown, change: Partial<Call> = {}, vault = this.vault, hsm = this.hsm): Promise<Answered> {
    const numbering = hsm === this.hsm ? this.#numbering : this.newNumbering(hsm)
    const command = commands({
      hsm,
      vault,
      numbering,
      customer: notAsked,
      pinPreference: notAsked,
      inventoryOrder: notAsked,
      logger: this.#logger,
      ...this.parts,
    }).find(({ endpoint }) => endpoint.name === name)
    if (!command) throw new Error(`there is no use case ${name}`)
    const { status, body: text, headers = {} } = await command.run(body, { ...this.surroundings(), ...change })
    const { result, exception } = JSON.parse(text) as Envelope
    if (name === 'getCvv' && result) usedSecret('cvv', (result as RevealedCvv).cvv)
    return { status, result, headers, ...(exception && { code: exception.errorCode, fieldError: exception.fieldError }) }
  }

  /** What a command runs in. */
  surroundings(): Call {
    return {
      tenant: this.tenant,
      requestId: `request-${this.#calls++}`,
      user: 'api_user',
      roles: ['API_CLIENT'],
      clock: () => new Date(),
      relay: { nudge: () => undefined } as unknown as Call['relay'], // events stay in the outbox
      sources: { of: () => undefined } as unknown as Call['sources'],
    }
  }

  /** A card as it is after its issue and, where wanted, later in its life. */
  async issue(entityId: string, status: KitStatus = 'ACTIVE', productId = '2003_VIRTUAL'): Promise<Kit> {
    const commandId = `issue-${this.#calls++}`
    const kits = [{ accountNo: '8642135', productId }]
    const reserved = await this.run('reserveKits', { commandId, entityId, kits })
    const { kitNos } = reserved.result as { kitNos: string[] }
    const [kitNo] = kitNos
    if (!kitNo) throw new Error('no kit was reserved')
    if (status === 'RESERVED') return await this.kit(kitNo)
    const confirmed = await this.run('confirmKits', { commandId, entityId, kitNos })
    if (confirmed.status !== 200) throw new Error(`the kit was not confirmed: ${confirmed.code} ${confirmed.fieldError}`)
    if (status !== 'INACTIVE') await kitsOf(this.tenant).updateOne({ _id: kitNo }, { $set: { status } })
    return await this.kit(kitNo)
  }

  async kit(kitNo: string): Promise<Kit> {
    const kit = await kitsOf(this.tenant).findById(kitNo).lean<Kit>()
    if (!kit) throw new Error(`there is no kit ${kitNo}`)
    return kit
  }

  /** The clear card number, which only a test asks for. */
  async cardNumberOf({ _id, encryptedPan }: Kit): Promise<string> {
    return usedSecret('pan', (await this.hsm.decrypt(TENANT, 'data', Buffer.from(encryptedPan, 'base64'), `kit/${_id}/pan`)).toString())
  }

  /** What a sweep or a reaction runs in. */
  scope(commandId: string, change: OwnSurroundings = {}): Scope {
    return new Scope({
      ...this.surroundings(),
      commandId,
      now: new Date(),
      requestId: `own-${commandId}`,
      user: 'kit',
      roles: [],
      ...change,
    })
  }

  /** Runs a sweep once, for the bank as it is defined unless told otherwise. */
  async sweep({ run }: Sweep, change: OwnSurroundings = {}): Promise<Awaited<ReturnType<Sweep['run']>>> {
    return await run((_tenant, commandId) => this.scope(commandId, change), change.tenant ?? this.tenant)
  }

  /** Hands an event of another context to a reaction. */
  async told(reaction: Reaction, payload: { type: string }, tenant = this.tenant): Promise<void> {
    const event = { id: 'event-1', type: payload.type, payload } as unknown as ReceivedEvent
    await reaction.react((commandId) => this.scope(commandId, { tenant }), event)
  }

  async close(): Promise<void> {
    for (const name of ['kit', 'pin-preference', `kit_${TENANT.toLowerCase()}`])
      await this.connection.useDb(`${this.installation}_${name}`, { useCache: true }).dropDatabase()
    await this.connection.close()
  }
}

/** A context that answers nothing. */
export const notAsked: InternalClient = { call: () => Promise.reject(new Error('not asked')), close: () => Promise.resolve() }

const channel = { offered: true, dailyCap: 100, maxCap: 100 }
const region = { offered: true, atm: channel, pos: channel, ecom: channel, contactless: channel, tokenization: channel }
const validated = validatorOf<TenantDefinition>(tenantSchema)({
  tenant: TENANT,
  name: 'Acme Bank',
  encryption: 'OPTIONAL',
  clientKeys: { keys: [{ kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43), kid: 'bank-1' }] },
  limits: { requestsPerSecond: 10, burst: 20 },
  bins: [{ bin: '608040', network: 'RUPAY' }],
  products: [
    {
      productId: '2003_VIRTUAL',
      productName: 'Savings virtual',
      schemeCode: '2003',
      cardType: 'VIRTUAL',
      bin: '608040',
      networkType: 'RUPAY',
      validityMonths: 60,
      domestic: region,
      international: region,
    },
    {
      productId: '2003_PHYSICAL',
      productName: 'Savings physical',
      schemeCode: '2003',
      cardType: 'PHYSICAL',
      bin: '608040',
      networkType: 'RUPAY',
      validityMonths: 60,
      domestic: region,
      international: region,
    },
  ],
})
if (!validated.valid) throw new Error(validated.fieldError.join('; '))
const definition = validated.value
