// Keys of one installation: an ES256 pair per caller and demo officer, a master key per process
// that wraps keys, one zone key; made once and kept.
import { generateKeyPair as generateKeyPairCallback, type JsonWebKey, randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { entryOf, hasMasterKey, type OperatorRole, operatorRoles, type ProcessName, processNames } from '@dcms/contract'
import { newOperator, operatorsFileWith } from '../operator/operator-key-files.ts'

const generateKeyPair = promisify(generateKeyPairCallback)

/** Operators of a development installation. Two, for keys take two officers. */
export const demoOfficers = ['demo-officer-1', 'demo-officer-2'] as const
export type DemoOfficer = (typeof demoOfficers)[number]
const demoRoles: Readonly<Record<DemoOfficer, readonly OperatorRole[]>> = {
  'demo-officer-1': operatorRoles,
  'demo-officer-2': ['KEY_OFFICER'],
}

const KEY_BYTES = 32

export interface InstallationKeys {
  /** Private JWK of a caller, `kid` = its name. */
  callerKeyFile(caller: ProcessName): string
  /** Public JWKS of all callers. */
  readonly callersFile: string
  /** Public JWKS of operators with their roles. */
  readonly operatorsFile: string
  operatorKeyFile(officer: DemoOfficer): string
  /** Base64 of 32 bytes; every process that wraps keys has its own. */
  masterKey(process: ProcessName): string
  /**
   * Base64 of 32 bytes; card numbers pass under it from the HSM of one context to that of another.
   */
  readonly zoneKey: string
}

export const callerKeyFile = (folder: string, caller: ProcessName): string => join(folder, `${caller}.jwk.json`)

export const operatorKeyFile = (folder: string, officer: DemoOfficer): string => join(folder, `${officer}.operator.jwk.json`)

/** Reads the keys of the folder and makes those that are missing; private files get mode 0600. */
export async function installationKeys(folder: string): Promise<InstallationKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const publicKeys: JsonWebKey[] = []
  const masterKeys = new Map<ProcessName, string>()
  for (const caller of processNames) {
    const text = await readOrCreate(callerKeyFile(folder, caller), async () => JSON.stringify(await callerKey(caller)))
    const { d: _private, ...publicKey } = JSON.parse(text) as JsonWebKey
    publicKeys.push(publicKey)
    if (hasMasterKey(caller)) masterKeys.set(caller, await readOrCreate(join(folder, `${caller}.master-key`), newKey))
  }
  const operatorsFile = join(folder, 'operators.jwks.json')
  for (const officer of demoOfficers) {
    const text = await readOrCreate(operatorKeyFile(folder, officer), async () => JSON.stringify(await newOperator(officer)))
    await operatorsFileWith(operatorsFile, JSON.parse(text), demoRoles[officer])
  }
  const zoneKey = await readOrCreate(join(folder, 'zone-key'), newKey)
  const callersFile = join(folder, 'callers.jwks.json')
  await writeFile(callersFile, JSON.stringify({ keys: publicKeys }, null, 2))
  return {
    callersFile,
    operatorsFile,
    operatorKeyFile: (officer) => operatorKeyFile(folder, officer),
    zoneKey,
    callerKeyFile: (caller) => callerKeyFile(folder, caller),
    masterKey: (process) => masterKeys.get(process) ?? '',
  }
}

/**
 * Who gets keys of an installation in containers: the processes, and the demo officers for trials.
 */
export const keyReceivers: readonly KeyReceiver[] = [...processNames, 'ops']
export type KeyReceiver = ProcessName | 'ops'

/**
 * The files of a folder of keys that one receiver needs: its own, the public ones, and the zone key
 * where it has a use for it.
 */
export const keyFilesOf = (receiver: KeyReceiver): string[] =>
  receiver === 'ops'
    ? ['callers.jwks.json', ...demoOfficers.map((officer) => `${officer}.operator.jwk.json`)]
    : [
        `${receiver}.jwk.json`,
        'callers.jwks.json',
        'operators.jwks.json',
        ...(hasMasterKey(receiver) ? [`${receiver}.master-key`] : []),
        ...(entryOf(receiver).hasZoneKey ? ['zone-key'] : []),
      ]

/**
 * Copies to each receiver, into a folder of its name, the keys that it needs and no others; what is
 * there is brought up to date.
 */
export async function handOut(keysFolder: string, folder: string): Promise<void> {
  for (const receiver of keyReceivers) {
    const own = join(folder, receiver)
    await mkdir(own, { recursive: true, mode: 0o700 })
    for (const file of keyFilesOf(receiver)) {
      const beside = join(own, `${file}.${randomUUID()}`)
      await writeFile(beside, await readFile(join(keysFolder, file)), { mode: 0o600, flag: 'wx' })
      await rename(beside, join(own, file))
    }
  }
}

const newKey = async (): Promise<string> => randomBytes(KEY_BYTES).toString('base64')

async function callerKey(caller: ProcessName): Promise<JsonWebKey> {
  const { privateKey } = await generateKeyPair('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid: caller, use: 'sig', alg: 'ES256' }
}

/**
 * Two starts at once agree on one content: it is written beside first, so that nobody ever reads
 * half a file, and only the first link counts.
 */
async function readOrCreate(path: string, create: () => Promise<string>): Promise<string> {
  const existing = await readIfThere(path)
  if (existing !== undefined) return existing
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, await create(), { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, path)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  } finally {
    await rm(draft)
  }
  return readFile(path, 'utf8')
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

const isErrno = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code
