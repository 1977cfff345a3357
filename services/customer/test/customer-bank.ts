// Two banks in the real store, the commands of this service run for them, and the two contexts it
// asks, played by the test.
import { randomBytes } from 'node:crypto'
import { SoftwareHsm } from '@dcms/card-crypto'
import {
  type CardPreferences,
  cardPreferencesEndpoint,
  confirmKitsEndpoint,
  type Envelope,
  entitiesByMaskedCardEndpoint,
  entityExistsEndpoint,
  type InternalEndpoint,
  type KitInfo,
  kitsOfEntityEndpoint,
  type ReserveKits,
  reserveKitsEndpoint,
  validatorOf,
} from '@dcms/contract'
import {
  answer,
  anyModel,
  type Call,
  command,
  connectStore,
  createLogger,
  type DefinitionReader,
  databaseName,
  type GenuineTenant,
  type InternalClient,
  mongoKeyStore,
  type Scope,
  ServiceUnavailable,
  type Tenant,
  Tenants,
} from '@dcms/service'
import type { Connection } from 'mongoose'
import { commands } from '../src/commands.ts'
import { type Customer, customersOf } from '../src/customer.ts'
import { knownKitsOf } from '../src/kit-projection.ts'
import { kycVault } from '../src/kyc-vault.ts'
import { mobileNumbersOf } from '../src/mobile-numbers.ts'
import { customer, definition, kitInfo } from './customers.ts'

export const ACME = 'ACME_BANK'
export const OTHER = 'OTHER_BANK'
const context = 'customer'

export interface Answered {
  status: number
  result: unknown
  code?: string
  fieldError?: readonly string[]
}

const channel = { isEnabled: true, dailyLimit: '100', maxLimit: '200' }
const preferences: Omit<CardPreferences, 'kitNo'> = {
  domestic: { isEnabled: true, atm: channel, pos: channel, ecom: channel, contactless: channel },
  international: { isEnabled: false },
  toggle: { superOtp: false, superPin: true, locationShield: { isEnabled: false }, swipeToPay: { isEnabled: false } },
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

export class CustomerBank {
  readonly installation = `t${randomBytes(5).toString('hex')}`
  readonly connection: Connection
  readonly #logger = createLogger('test', 'fatal')
  readonly #hsm: SoftwareHsm
  readonly #tenants: Tenants
  /** The cards of each bank, as the kit context has them. */
  readonly kits: Record<string, KitInfo[]> = { [ACME]: [], [OTHER]: [] }
  isKitAway = false
  /** The endpoint of the kit context whose answers are lost, after it has done its work. */
  lostAnswers: string | undefined
  isPinPreferenceAway = false
  /** What happens elsewhere while the kit context is asked. */
  meanwhile: (endpointName: string) => Promise<unknown> = async () => undefined
  /** The next calls of these endpoints are refused, by name. */
  readonly refusals = new Map<string, string>()
  readonly asked: string[] = []
  /** Under which keys the kit context was called. */
  readonly keys: (string | undefined)[] = []
  readonly #reserved = new Map<string, KitInfo[]>()
  #counter = 0

  private constructor(mongoUrl: string) {
    const { installation } = this
    const connection = connectStore(mongoUrl, this.#logger)
    this.connection = connection
    this.#hsm = new SoftwareHsm(mongoKeyStore(connection, databaseName(installation, context)), randomBytes(32))
    const models = [anyModel(customersOf), anyModel(knownKitsOf)]
    this.#tenants = new Tenants({ context, installation, connection, definitions, logger: this.#logger, models })
  }

  static async start(): Promise<CustomerBank> {
    const { MONGO_URL } = process.env
    if (!MONGO_URL) throw new Error('MONGO_URL is not set: run this test by `npm test`, which starts the engines')
    const bank = new CustomerBank(MONGO_URL)
    await bank.connection.asPromise()
    const kept = bank.connection.useDb(databaseName(bank.installation, context), { useCache: true }).collection<{ _id: string }>('tenants')
    for (const id of [ACME, OTHER]) {
      const own = { ...definition, tenant: id, currency: 'INR', timeZone: 'Asia/Kolkata' }
      await kept.insertOne({ _id: id, version: 1, definition: own } as { _id: string })
    }
    await bank.#tenants.load()
    for (const id of [ACME, OTHER]) await bank.#hsm.ensureKey(id, 'data')
    return bank
  }

  tenant(id = ACME): Tenant {
    const tenant = this.#tenants.get(id)
    if (!tenant) throw new Error(`${id} is not served`)
    return tenant
  }

  readonly kit: InternalClient = {
    call: async (endpoint, body, { tenant }, { idempotencyKey } = {}) => {
      this.keys.push(idempotencyKey)
      await this.meanwhile(endpoint.name)
      if (this.isKitAway) throw new ServiceUnavailable('the kit context is away')
      if (!this.#check(endpoint, body)) return { kind: 'refused', code: 'invalid.input.request' as never, fieldError: [] }
      const answered = this.#refusalOf(endpoint) ?? { kind: 'answer', result: this.#kitAnswer(endpoint.name, body, tenant.id) as never }
      if (this.lostAnswers === endpoint.name) throw new ServiceUnavailable('the answer of the kit context was lost')
      return answered
    },
    close: async () => undefined,
  }

  readonly pinPreference: InternalClient = {
    call: async (endpoint, body) => {
      if (this.isPinPreferenceAway) throw new ServiceUnavailable('the pin-preference context is away')
      if (!this.#check(endpoint, body)) throw new Error(`${endpoint.name} refuses the body`)
      if (endpoint.name !== cardPreferencesEndpoint.name) throw new Error(`${endpoint.path} is not answered here`)
      const { kitNos } = body as { kitNos: string[] }
      return { kind: 'answer', result: kitNos.map((kitNo) => ({ kitNo, ...preferences })) as never }
    },
    close: async () => undefined,
  }

  /** As the owner would: callers and body are looked at first. */
  #check(endpoint: InternalEndpoint, body: unknown): boolean {
    this.asked.push(endpoint.name)
    if (!endpoint.callers.includes(context)) throw new Error(`${endpoint.name} does not take calls of the customer context`)
    return validatorOf(endpoint.request)(structuredClone(body)).valid
  }

  #refusalOf(endpoint: InternalEndpoint): { kind: 'refused'; code: never; fieldError: string[] } | undefined {
    const code = this.refusals.get(endpoint.name)
    return code === undefined ? undefined : { kind: 'refused', code: code as never, fieldError: [] }
  }

  #kitAnswer(name: string, body: unknown, tenant: string): unknown {
    const kits = this.kits[tenant] ?? []
    switch (name) {
      case kitsOfEntityEndpoint.name: {
        const { entityId, withCardNumbers } = body as { entityId: string; withCardNumbers?: boolean }
        const own = kits.filter((kit) => kit.entityId === entityId)
        return own.map((kit) => (withCardNumbers ? { ...kit, encryptedCardNumber: `sealed ${kit.kitNo}` } : kit))
      }
      case entitiesByMaskedCardEndpoint.name: {
        const { maskedCardNo } = body as { maskedCardNo: string }
        return { entityIds: [...new Set(kits.filter((kit) => kit.cardNumber === maskedCardNo).map((kit) => kit.entityId))].sort() }
      }
      case reserveKitsEndpoint.name: {
        const { commandId, entityId, kits: wanted } = body as ReserveKits
        const reserved = this.#reserved.get(commandId) ?? wanted.map(({ accountNo }) => this.#newKit({ entityId, accountNo }))
        this.#reserved.set(commandId, reserved)
        return { kitNos: reserved.map(({ kitNo }) => kitNo) }
      }
      case confirmKitsEndpoint.name: {
        const reserved = this.#reserved.get((body as { commandId: string }).commandId) ?? []
        for (const kit of reserved) if (!kits.includes(kit)) kits.push(kit)
        return reserved
      }
      default:
        throw new Error(`${name} is not answered here`)
    }
  }

  #newKit(change: Partial<KitInfo>): KitInfo {
    const createdDate = '2026-11-20T19:00:00.000+00:00' // past midnight in India
    return { ...kitInfo, kitNo: String(4_240_000_000 + ++this.#counter), createdDate, changedDate: createdDate, ...change }
  }

  /** A card of a customer at the kit context. */
  issue(entityId: string, change: Partial<KitInfo> = {}, tenantId = ACME): KitInfo {
    const kit = this.#newKit({ entityId, cardStatus: 'ACTIVE', ...change })
    this.kits[tenantId]?.push(kit)
    return kit
  }

  /** A customer as registration writes it. */
  async add(entityId: string, change: Partial<Customer> = {}, tenantId = ACME): Promise<void> {
    const { kycKeyVersion: _sample, ...stored } = customer({ _id: entityId, ...change })
    const document = { ...stored, mobileNumbers: mobileNumbersOf(stored.communicationInfo) }
    await customersOf(this.tenant(tenantId)).collection.insertOne(document as never)
  }

  async customer(entityId: string, tenantId = ACME): Promise<Customer> {
    const found = await customersOf(this.tenant(tenantId)).findById(entityId).lean<Customer>()
    if (!found) throw new Error(`there is no customer ${entityId}`)
    return found
  }

  async exists(entityId: string): Promise<boolean> {
    return (await customersOf(this.tenant()).exists({ _id: entityId })) !== null
  }

  /** Events of a customer in their order. */
  async events(entityId: string): Promise<object[]> {
    return (await this.customer(entityId)).outbox.map(({ payload }) => payload as object)
  }

  /** Runs a use case by its name, as the service does. */
  async run(name: string, body: unknown, { tenantId = ACME, ...call }: Partial<Call> & { tenantId?: string } = {}): Promise<Answered> {
    const { kit, pinPreference } = this
    const all = commands({ kyc: kycVault(this.#hsm), kit, pinPreference, logger: this.#logger })
    const found = all.find(({ endpoint }) => endpoint.name === name)
    if (!found) throw new Error(`there is no use case ${name}`)
    try {
      const { status, body: text } = await found.run(body, { ...this.#surroundings(this.tenant(tenantId)), ...call })
      const { result, exception } = JSON.parse(text) as Envelope
      return { status, result, ...(exception && { code: exception.errorCode, fieldError: exception.fieldError }) }
    } catch (error) {
      if (error instanceof ServiceUnavailable) return { status: 503, result: null, code: 'service.unavailable' }
      throw error
    }
  }

  #surroundings(tenant: Tenant): Call {
    return {
      tenant,
      requestId: `request-${++this.#counter}`,
      user: 'api_user',
      roles: ['API_CLIENT'],
      clock: () => new Date(),
      relay: { nudge: () => undefined } as unknown as Call['relay'], // events stay in the outbox
      sources: { of: () => undefined } as unknown as Call['sources'],
    }
  }

  /** What a sweep or a job runs in, as a command gets it. */
  async scope(): Promise<Scope> {
    const made: Scope[] = []
    const look = command(entityExistsEndpoint, async (_body, scope) => {
      made.push(scope)
      return answer({ exists: false })
    })
    await look.run({ entityId: 'nobody' }, this.#surroundings(this.tenant()))
    const [scope] = made
    if (!scope) throw new Error('no scope was made')
    return scope
  }

  async close(): Promise<void> {
    for (const tenant of [undefined, ACME, OTHER])
      await this.connection.useDb(databaseName(this.installation, context, tenant), { useCache: true }).dropDatabase()
    await this.connection.close()
  }
}
