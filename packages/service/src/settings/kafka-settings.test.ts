// How Kafka is reached, as the environment says: what production demands, and the sentence for what
// is wrong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { kafkaAccess } from './kafka-settings.ts'
import { SettingsError, settings } from './settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'kafka-settings-'))
const pem = join(folder, 'some.pem')
writeFileSync(pem, 'PEM')
afterAll(() => rmSync(folder, { recursive: true }))

const accessOf = (environment: Record<string, string>) => kafkaAccess('k:1', settings(environment))
const withPassword = { KAFKA_SECURITY: 'SASL_SSL', KAFKA_USERNAME: 'dcms', KAFKA_PASSWORD: 'secret' }

test('in production TLS and a password are needed, and topics have three copies of which two must have a message', () => {
  expect(accessOf(withPassword)).toEqual({
    brokers: 'k:1',
    security: { tls: {}, sasl: { mechanism: 'scram-sha-512', username: 'dcms', password: 'secret' } },
    copies: { replication: 3, minInSync: 2, isRequired: true },
  })
})

test('a certificate of the client may stand in for the password', () => {
  const access = accessOf({ KAFKA_SECURITY: 'SSL', KAFKA_CA_FILE: pem, KAFKA_CERT_FILE: pem, KAFKA_KEY_FILE: pem })
  expect(access.security).toEqual({ tls: { ca: 'PEM', cert: 'PEM', key: 'PEM' } })
})

test('development, tests and engines for trial ask for nothing', () => {
  const relaxed: Record<string, string>[] = [{ DCMS_ENVIRONMENT: 'development' }, { DCMS_ENVIRONMENT: 'test' }, { DCMS_ENGINES: 'trial' }]
  for (const environment of relaxed) expect(accessOf(environment)).toEqual({ brokers: 'k:1' })
  const copies = { replication: 2, minInSync: 1, isRequired: false }
  expect(accessOf({ DCMS_ENVIRONMENT: 'test', KAFKA_TOPIC_REPLICATION: '2' }).copies).toEqual(copies)
})

test.each([
  [{}, 'KAFKA_SECURITY must be SASL_SSL in production, or SSL with a client certificate (KAFKA_CERT_FILE)'],
  [{ KAFKA_SECURITY: 'SSL' }, 'KAFKA_SECURITY must be SASL_SSL in production, or SSL with a client certificate (KAFKA_CERT_FILE)'],
  [{ KAFKA_SECURITY: 'SASL_PLAINTEXT' }, 'KAFKA_SECURITY must be one of PLAINTEXT, SSL, SASL_SSL'],
  [{ ...withPassword, KAFKA_SASL_MECHANISM: 'OAUTHBEARER' }, 'KAFKA_SASL_MECHANISM must be one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512'],
  [{ ...withPassword, KAFKA_USERNAME: '' }, 'KAFKA_USERNAME is not set'],
  [{ ...withPassword, KAFKA_PASSWORD: '' }, 'neither KAFKA_PASSWORD nor KAFKA_PASSWORD_FILE is set'],
  [{ ...withPassword, KAFKA_CA_FILE: '/nowhere/ca.pem' }, 'KAFKA_CA_FILE names a file that cannot be read'],
  [{ ...withPassword, KAFKA_CERT_FILE: pem }, 'KAFKA_CERT_FILE and KAFKA_KEY_FILE must be set together'],
  [{ ...withPassword, KAFKA_TOPIC_REPLICATION: '2' }, 'KAFKA_TOPIC_REPLICATION must be at least 3 in production'],
  [{ ...withPassword, KAFKA_TOPIC_MIN_ISR: '1' }, 'KAFKA_TOPIC_MIN_ISR must be at least 2 in production'],
  [{ ...withPassword, KAFKA_TOPIC_MIN_ISR: '4' }, 'KAFKA_TOPIC_MIN_ISR must not be above KAFKA_TOPIC_REPLICATION'],
  [{ ...withPassword, KAFKA_TOPIC_REPLICATION: 'three' }, 'KAFKA_TOPIC_REPLICATION must be a whole number, at least 1'],
  [{ ...withPassword, DCMS_ENGINES: 'test' }, 'DCMS_ENGINES must be one of production, trial'],
])('%j is refused with one sentence', (environment, sentence) => {
  expect(() => accessOf(environment as Record<string, string>)).toThrow(new SettingsError(sentence))
})
