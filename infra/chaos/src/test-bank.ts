// A bank for one test file: an installation of its own on the engines of the test run, one tenant,
// one user, the SDK.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DemoClient,
  demoClient,
  demoRegistration,
  type Installation,
  type InstallationOptions,
  sdkOptions,
  setUpDemoTenants,
  startInstallation,
} from '@dcms/ops'
import { Dcms, type DcmsOptions, type RequestOf } from '@dcms/sdk'
import { noting } from './noting-client.ts'

export interface TestBankOptions {
  /** Instead of the Kafka of the test run. */
  kafkaBrokers?: string
  /** Instead of the document store of the test run. */
  mongoUrl?: string
  /** Further settings of its processes. */
  environment?: InstallationOptions['environment']
}

export interface TestBank {
  readonly installation: Installation
  readonly client: DemoClient
  /**
   * ACME_BANK, sealed in session mode, with the usual retries. Secrets that pass through it are
   * noted for the leak scan, see `noting`.
   */
  readonly dcms: Dcms
  /** Another client of the same user; it notes secrets too. */
  connect(options?: Partial<DcmsOptions>): Dcms
  /** The card number of a kit as answers carry it. */
  cardNumberOf(kit: { encryptedCardNumber?: string }): string
  /** The registration of a fresh customer with a virtual card. */
  newCustomer(): RequestOf<'register'>
  stop(): Promise<void>
}

export async function startTestBank(options: TestBankOptions = {}): Promise<TestBank> {
  const { MONGO_URL: mongoUrl, KAFKA_BROKERS: kafkaBrokers } = process.env
  if (!mongoUrl || !kafkaBrokers) throw new Error('MONGO_URL and KAFKA_BROKERS are not set: run the tests with npm test, which starts both')
  const stateDir = await mkdtemp(join(tmpdir(), 'dcms-bank-'))
  const name = `t${randomBytes(4).toString('hex')}`
  const logsDir = process.env.DCMS_TEST_LOGS_DIR // in a whole test run logs outlive their bank: they are searched at the end
  const installation = await startInstallation({
    engines: { mongoUrl: options.mongoUrl ?? mongoUrl, kafkaBrokers: options.kafkaBrokers ?? kafkaBrokers },
    stateDir,
    ...(logsDir && { logDir: join(logsDir, name) }),
    installation: name,
    ports: 'free',
    logLevel: 'warn',
    ...(options.environment && { environment: options.environment }),
  })
  const client = await demoClient(stateDir, installation.gatewayUrl)
  await setUpDemoTenants(installation.operator, client)
  const clients: Dcms[] = []
  const connect = (changes: Partial<DcmsOptions> = {}): Dcms => {
    const dcms = noting(new Dcms({ ...sdkOptions(client, 'ACME_BANK'), ...changes }))
    clients.push(dcms)
    return dcms
  }
  const dcms = connect()
  return {
    installation,
    client,
    dcms,
    connect,
    cardNumberOf({ encryptedCardNumber }) {
      if (!encryptedCardNumber) throw new Error('the kit carries no card number')
      return dcms.decryptCardNumber(encryptedCardNumber)
    },
    newCustomer: () => ({ ...demoRegistration(`c${randomBytes(6).toString('hex')}`) }),
    async stop() {
      await Promise.all(clients.map((each) => each.close()))
      await installation.stop()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}
