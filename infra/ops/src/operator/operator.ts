// What an operator does to a running installation: tenants, users, keys, PINs; over the internal
// API with the operator's own key.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AddUser,
  type AuditInstance,
  addUserEndpoint,
  applyTenantEndpoint,
  auditInstancesEndpoint,
  type Context,
  closeKitEndpoint,
  type ErrorCode,
  type InternalEndpoint,
  internalEndpoint,
  type KitIsClosed,
  listUsersEndpoint,
  type PinMailerBatch,
  type ProcessName,
  type ProducePinMailers,
  processNames,
  producePinMailersEndpoint,
  setUserStateEndpoint,
  showPrinterKeyEndpoint,
  showVendorKeyEndpoint,
  type TenantDefinition,
  tenantVersionPath,
  tenantVersionRequest,
  type UserShown,
  type UserState,
  unlockPinEndpoint,
  type VendorKeyShown,
} from '@dcms/contract'
import { callerTokens, type InternalClient, internalClient, ServiceUnavailable } from '@dcms/service'
import { type JobOperations, jobOperations } from './operator-jobs.ts'
import { type KeyOperations, keyOperations, type OperatorCall } from './operator-keys.ts'
import { type OrderOperations, orderOperations } from './operator-orders.ts'
import { type StockOperations, stockOperations } from './operator-stock.ts'

const WAIT_TIMEOUT_MS = 60_000
const WAIT_POLL_MS = 100
/**
 * A process that has just learnt of a tenant may need a moment; every command that is not called
 * `once` may be repeated.
 */
const TRIES_MAX = 10
const TRIES_PAUSE_MS = 500

/** A refusal of a known code, with the fields at fault. */
export class OperatorRefused extends Error {
  readonly code: ErrorCode
  readonly fieldError: readonly string[]

  constructor(what: string, code: ErrorCode, fieldError: readonly string[]) {
    super(`${what} was refused: ${code}${fieldError.length > 0 ? `\n${fieldError.map((line) => `  ${line}`).join('\n')}` : ''}`)
    this.name = 'OperatorRefused'
    this.code = code
    this.fieldError = fieldError
  }
}

/** The process at `address` could not be reached or did not answer properly. */
export class OperatorUnreachable extends Error {
  constructor(owner: ProcessName, address: string, tenant: string, cause: unknown) {
    super(
      isRefusedConnection(cause)
        ? `${owner} does not answer at ${address}. Is everything running (npm start)?`
        : `${owner} cannot do it now at ${address}. Is everything running (npm start), and is ${tenant} a tenant that was applied (dcms tenant apply)?`,
      { cause },
    )
    this.name = 'OperatorUnreachable'
  }
}

/** No answer came to something that must not be done twice. */
export class OutcomeUnknown extends Error {
  constructor(what: string, owner: ProcessName, cause: unknown) {
    super(`${owner} gave no answer about ${what}: it may be done or not. Look with dcms keys list before you repeat.`, { cause })
    this.name = 'OutcomeUnknown'
  }
}

export interface Operator {
  /**
   * Stores and publishes the definition; the same one again changes nothing. `waitFor`: returns
   * when those processes work with it.
   */
  applyTenant(
    definition: TenantDefinition,
    options?: { waitFor?: readonly ProcessName[] },
  ): Promise<{ tenant: string; version: number; changed: boolean }>
  /** Adds a user or gives a known one a new password and roles. */
  addUser(user: AddUser): Promise<{ username: string; created: boolean }>
  /** The API users of a tenant, deleted ones too. */
  listUsers(tenant: string): Promise<UserShown[]>
  /** Disables, enables or deletes an API user; tokens given before end. */
  setUserState(tenant: string, username: string, state: UserState): Promise<{ changed: boolean }>
  /** A tenant's keys, by context. */
  keys: KeyOperations
  /**
   * The same with the key of a second officer, where one was given: for ceremonies that one program
   * plays alone, as the demo does.
   */
  keysOfSecondOfficer: KeyOperations | undefined
  /** The runs of a process that should be in the audit trail. */
  auditInstances(process: ProcessName): Promise<AuditInstance[]>
  /** Makes a locked PIN usable again; `unlocked` is false when it was not locked. */
  unlockPin(tenant: string, card: { kitNo: string; reason?: string }): Promise<{ kitNo: string; unlocked: boolean }>
  /** Closes a kit for good. */
  closeKit(tenant: string, kit: { kitNo: string; reason?: string }): Promise<KitIsClosed>
  /**
   * Makes the new PINs of a batch of ordered PIN mailers; the same batch again gives the same
   * lines.
   */
  producePinMailers(tenant: string, batch: ProducePinMailers): Promise<PinMailerBatch>
  /** The bank's OpenPGP public key for card vendors: of files with cards, or of those with PINs. */
  vendorKey(tenant: string, of?: 'cards' | 'pins'): Promise<VendorKeyShown>
  /** Work by the clock: what ran, and runs by hand. */
  jobs: JobOperations
  /** Card orders. */
  orders: OrderOperations
  /** The stock of branches. */
  stock: StockOperations
  /**
   * The version of the tenant's definition that a process works with; 0 when it does not know the
   * tenant.
   */
  tenantVersion(process: ProcessName, tenant: string): Promise<number>
  close(): Promise<void>
}

export interface OperatorOptions {
  /** Base URL of each process's internal listener. */
  internalUrls: Readonly<Record<ProcessName, string>>
  /** The operator's private key, a JWK file with the name in its `kid`: that is who acts. */
  keyFile: string
  /** Key of a second officer. */
  secondKeyFile?: string
}

const tenantVersionOf = (owner: Context): InternalEndpoint<{ tenant: string }, { version: number }> =>
  internalEndpoint<{ tenant: string }, { version: number }>()({
    name: 'tenantVersion',
    method: 'POST',
    path: tenantVersionPath,
    owner,
    callers: ['ops'],
    summary: 'The version of a tenant’s definition that this process works with',
    idempotency: 'read',
    request: tenantVersionRequest,
    result: { type: 'object' },
    errors: ['invalid.input.request'],
  })

/** Makes the operator's side of the internal API. Nothing is opened until the first call. */
export function createOperator({ internalUrls, keyFile, secondKeyFile }: OperatorOptions): Operator {
  const clients = new Map<string, InternalClient>()
  const clientOf = (owner: ProcessName, file: string): InternalClient => {
    const known = clients.get(`${owner} ${file}`)
    if (known) return known
    const tokens = callerTokens({ caller: 'ops', keyFile: file })
    const made = internalClient({ baseUrl: internalUrls[owner], audience: owner, tokens })
    clients.set(`${owner} ${file}`, made)
    return made
  }
  const callAs =
    (file: string): OperatorCall =>
    async (owner, tenant, what, endpoint, body, { once = false } = {}) => {
      const requestId = randomUUID()
      const scope = { tenant: { id: tenant }, user: '', roles: [], requestId } // the key says who it is and what they may do
      for (let tries = 1; ; tries++) {
        try {
          const answer = await clientOf(owner, file).call(withRefusals(endpoint), body, scope, { idempotencyKey: requestId })
          if (answer.kind === 'refused') throw new OperatorRefused(what, answer.code, answer.fieldError)
          return answer.result
        } catch (error) {
          if (!(error instanceof ServiceUnavailable)) throw error
          if (isRefusedConnection(error)) throw new OperatorUnreachable(owner, internalUrls[owner], tenant, error)
          if (once) throw new OutcomeUnknown(what, owner, error)
          if (tries === TRIES_MAX) throw new OperatorUnreachable(owner, internalUrls[owner], tenant, error)
          await sleep(TRIES_PAUSE_MS)
        }
      }
    }
  const call = callAs(keyFile)
  const orders = orderOperations(call)
  const tenantVersion: Operator['tenantVersion'] = async (process, tenant) =>
    (await call(process, tenant, `asking ${process} for its version of ${tenant}`, tenantVersionOf(process), { tenant })).version

  return {
    tenantVersion,
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()))
      clients.clear()
    },
    async applyTenant(definition, { waitFor = [] } = {}) {
      const applied = await call('gateway', definition.tenant, `tenant ${definition.tenant}`, applyTenantEndpoint, definition)
      await waitForVersion(tenantVersion, waitFor, applied)
      return applied
    },
    addUser: (added) => call('gateway', added.tenant, `user ${added.username} of ${added.tenant}`, addUserEndpoint, added),
    async listUsers(tenant) {
      const users: UserShown[] = []
      for (let after: string | undefined; ; after = users.at(-1)?.username) {
        const body = { tenant, ...(after !== undefined && { after }) }
        const page = await call('gateway', tenant, `the list of users of ${tenant}`, listUsersEndpoint, body)
        users.push(...page.users)
        if (!page.more) return users
      }
    },
    setUserState: (tenant, username, state) =>
      call('gateway', tenant, `user ${username} of ${tenant}`, setUserStateEndpoint, { tenant, username, state }),
    keys: keyOperations(call),
    keysOfSecondOfficer: secondKeyFile === undefined ? undefined : keyOperations(callAs(secondKeyFile)),
    auditInstances: async (process) =>
      (await call(process, '', `the audit register of ${process}`, auditInstancesEndpoint(process), {})).instances,
    unlockPin: (tenant, card) => call('pin-preference', tenant, `unlocking the PIN of kit ${card.kitNo}`, unlockPinEndpoint, card),
    closeKit: (tenant, kit) => call('kit', tenant, `closing kit ${kit.kitNo}`, closeKitEndpoint, kit),
    producePinMailers: (tenant, batch) =>
      call('pin-preference', tenant, `batch ${batch.batchId} of PIN mailers`, producePinMailersEndpoint, batch),
    jobs: jobOperations(call),
    orders,
    stock: stockOperations(call, orders),
    vendorKey: (tenant, of = 'cards') =>
      of === 'cards'
        ? call('kit', tenant, `the key of ${tenant} for card vendors`, showVendorKeyEndpoint, {})
        : call('pin-preference', tenant, `the key of ${tenant} for printers of PINs`, showPrinterKeyEndpoint, {}),
  }
}

/** What the door of every process may answer to an operator, whatever the endpoint. */
const withRefusals = <Body, Result>(endpoint: InternalEndpoint<Body, Result>): InternalEndpoint<Body, Result> => ({
  ...endpoint,
  errors: [...endpoint.errors, 'auth.token.missing', 'auth.token.invalid', 'auth.forbidden'],
})

/** Nobody listens there; waiting would not help. */
function isRefusedConnection(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if ('code' in at && at.code === 'ECONNREFUSED') return true
  return false
}

async function waitForVersion(
  versionOf: Operator['tenantVersion'],
  waitFor: readonly ProcessName[],
  wanted: { tenant: string; version: number },
): Promise<void> {
  const until = performance.now() + WAIT_TIMEOUT_MS
  let missing = processNames.filter((name) => waitFor.includes(name))
  while (missing.length > 0) {
    const versions = await Promise.all(missing.map((name) => versionOf(name, wanted.tenant)))
    missing = missing.filter((_, position) => (versions[position] ?? 0) < wanted.version)
    if (missing.length === 0) return
    if (performance.now() > until)
      throw new Error(
        `After ${WAIT_TIMEOUT_MS / 1000} s ${missing.join(', ')} had not yet picked up version ${wanted.version} of ${wanted.tenant}. Is Kafka up?`,
      )
    await sleep(WAIT_POLL_MS)
  }
}
