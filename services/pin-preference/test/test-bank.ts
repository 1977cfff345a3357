// A bank for tests of PIN calls: the real store and HSM, commands run as the service runs them, and
// a kit context that answers from a map.
import { createCipheriv, randomBytes } from 'node:crypto'
import { encodePinBlock, luhnDigit, SoftwareHsm } from '@dcms/card-crypto'
import { type KitForPin, kitForPinEndpoint, type Product, type TenantDefinition, zoneAadOf } from '@dcms/contract'
import { isSecret, usedSecret } from '@dcms/leak-scan'
import {
  anyModel,
  type Call,
  type Command,
  connectStore,
  createLogger,
  type DefinitionReader,
  databaseName,
  type GenuineTenant,
  type InternalClient,
  mongoKeyStore,
  ServiceUnavailable,
  type Tenant,
  Tenants,
} from '@dcms/service'
import type { Connection } from 'mongoose'
import { type Card, cardsOf } from '../src/card.ts'
import { product } from './products.ts'

export const ENTITY = 'validatePin0'
export const EXPIRY = '0729'
const TENANT = 'ACME_BANK'
const context = 'pin-preference'

export const physical: Product = { ...product, productId: '2003_PHYSICAL', cardType: 'PHYSICAL' }
export const sixDigits: Product = { ...product, productId: '2003_SIX', pinLength: 6 }

type Settings = NonNullable<TenantDefinition['settings']>
const settings: Settings = { pinV1: true, pinSetOnce: false, pinBlockPanSource: 'AUTO', upgradeReplaceAtOnce: false, hotlist: true }

/** What came back of a call, as a caller reads it. */
export interface Answered {
  status: number
  result: unknown
  code: string | undefined
}

interface Kit extends Omit<KitForPin, 'sealedCardNumber'> {
  cardNumber: string
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

export class TestBank {
  readonly installation = `t${randomBytes(5).toString('hex')}`
  readonly pinKey = randomBytes(32)
  readonly zoneKey = randomBytes(32)
  readonly masterKey = randomBytes(32)
  readonly kits = new Map<string, Kit>()
  readonly connection: Connection
  readonly hsm: SoftwareHsm
  readonly tenants: Tenants
  /** Set while the kit context is away. */
  isKitAway = false
  cardNumbersAsked = 0
  readonly #kitHsm: SoftwareHsm
  #numbered = 0

  private constructor(mongoUrl: string) {
    const logger = createLogger('test', 'fatal')
    const { installation } = this
    this.connection = connectStore(mongoUrl, logger)
    this.hsm = this.newHsm()
    this.#kitHsm = new SoftwareHsm(mongoKeyStore(this.connection, databaseName(installation, 'kit')), randomBytes(32), {
      zoneKey: this.zoneKey,
    })
    this.tenants = new Tenants({ context, installation, connection: this.connection, definitions, logger, models: [anyModel(cardsOf)] })
  }

  static async start(): Promise<TestBank> {
    const { MONGO_URL } = process.env
    if (!MONGO_URL) throw new Error('MONGO_URL is not set: run this test by `npm test`, which starts the engines')
    const bank = new TestBank(MONGO_URL)
    await bank.connection.asPromise()
    const definition = { tenant: TENANT, products: [product, physical, sixDigits], settings }
    const kept = bank.connection.useDb(databaseName(bank.installation, context), { useCache: true }).collection<{ _id: string }>('tenants')
    await kept.insertOne({ _id: TENANT, version: 1, definition } as { _id: string })
    await bank.tenants.load()
    await bank.#kitHsm.ensureKey(TENANT, 'data')
    for (const purpose of ['data', 'pvk'] as const) await bank.hsm.ensureKey(TENANT, purpose)
    await bank.bringKey('pin', bank.pinKey)
    return bank
  }

  /** As a further process of the service would have it. */
  newHsm(): SoftwareHsm {
    const store = mongoKeyStore(this.connection, databaseName(this.installation, context))
    return new SoftwareHsm(store, this.masterKey, { zoneKey: this.zoneKey })
  }

  /** A key exchanged as two components by two officers. */
  async bringKey(purpose: 'pin' | 'mailer', key: Uint8Array): Promise<void> {
    const first = randomBytes(key.length)
    const second = Buffer.from(key.map((byte, position) => byte ^ (first[position] ?? 0)))
    await this.hsm.addKeyComponent(TENANT, purpose, { number: 1, officer: 'asha', bytes: first })
    await this.hsm.addKeyComponent(TENANT, purpose, { number: 2, officer: 'ravi', bytes: second })
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
      if (endpoint.path !== kitForPinEndpoint.path) throw new Error(`${endpoint.path} is not answered here`)
      const { kitNo, withCardNumber } = body as { kitNo: string; withCardNumber?: boolean }
      return { kind: 'answer', result: (await this.#kitForPin(kitNo, withCardNumber === true)) as never }
    },
    close: async () => undefined,
  }

  async #kitForPin(kitNo: string, withCardNumber: boolean): Promise<KitForPin | null> {
    const kit = this.kits.get(kitNo)
    if (!kit) return null
    const { cardNumber, ...facts } = kit
    if (!withCardNumber) return facts
    this.cardNumbersAsked++
    const aad = `kit/${kitNo}/pan`
    const ciphertext = await this.#kitHsm.encrypt(TENANT, 'data', Buffer.from(cardNumber), aad)
    return { ...facts, sealedCardNumber: await this.#kitHsm.panForZone(TENANT, { ciphertext, aad }, zoneAadOf(kitNo)) }
  }

  /** A new card of the customer; its kit number. */
  issue(change: Partial<Kit> = {}): string {
    const number = ++this.#numbered
    const digits = `608040${String(number).padStart(9, '0')}`
    const cardNumber = usedSecret('pan', digits + luhnDigit(digits))
    const kitNo = String(4_240_181_000 + number)
    const maskedCardNumber = `608040XXXXXX${cardNumber.slice(-4)}`
    const { productId, cardType } = product
    this.kits.set(kitNo, {
      entityId: ENTITY,
      productId,
      cardType,
      cardStatus: 'ACTIVE',
      expiry: '2907',
      maskedCardNumber,
      cardNumber,
      ...change,
    })
    return kitNo
  }

  change(kitNo: string, change: Partial<Kit>): void {
    this.kits.set(kitNo, { ...this.#kitOf(kitNo), ...change })
  }

  #kitOf(kitNo: string): Kit {
    const kit = this.kits.get(kitNo)
    if (!kit) throw new Error(`kit ${kitNo} was not issued`)
    return kit
  }

  /** The PIN block of a card, 16 hex digits; made with the kit number where asked. */
  block(kitNo: string, pin: string, source: 'PAN' | 'KIT_NO' = 'PAN'): string {
    return usedSecret(
      'pinBlock',
      encodePinBlock(0, usedSecret('pin', pin), source === 'PAN' ? this.#kitOf(kitNo).cardNumber : kitNo.padStart(16, '0')),
    )
  }

  /** A block, or whatever stands in its place, as a call brings it. */
  encrypted(scheme: 'v1' | 'v2', block: string | Uint8Array, key: Uint8Array = this.pinKey): string {
    const sealed = scheme === 'v1' ? sealedV1(block, key) : sealedV2(block, key)
    return isSecret('encryptedPin', sealed) ? usedSecret('encryptedPin', sealed) : sealed
  }

  /** The body of a call with a PIN. */
  body(kitNo: string, pin: string, scheme: 'v1' | 'v2' = 'v2'): { entityId: string; kitNo: string; expiryDate: string; pin: string } {
    return { entityId: ENTITY, kitNo, expiryDate: EXPIRY, pin: this.encrypted(scheme, this.block(kitNo, pin)) }
  }

  /** Runs a command as the service does; `settings` are the bank's for this call. */
  async run(
    command: Command,
    body: object,
    { settings: changed, ...call }: Partial<Call> & { settings?: Partial<Settings> } = {},
  ): Promise<Answered> {
    const { id, version, database, definition } = this.tenant
    const tenant: Tenant = { id, version, database, definition: { ...definition, settings: { ...settings, ...changed } } }
    const { status, body: text } = await command.run(body, {
      tenant,
      // Events stay in their outboxes, where tests see them.
      relay: { nudge: () => undefined } as unknown as Call['relay'],
      sources: { of: () => undefined } as unknown as Call['sources'],
      clock: () => new Date(),
      requestId: `request-${randomBytes(6).toString('hex')}`,
      user: 'api_user',
      roles: ['API_CLIENT'],
      ...call,
    })
    const { result, exception } = JSON.parse(text)
    return { status, result, code: exception?.errorCode }
  }

  async card(kitNo: string): Promise<Card> {
    const card = await cardsOf(this.tenant).findById(kitNo).lean<Card>()
    if (!card) throw new Error(`there is no card ${kitNo}`)
    return card
  }

  /** Events of a card in their order. */
  async events(kitNo: string): Promise<{ type: string }[]> {
    return (await this.card(kitNo)).outbox.map(({ payload }) => payload as { type: string })
  }

  async close(): Promise<void> {
    for (const name of [
      databaseName(this.installation, context),
      databaseName(this.installation, context, TENANT),
      databaseName(this.installation, 'kit'),
    ])
      await this.connection.useDb(name, { useCache: true }).dropDatabase()
    await this.connection.close()
  }
}

function sealedV1(block: string | Uint8Array, key: Uint8Array): string {
  const cipher = createCipheriv('aes-256-ecb', key, null)
  return Buffer.concat([cipher.update(block), cipher.final()]).toString('base64')
}

function sealedV2(block: string | Uint8Array, key: Uint8Array): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  return Buffer.concat([iv, cipher.update(block), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** How often each answer came: codes, and `true` for success. */
export function tally(answers: readonly Answered[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { code, result } of answers) {
    const key = code ?? String(result)
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
