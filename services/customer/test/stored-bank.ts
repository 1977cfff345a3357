// A bank with customers in the real store and a real HSM, for what reads and writes them.
import { randomBytes } from 'node:crypto'
import { SoftwareHsm } from '@dcms/card-crypto'
import type { KycInfo } from '@dcms/contract'
import {
  anyModel,
  type Call,
  type Command,
  connectStore,
  createLogger,
  type DefinitionReader,
  databaseName,
  type GenuineTenant,
  mongoKeyStore,
  type Sweep,
  type Tenant,
  Tenants,
} from '@dcms/service'
import type { Connection } from 'mongoose'
import { type Customer, customersOf } from '../src/customer.ts'
import { type KycVault, keyVersionOfDocuments, kycVault } from '../src/kyc-vault.ts'
import { mobileNumbersOf } from '../src/mobile-numbers.ts'
import { customer } from './customers.ts'

const TENANT = 'ACME_BANK'
const context = 'customer'

/**
 * What the test keeps is believed as it is: who signs definitions, and how they are checked, is the
 * business of packages/service.
 */
const definitions: DefinitionReader = {
  check: (_tenant, kept) => ({ published: kept, definition: (kept as GenuineTenant).definition }) as GenuineTenant,
  read: () => null,
  isSigned: () => true,
}

export class StoredBank {
  readonly installation = `t${randomBytes(5).toString('hex')}`
  readonly connection: Connection
  readonly hsm: SoftwareHsm
  readonly kyc: KycVault
  readonly #tenants: Tenants

  private constructor(mongoUrl: string) {
    const logger = createLogger('test', 'fatal')
    const { installation } = this
    const connection = connectStore(mongoUrl, logger)
    this.connection = connection
    this.hsm = new SoftwareHsm(mongoKeyStore(connection, databaseName(installation, context)), randomBytes(32))
    this.kyc = kycVault(this.hsm)
    this.#tenants = new Tenants({ context, installation, connection, definitions, logger, models: [anyModel(customersOf)] })
  }

  static async start(): Promise<StoredBank> {
    const { MONGO_URL } = process.env
    if (!MONGO_URL) throw new Error('MONGO_URL is not set: run this test by `npm test`, which starts the engines')
    const bank = new StoredBank(MONGO_URL)
    await bank.connection.asPromise()
    const kept = bank.connection.useDb(databaseName(bank.installation, context), { useCache: true }).collection<{ _id: string }>('tenants')
    await kept.insertOne({ _id: TENANT, version: 1, definition: {} } as { _id: string })
    await bank.#tenants.load()
    await bank.hsm.ensureKey(TENANT, 'data')
    return bank
  }

  get tenant(): Tenant {
    const tenant = this.#tenants.get(TENANT)
    if (!tenant) throw new Error('the bank is not served')
    return tenant
  }

  /** A customer as registration writes it. */
  async add(entityId: string, change: Partial<Customer> = {}, documents: KycInfo[] = []): Promise<void> {
    const stored = customer({ _id: entityId, ...change })
    const kycInfo = await this.kyc.seal(this.tenant, entityId, documents)
    const { kycKeyVersion: _sample, ...rest } = stored
    const kycKeyVersion = keyVersionOfDocuments(kycInfo)
    const mobileNumbers = mobileNumbersOf(stored.communicationInfo)
    const document = { ...rest, mobileNumbers, kycInfo, ...(kycKeyVersion !== undefined && { kycKeyVersion }) }
    await customersOf(this.tenant).collection.insertOne(document as never)
  }

  async customer(entityId: string): Promise<Customer> {
    const found = await customersOf(this.tenant).findById(entityId).lean<Customer>()
    if (!found) throw new Error(`there is no customer ${entityId}`)
    return found
  }

  /** The document numbers in clear, as only a test may read them. */
  async documentNumbers(entityId: string): Promise<string[]> {
    const { kycInfo } = await this.customer(entityId)
    return await Promise.all(
      kycInfo.map(async ({ documentType, encryptedDocumentNo }) => {
        const aad = `customer/${entityId}/kyc/${documentType}`
        return (await this.hsm.decrypt(TENANT, 'data', Buffer.from(encryptedDocumentNo, 'base64'), aad)).toString()
      }),
    )
  }

  /** Runs an internal call and gives its result, or the code it was refused with. */
  async ask(command: Command, body: object): Promise<unknown> {
    const answered = await command.run(body, {
      tenant: this.tenant,
      requestId: 'r',
      user: 'u',
      roles: [],
      clock: () => new Date(),
    } as unknown as Call)
    const { result, exception } = JSON.parse(answered.body)
    return exception ? exception.errorCode : result
  }

  async sweep({ run }: Sweep): Promise<void> {
    await run(() => {
      throw new Error('this sweep needs no scope')
    }, this.tenant)
  }

  async close(): Promise<void> {
    for (const name of [databaseName(this.installation, context), databaseName(this.installation, context, TENANT)])
      await this.connection.useDb(name, { useCache: true }).dropDatabase()
    await this.connection.close()
  }
}
