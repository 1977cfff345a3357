// Settings: what is read, and the sentence for what is missing or wrong.
import { expect, test } from '@jest/globals'
import { serviceConfig } from './service-config.ts'
import { SettingsError, settings } from './settings.ts'

const complete = {
  MONGO_URL: 'mongodb://127.0.0.1:27017',
  KAFKA_BROKERS: '127.0.0.1:9092',
  KAFKA_SECURITY: 'SASL_SSL',
  KAFKA_USERNAME: 'kit',
  KAFKA_PASSWORD: 'secret',
  PORT: '8120',
  INTERNAL_PORT: '8121',
  DCMS_CALLER_KEY_FILE: '/keys/kit.json',
  DCMS_CALLERS_FILE: '/keys/callers.json',
}

test('a service reads its settings, with a local host, no installation prefix and log level info when nothing else is said', () => {
  expect(serviceConfig(settings(complete))).toEqual({
    mongoUrl: 'mongodb://127.0.0.1:27017',
    kafka: {
      brokers: '127.0.0.1:9092',
      security: { tls: {}, sasl: { mechanism: 'scram-sha-512', username: 'kit', password: 'secret' } },
      copies: { replication: 3, minInSync: 2, isRequired: true },
    },
    installation: '',
    host: '127.0.0.1',
    internalHost: '127.0.0.1',
    port: 8120,
    internalPort: 8121,
    drainMs: 5_000,
    sharesPorts: false,
    callerKeyFile: '/keys/kit.json',
    callersFile: '/keys/callers.json',
    logLevel: 'info',
    environment: 'production',
  })
})

test.each(Object.keys(complete).filter((name) => !/^KAFKA_(SECURITY|PASSWORD)$/.test(name)))(
  'without %s the start ends with a sentence that names it',
  (name) => {
    for (const value of [undefined, '', '  '])
      expect(() => serviceConfig(settings({ ...complete, [name]: value }))).toThrow(new SettingsError(`${name} is not set`))
  },
)

test('the public and the internal listener have a host setting each: opening one opens nothing else', () => {
  expect(serviceConfig(settings({ ...complete, HOST: '0.0.0.0' }))).toMatchObject({ host: '0.0.0.0', internalHost: '127.0.0.1' })
  expect(serviceConfig(settings({ ...complete, INTERNAL_HOST: '10.0.0.5' }))).toMatchObject({ host: '127.0.0.1', internalHost: '10.0.0.5' })
})

test.each(['eighty', '-1', '65536', '80.5', 'Infinity'])('%s is no port number', (value) => {
  expect(() => settings({ PORT: value }).port('PORT')).toThrow(new SettingsError('PORT is not a port number'))
})

test('port 0 takes a free port, and a port may have a fallback', () => {
  expect(settings({ PORT: '0' }).port('PORT')).toBe(0)
  expect(settings({}).port('PORT', 8080)).toBe(8080)
})

test('a URL loses its slash at the end, and what is none is refused', () => {
  expect(settings({ KIT_URL: 'http://kit:8120/' }).url('KIT_URL')).toBe('http://kit:8120')
  expect(() => settings({ KIT_URL: 'kit' }).url('KIT_URL')).toThrow(new SettingsError('KIT_URL is not a URL'))
})

test.each(['ACME', 'with_line', 'toolongforaname', 'a.b'])('%s is no name of an installation', (value) => {
  expect(() => settings({ DCMS_INSTALLATION: value }).installation()).toThrow(/DCMS_INSTALLATION must be at most 12/)
})

test('an installation is production unless it says that it is for development or tests', () => {
  expect(settings({}).environment()).toBe('production')
  expect(settings({ DCMS_ENVIRONMENT: 'test' }).environment()).toBe('test')
  expect(() => settings({ DCMS_ENVIRONMENT: 'prod' }).environment()).toThrow(
    new SettingsError('DCMS_ENVIRONMENT must be one of production, development, test'),
  )
})

test('no sentence shows the value it complains about', () => {
  const secret = 'mongodb://user:password@host'
  for (const read of [() => settings({ X: secret }).port('X'), () => settings({ DCMS_INSTALLATION: secret }).installation()]) {
    expect(read).toThrow(SettingsError)
    expect(read).not.toThrow(/password/)
  }
})

test.each(['verbose', 'INFO', '30'])('%s is no log level', (value) => {
  expect(() => settings({ LOG_LEVEL: value }).logLevel()).toThrow(
    new SettingsError('LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent'),
  )
})

test('how long a process that ends goes on answering is a number of seconds, and shared ports are a yes or no', () => {
  const read = (more: object) => serviceConfig(settings({ ...complete, ...more }))
  expect(read({ DRAIN_SECONDS: '0', SHARED_PORTS: 'yes' })).toMatchObject({ drainMs: 0, sharesPorts: true })
  for (const wrong of ['-1', '61', '1.5', 'long'])
    expect(() => read({ DRAIN_SECONDS: wrong })).toThrow(new SettingsError('DRAIN_SECONDS must be a whole number up to 60'))
  expect(() => read({ SHARED_PORTS: 'true' })).toThrow(new SettingsError('SHARED_PORTS must be yes or no'))
})
