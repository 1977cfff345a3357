// Keys of one installation: an ES256 pair per caller, a master key per process that wraps keys, one zone key; made once and kept.
import { generateKeyPair as generateKeyPairCallback, type JsonWebKey, randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Caller } from '@dcms/contract'

const generateKeyPair = promisify(generateKeyPairCallback)

/** Every process that signs context tokens, and the operator of the `dcms` command. */
export const callers: readonly Caller[] = ['gateway', 'customer', 'kit', 'pin-preference', 'ops']

const KEY_BYTES = 32

export interface InstallationKeys {
  /** Private JWK of a caller, `kid` = its name. */
  callerKeyFile(caller: Caller): string
  /** Public JWKS of all callers. */
  readonly callersFile: string
  /** Base64 of 32 bytes; every process has its own. */
  masterKey(process: Caller): string
  /** Base64 of 32 bytes; card numbers pass under it from the HSM of one context to that of another. */
  readonly zoneKey: string
}

/** Processes whose HSMs exchange card numbers. */
export const zoneKeyHolders: readonly Caller[] = ['kit', 'pin-preference']

export const callerKeyFile = (folder: string, caller: Caller): string => join(folder, `${caller}.jwk.json`)

/** Reads the keys of the folder and makes those that are missing; private files get mode 0600. */
export async function installationKeys(folder: string): Promise<InstallationKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const publicKeys: JsonWebKey[] = []
  const masterKeys = new Map<Caller, string>()
  for (const caller of callers) {
    const text = await readOrCreate(callerKeyFile(folder, caller), async () => JSON.stringify(await callerKey(caller)))
    const { d: _private, ...publicKey } = JSON.parse(text) as JsonWebKey
    publicKeys.push(publicKey)
    masterKeys.set(caller, await readOrCreate(join(folder, `${caller}.master-key`), newKey))
  }
  const zoneKey = await readOrCreate(join(folder, 'zone-key'), newKey)
  const callersFile = join(folder, 'callers.jwks.json')
  await writeFile(callersFile, JSON.stringify({ keys: publicKeys }, null, 2))
  return {
    callersFile,
    zoneKey,
    callerKeyFile: (caller) => callerKeyFile(folder, caller),
    masterKey: (process) => masterKeys.get(process) ?? '',
  }
}

/** The files of a folder of keys that one caller needs: its own, the public ones, and the zone key where it has a use for it. */
export const keyFilesOf = (caller: Caller): string[] => [
  `${caller}.jwk.json`,
  'callers.jwks.json',
  ...(caller === 'ops' ? [] : [`${caller}.master-key`]),
  ...(zoneKeyHolders.includes(caller) ? ['zone-key'] : []),
]

/** Copies to each caller, into a folder of its name, the keys that it needs and no others; what is there is brought up to date. */
export async function handOut(keysFolder: string, folder: string): Promise<void> {
  for (const caller of callers) {
    const own = join(folder, caller)
    await mkdir(own, { recursive: true, mode: 0o700 })
    for (const file of keyFilesOf(caller)) {
      const beside = join(own, `${file}.${randomUUID()}`)
      await writeFile(beside, await readFile(join(keysFolder, file)), { mode: 0o600, flag: 'wx' })
      await rename(beside, join(own, file))
    }
  }
}

const newKey = async (): Promise<string> => randomBytes(KEY_BYTES).toString('base64')

async function callerKey(caller: Caller): Promise<JsonWebKey> {
  const { privateKey } = await generateKeyPair('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid: caller, use: 'sig', alg: 'ES256' }
}

/** Two starts at once agree on one content: it is written beside first, so that nobody ever reads half a file, and only the first link counts. */
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
