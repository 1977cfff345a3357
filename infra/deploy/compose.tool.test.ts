// The compose file: what the specification says of it, and whether it starts what the workspace
// has, with the settings that the processes read.
import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { bankServices, entryOf, keyFilesOf, keyReceivers, type ProcessName, processNames, serviceNames, settingPrefix } from '@dcms/ops'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')
const composeFile = join(root, 'docker-compose.yml')
const CHECK_TIMEOUT_MS = 300_000 // the first run fetches and compiles the checker

interface ComposeService {
  image?: string
  command: string[]
  init?: boolean
  read_only?: boolean
  stop_grace_period?: string
  environment?: Record<string, string | number>
  ports?: string[]
  healthcheck?: { test: string[] }
  depends_on?: Record<string, { condition: string }>
  profiles?: string[]
  volumes?: string[]
  mem_limit?: string
  logging?: { driver: string; options: Record<string, string> }
}

const { services }: { services: Record<string, ComposeService> } = parse(readFileSync(composeFile, 'utf8'), { merge: true })
const folderOf = new Map<ProcessName, string>([
  ['gateway', 'gateway'],
  ...serviceNames.map((name): [ProcessName, string] => [name, `services/${name}`]),
])
const processes = processNames
const serviceOf = (name: string): ComposeService => {
  const service = services[name]
  if (!service) throw new Error(`${name} does not stand in docker-compose.yml`)
  return service
}

type Checker = { name: string; check: (file: string) => Promise<unknown> }

/**
 * `docker compose` where it is, else the library it is made of, built by Go; both refuse what the
 * specification does not allow.
 */
async function findChecker(): Promise<Checker | undefined> {
  const runs = (command: string, ...parameters: string[]): Promise<boolean> =>
    run(command, parameters).then(
      () => true,
      () => false,
    )
  if (await runs('docker', 'compose', 'version'))
    return { name: 'docker compose config', check: (file) => run('docker', ['compose', '-f', file, 'config', '--quiet'], { cwd: root }) }
  // Not optimised: where nothing is compiled yet, that takes longer than all the checks.
  const env = { ...process.env, GOFLAGS: "-mod=readonly '-gcflags=all=-N -l'", GOWORK: 'off' }
  if (await runs('go', 'version'))
    return {
      name: 'compose-go',
      check: (file) => run('go', ['run', '.', file], { cwd: join(import.meta.dirname, 'compose-check'), env, maxBuffer: 1 << 24 }),
    }
  return undefined
}

const checker = await findChecker()
if (checker) {
  test(
    `the compose file is what the Compose Specification allows (by ${checker.name})`,
    async () => {
      await expect(checker.check(composeFile)).resolves.toBeDefined()
    },
    CHECK_TIMEOUT_MS,
  )

  test.each([
    ['a field it does not know', (text: string) => text.replace('  init: true', '  inti: true'), /inti/],
    ['a dependency that is not there', (text: string) => text.replace('      gateway:\n', '      gatewya:\n'), /gatewya/],
  ])(
    'the check refuses %s',
    async (_what, spoil, told) => {
      const folder = await mkdtemp(join(tmpdir(), 'dcms-compose-'))
      const spoilt = join(folder, 'docker-compose.yml')
      await writeFile(spoilt, spoil(readFileSync(composeFile, 'utf8')))
      await expect(checker.check(spoilt)).rejects.toMatchObject({ stderr: expect.stringMatching(told) })
      await rm(folder, { recursive: true })
    },
    CHECK_TIMEOUT_MS,
  )
} else {
  test('NOT CHECKED against the Compose Specification: that takes Docker Compose or Go', () => expect(checker).toBeUndefined())
}

test.each(processes)('%s is started after the engines and the keys, checked, and ended gracefully', (name) => {
  const service = serviceOf(name)
  expect(service.healthcheck?.test.join(' ')).toContain('/health/ready')
  expect(service).toMatchObject({ init: true, read_only: true, stop_grace_period: '30s' })
  expect(service.depends_on).toMatchObject({
    mongo: { condition: 'service_healthy' },
    kafka: { condition: 'service_healthy' },
    keys: { condition: 'service_completed_successfully' },
  })
})

test('the gateway is started last', () => {
  const others = processes.filter((name) => name !== 'gateway')
  for (const name of others) expect(serviceOf('gateway').depends_on?.[name]).toEqual({ condition: 'service_healthy' })
})

test('the register of processes, the folders and the compose file have the same services', () => {
  const folders = globSync('services/*/package.json', { cwd: root }).map((path) => basename(dirname(path)))
  expect(folders.toSorted()).toEqual([...serviceNames].toSorted())
  const beside = ['mongo', 'kafka', 'keys', 'sandbox', 'ops']
  expect(
    Object.keys(services)
      .filter((name) => !beside.includes(name))
      .toSorted(),
  ).toEqual([...processNames].toSorted())
})

/** The settings with addresses that the register asks for. */
function addressSettingsOf(name: ProcessName): string[] {
  const { asks, partners } = entryOf(name)
  return [
    ...(name === 'gateway' ? bankServices : partners).map((other) => `${settingPrefix(other)}_URL`),
    ...asks.map((other) => `${settingPrefix(other)}_INTERNAL_URL`),
  ]
}

test.each(processNames)('%s has the ports of the register, and the addresses of those whom it asks there', (name) => {
  const { environment = {} } = serviceOf(name)
  expect(environment).toMatchObject({ PORT: entryOf(name).port, INTERNAL_PORT: entryOf(name).internalPort })
  const addresses = Object.keys(environment).filter((each) => each.endsWith('_URL') && each !== 'MONGO_URL')
  expect(addresses.toSorted()).toEqual(addressSettingsOf(name).toSorted())
})

test('the dcms command is given the address of every process', () => {
  const given = Object.keys(serviceOf('ops').environment ?? {}).filter((each) => each.endsWith('_INTERNAL_URL'))
  expect(given.toSorted()).toEqual(processNames.map((name) => `${settingPrefix(name)}_INTERNAL_URL`).toSorted())
})

test.each([...folderOf])('%s runs its own entry file', (name, folder) => {
  expect(serviceOf(name).command).toEqual([`${folder}/src/main.ts`])
  expect(existsSync(join(root, folder, 'src', 'main.ts'))).toBe(true)
})

test.each([
  ['keys', serviceOf('keys').command[0] ?? ''],
  ['ops', 'infra/ops/src/dcms/dcms.ts'],
])('the entry file of %s is there', (_name, file) => expect(existsSync(join(root, file))).toBe(true))

const settingsIn = (text: string): { name: string; hasDefault: boolean }[] =>
  [...text.matchAll(/read\.(?:text|url|port|optional)\('([A-Z_]+)'(, )?/g)].map(([, name = '', fallback]) => ({
    name,
    hasDefault: fallback !== undefined,
  }))
const sharedSettings = [
  ...settingsIn(readFileSync(join(root, 'packages/service/src/settings/service-config.ts'), 'utf8')),
  // What a helper reads by a name that it is given.
  ...[...readFileSync(join(root, 'packages/service/src/settings/kafka-settings.ts'), 'utf8').matchAll(/'((?:KAFKA|DCMS)_[A-Z_]+)'/g)].map(
    ([, name = '']) => ({
      name,
      hasDefault: true,
    }),
  ),
  { name: 'DCMS_INSTALLATION', hasDefault: true },
  { name: 'DCMS_ENVIRONMENT', hasDefault: true },
  { name: 'LOG_LEVEL', hasDefault: true },
]

test.each([...folderOf])('%s is given the settings it reads, and no others', (name, folder) => {
  const derived = name === 'gateway' ? addressSettingsOf(name).map((each) => ({ name: each, hasDefault: false })) : []
  const read = [...sharedSettings, ...derived, ...settingsIn(readFileSync(join(root, folder, 'src', 'config.ts'), 'utf8'))]
  // The entry script turns a key's file into the setting.
  const given = Object.keys(serviceOf(name).environment ?? {}).map((each) => each.replace(/^(DCMS_(?:MASTER|ZONE)_KEY)_FILE$/, '$1'))
  expect(read.filter((each) => !each.hasDefault && !given.includes(each.name))).toEqual([])
  expect(given.filter((each) => !read.some((setting) => setting.name === each))).toEqual([])
})

/** A variable of the environment, as compose files write it. */
const variable = (name: string, fallback: number | string): string => `\${${name}:-${fallback}}`

/** Who stands outside, by the setting of the service that calls them. */
const partners = processNames.flatMap((caller) =>
  entryOf(caller).partners.map((partner) => ({ setting: `${settingPrefix(partner)}_URL`, caller, path: `/${partner}` })),
)
const developmentSettings = new Map(
  readFileSync(join(root, 'infra/deploy/development.env'), 'utf8')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
)

test('partners are the installation’s own choice, none where nothing is said; in development the sandbox is each of them', () => {
  const port = serviceOf('sandbox').environment?.PORT
  for (const { setting, caller, path } of partners) {
    expect(serviceOf(caller).environment?.[setting]).toBe(variable(setting, ''))
    expect(developmentSettings.get(setting)).toBe(`http://sandbox:${port}${path}`)
  }
  const settings = new Set(partners.map(({ setting }) => setting)) // one that several call stands once
  expect([...developmentSettings.keys()].toSorted()).toEqual([...settings, 'DCMS_ENVIRONMENT'].toSorted())
})

test('what is for tests only is closed where nothing is said, in every process', () => {
  for (const name of [...processes, 'sandbox'])
    expect(serviceOf(name).environment?.DCMS_ENVIRONMENT).toBe(variable('DCMS_ENVIRONMENT', 'production'))
  expect(developmentSettings.get('DCMS_ENVIRONMENT')).toBe('development')
})

test('engines without copies, TLS and passwords are said to be for trial, and can be exchanged for others', () => {
  for (const name of processes)
    expect(serviceOf(name).environment).toMatchObject({
      DCMS_ENGINES: variable('DCMS_ENGINES', 'trial'),
      KAFKA_SECURITY: variable('KAFKA_SECURITY', 'PLAINTEXT'),
    })
})

test('the sandbox runs in development only, without keys and callers, with just the settings it reads', () => {
  const { profiles, command, volumes, depends_on, environment = {}, healthcheck } = serviceOf('sandbox')
  expect({ profiles, command, volumes }).toEqual({ profiles: ['development'], command: ['infra/sandbox/src/main.ts'], volumes: undefined })
  expect(existsSync(join(root, 'infra/sandbox/src/main.ts'))).toBe(true)
  expect(depends_on).toEqual({ mongo: { condition: 'service_healthy' } })
  expect(healthcheck?.test.join(' ')).toContain('/health/ready')
  const read = settingsIn(readFileSync(join(root, 'infra/sandbox/src/config.ts'), 'utf8')).map(({ name }) => name)
  expect(Object.keys(environment).toSorted()).toEqual([...read, 'DCMS_INSTALLATION', 'LOG_LEVEL'].toSorted())
})

test('every address leads to the listener of its name', () => {
  const urls = Object.values(services).flatMap(({ environment = {} }) =>
    Object.entries(environment).filter(([name]) => name.endsWith('_URL')),
  )
  const checked = urls.filter(([name]) => name !== 'MONGO_URL' && !partners.some(({ setting }) => setting === name))
  expect(checked.length).toBeGreaterThan(0)
  for (const [name, value] of checked) {
    const { hostname, port } = new URL(String(value))
    const isInternal = name.endsWith('_INTERNAL_URL')
    expect(name).toBe(`${hostname.toUpperCase().replaceAll('-', '_')}_${isInternal ? 'INTERNAL_URL' : 'URL'}`)
    expect(Number(port)).toBe(serviceOf(hostname).environment?.[isInternal ? 'INTERNAL_PORT' : 'PORT'])
  }
})

test('npm start can use the engines alone: named mongo and kafka, on ports of its choice, on this machine only', () => {
  expect(serviceOf('mongo').ports).toEqual([`127.0.0.1:${variable('MONGO_PORT', 27117)}:27017`])
  expect(serviceOf('kafka').ports).toEqual([`127.0.0.1:${variable('KAFKA_PORT', 9192)}:9192`])
  expect(serviceOf('kafka').environment?.KAFKA_ADVERTISED_LISTENERS).toContain(`EXTERNAL://127.0.0.1:${variable('KAFKA_PORT', 9192)}`)
  for (const name of ['mongo', 'kafka']) expect(serviceOf(name).depends_on).toBeUndefined()
})

test('Kafka is the version that npm start runs without Docker', () => {
  const [image, version] = serviceOf('kafka').image?.split(':') ?? []
  expect(image).toBe('apache/kafka')
  expect(readFileSync(join(root, 'infra/local/kafka/pom.xml'), 'utf8')).toContain(`<version>${version}</version>`)
})

test('only the gateway, the engines and in development the sandbox are reached, from this machine alone, and no secret stands in the file', () => {
  const published = Object.entries(services).filter(([, { ports }]) => ports !== undefined)
  expect(published.map(([name]) => name).sort()).toEqual(['gateway', 'kafka', 'mongo', 'sandbox'])
  for (const [, { ports = [] }] of published) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  for (const { environment = {} } of Object.values(services)) {
    expect(environment).not.toHaveProperty('DCMS_MASTER_KEY')
    expect(environment).not.toHaveProperty('DCMS_ZONE_KEY')
  }
})

test('each process mounts its own keys, to read, and nothing of another; only the one-shot that makes them has all', () => {
  for (const name of [...processes, 'ops']) expect(serviceOf(name).volumes).toEqual([`keys-${name}:/keys:ro`])
  const handedOut = keyReceivers.map((name) => `keys-${name}:/handed-out/${name}`)
  expect(serviceOf('keys').volumes?.toSorted()).toEqual([...handedOut, 'keys:/keys'].toSorted())
  for (const name of processes) {
    const files = Object.values(serviceOf(name).environment ?? {}).filter((value) => String(value).startsWith('/keys/'))
    const own = keyFilesOf(name).map((file) => `/keys/${file}`)
    expect(files.toSorted()).toEqual(own.toSorted())
  }
})

test('every image has a version to the last number, every container a limit of memory and of its log', () => {
  for (const [name, { image, mem_limit, logging }] of Object.entries(services)) {
    if (image !== 'dcms') expect(`${name} ${image}`).toMatch(/:\d+\.\d+\.\d+$|@sha256:[0-9a-f]{64}$/)
    expect(`${name} ${mem_limit}`).toMatch(/ \d+[mg]$/)
    expect(logging).toEqual({ driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } })
  }
  const dockerfile = readFileSync(join(root, 'infra/deploy/Dockerfile'), 'utf8')
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const node = devDependencies['node-runtime'].replace('npm:node@', '')
  for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toBe(`node:${node}-slim`)
})
