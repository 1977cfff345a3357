// The demo banks: their definitions out of infra/tenants, the access that a demo client has to
// them, the keys that others hold.
import { randomBytes } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { processNames, type TenantDefinition } from '@dcms/contract'
import { Dcms, type DcmsOptions } from '@dcms/sdk'
import { generateKeyPair, type PrivateJwk } from '@dcms/sealing'
import { workspaceRoot } from '../launcher/process-environment.ts'
import { type Operator, OperatorRefused } from '../operator/operator.ts'
import { readJson, readTenantFile } from '../operator/tenant-file.ts'
import { ensureKeys } from './demo-keys.ts'

export type DemoTenant = 'ACME_BANK' | 'SANDBOX_BANK'

/** What a bank holds of one tenant; exactly what the SDK takes. */
export interface DemoAccess {
  username: string
  password: string
  clientKeys: { keys: PrivateJwk[] }
  /** Base64 of 32 bytes. */
  pinKey: string
  /** Base64 of 32 bytes. */
  fieldKey: string
}

export interface DemoClient {
  baseUrl: string
  tenants: Record<DemoTenant, DemoAccess>
}

/**
 * What the transport officers and the printer of PIN mailers hold of ACME_BANK: never the bank's
 * client. Base64 of 32 bytes each.
 */
export interface DemoKeyHolders {
  transportKey: string
  mailerKey: string
}

const files: Readonly<Record<DemoTenant, string>> = {
  ACME_BANK: join(workspaceRoot, 'infra', 'tenants', 'acme-bank.json'),
  SANDBOX_BANK: join(workspaceRoot, 'infra', 'tenants', 'sandbox-bank.json'),
}
const demoTenants: readonly DemoTenant[] = ['ACME_BANK', 'SANDBOX_BANK']
const KEY_BYTES = 32
const PASSWORD_BYTES = 18
/** Of the token that the journey shows as expired. */
const SHORT_TOKEN_LIFE_SECONDS = 1

export const demoClientFile = (stateDir: string): string => join(stateDir, 'demo-client.json')
export const demoKeyHoldersFile = (stateDir: string): string => join(stateDir, 'demo-key-holders.json')

/**
 * The demo client's access: what was made at an earlier start, else made now; written with mode
 * 0600.
 */
export async function demoClient(stateDir: string, baseUrl: string): Promise<DemoClient> {
  const file = demoClientFile(stateDir)
  const earlier = await readEarlier<DemoClient>(file)
  const accessOf = (tenant: DemoTenant): DemoAccess => earlier?.tenants[tenant] ?? newAccess(tenant)
  const client: DemoClient = { baseUrl, tenants: { ACME_BANK: accessOf('ACME_BANK'), SANDBOX_BANK: accessOf('SANDBOX_BANK') } }
  await writePrivately(file, client)
  return client
}

/** The keys of the other holders: kept, or made now; written with mode 0600. */
export async function demoKeyHolders(stateDir: string): Promise<DemoKeyHolders> {
  const file = demoKeyHoldersFile(stateDir)
  const earlier = await readEarlier<DemoKeyHolders>(file)
  if (earlier) return earlier
  const holders: DemoKeyHolders = { transportKey: newKey(), mailerKey: newKey() }
  await writePrivately(file, holders)
  return holders
}

async function writePrivately(file: string, content: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.${process.pid}`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.${process.pid}`, file)
}

async function readEarlier<Content>(file: string): Promise<Content | undefined> {
  try {
    return (await readJson(file)) as Content
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw error
  }
}

const newKey = (): string => randomBytes(KEY_BYTES).toString('base64')

function newAccess(tenant: DemoTenant): DemoAccess {
  const kid = `${tenant.toLowerCase().replace('_', '-')}-1`
  return {
    username: 'demo_client',
    password: randomBytes(PASSWORD_BYTES).toString('base64url'),
    clientKeys: { keys: [generateKeyPair('P-256', kid)] },
    pinKey: newKey(),
    fieldKey: newKey(),
  }
}

/** What the SDK needs to act for a demo tenant. */
export function sdkOptions(client: DemoClient, tenant: DemoTenant): DcmsOptions {
  const { username, password, clientKeys, pinKey, fieldKey } = client.tenants[tenant]
  return { baseUrl: client.baseUrl, tenant, username, password, keys: { clientKeys, pinKey, fieldKey } }
}

/** A demo tenant's definition with the demo client's public keys in it. */
export const demoDefinition = (client: DemoClient, tenant: DemoTenant): Promise<TenantDefinition> =>
  readTenantFile(files[tenant], client.tenants[tenant].clientKeys)

/**
 * Applies both tenants, their users and exchanged keys (as components of two officers); a repeat
 * changes nothing that callers see, and makes no further version of a key. `holders`: the keys of
 * the transport officers and of the printer, for ACME_BANK.
 * @returns a token of SANDBOX_BANK that was given for one second: SANDBOX_BANK has that token life
 * for the moment of this one login
 */
export async function setUpDemoTenants(
  operator: Operator,
  client: DemoClient,
  holders?: DemoKeyHolders,
): Promise<{ shortLivedToken: string }> {
  const waitFor = processNames
  for (const tenant of demoTenants) {
    const { username, password, pinKey, fieldKey } = client.tenants[tenant]
    await applyDemoTenant(operator, await definitionForSetUp(client, tenant))
    await operator.addUser({ tenant, username, password, roles: ['API_CLIENT'] })
    const others = tenant === 'ACME_BANK' && holders ? { transport: holders.transportKey, mailer: holders.mailerKey } : {}
    await ensureKeys(operator, tenant, { ...others, field: fieldKey, pin: pinKey })
  }
  const dcms = new Dcms({ ...sdkOptions(client, 'SANDBOX_BANK'), mode: 'clear' })
  const shortLivedToken = await dcms.currentToken()
  await dcms.close()
  await operator.applyTenant(await demoDefinition(client, 'SANDBOX_BANK'), { waitFor })
  return { shortLivedToken }
}

/**
 * What an earlier release left behind may be more than a definition can change: cards of it exist.
 */
async function applyDemoTenant(operator: Operator, definition: TenantDefinition): Promise<void> {
  try {
    await operator.applyTenant(definition, { waitFor: processNames })
  } catch (error) {
    if (!(error instanceof OperatorRefused)) throw error
    throw new Error(`${error.message}\nAre the demo banks those of an earlier release? npm run infra -- reset begins anew.`, {
      cause: error,
    })
  }
}

async function definitionForSetUp(client: DemoClient, tenant: DemoTenant): Promise<TenantDefinition> {
  const definition = await demoDefinition(client, tenant)
  if (tenant !== 'SANDBOX_BANK') return definition
  return { ...definition, settings: { ...definition.settings, tokenLifeSeconds: SHORT_TOKEN_LIFE_SECONDS } as TenantDefinition['settings'] }
}
