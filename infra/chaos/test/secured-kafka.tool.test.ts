// A Kafka that takes TLS and passwords only: who has the right settings publishes and reads, who
// has not gets nothing through.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Broker } from '@dcms/events'
import { type KafkaEngine, startKafka } from '@dcms/local'
import { createLogger, kafkaAccess, settings } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

const topic = 'dcms.kit'
const user = 'dcms'
const password = 'correct-horse-battery'
let folder: string
let kafka: KafkaEngine
let secured: string
let right: Record<string, string>
const brokers: Broker[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(process.env.DCMS_ENGINES_DIR ?? tmpdir(), 'kafka-secured-'))
  const [key, certificate, keyStoreFile] = ['key.pem', 'certificate.pem', 'keystore.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    certificate,
    '-days',
    '2',
    ...subject,
  ])
  await writeFile(keyStoreFile, `${await readFile(key, 'utf8')}${await readFile(certificate, 'utf8')}`)
  const [kafkaPort, port] = [await freePort(), await freePort()]
  kafka = await startKafka({
    dataDir: folder,
    kafkaPort,
    secured: { port, keyStoreFile, user, password },
    isShortLived: true,
    progress: () => undefined,
  })
  secured = `127.0.0.1:${port}`
  right = {
    DCMS_ENVIRONMENT: 'test',
    KAFKA_SECURITY: 'SASL_SSL',
    KAFKA_CA_FILE: certificate,
    KAFKA_USERNAME: user,
    KAFKA_PASSWORD: password,
  }
}, 120_000)
afterAll(async () => {
  await Promise.all(brokers.map((broker) => broker.stop()))
  await kafka?.stop()
  if (!process.env.DCMS_ENGINES_DIR) await rm(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await promisify(server.close.bind(server))()
  return port
}

function brokerWith(environment: Record<string, string>): Broker {
  const access = kafkaAccess(secured, settings(environment))
  const broker = new Broker({ ...access, clientId: 'test', installation: '', logger: createLogger('test', 'silent') })
  brokers.push(broker)
  return broker
}

test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
  'with certificate and password by %s topics are made, written and read',
  async (mechanism) => {
    const broker = brokerWith({ ...right, KAFKA_SASL_MECHANISM: mechanism })
    await broker.ensureTopics([{ topic, partitions: 1 }])
    await broker.publish(topic, [{ key: 'kit', value: mechanism }])
    const read: string[] = []
    await broker.readWhole([topic], ({ value }) => read.push(String(value)))
    expect(read).toContain(mechanism)
  },
  60_000,
)

test.each([
  ['a wrong password', { KAFKA_PASSWORD: 'battery-horse' }],
  ['an unknown user', { KAFKA_USERNAME: 'somebody' }],
  ['TLS alone', { KAFKA_SECURITY: 'SSL' }],
  ['no TLS', { KAFKA_SECURITY: 'PLAINTEXT' }],
  ['a certificate that it does not trust', { KAFKA_CA_FILE: '' }],
])(
  'with %s nothing is published',
  async (_what, change) => {
    const broker = brokerWith({ ...right, ...change })
    await expect(broker.publish(topic, [{ key: 'kit', value: 'refused' }])).rejects.toThrow()
  },
  60_000,
)

test('the password may come in a file', async () => {
  const file = join(folder, 'password')
  await writeFile(file, `${password}\n`)
  const { KAFKA_PASSWORD: _password, ...rest } = right
  await brokerWith({ ...rest, KAFKA_PASSWORD_FILE: file }).publish(topic, [{ key: 'kit', value: 'by file' }])
}, 60_000)
