// The register of processes: who there is in an installation, and what others must know of each.
// The launcher, the `dcms` command, the gateway, benches and tests derive from it;
// docker-compose.yml is compared with it.
import type { KeyPurposeName } from './key-purposes.ts'

/**
 * The services, each a folder under `services` and a process with databases and a topic of its own.
 */
export const serviceNames = ['customer', 'kit', 'pin-preference', 'wallet-ncmc', 'inventory-order'] as const
export type ServiceName = (typeof serviceNames)[number]

/**
 * Contexts whose calls stand in the contract while nobody offers them yet; all their calls are
 * listed in `stillToCome`.
 */
export const plannedContexts = [] as const

export type ProcessName = ServiceName | 'gateway'

/** All processes of DCMS, the gateway last: it is of use only when the others are there. */
export const processNames: readonly ProcessName[] = [...serviceNames, 'gateway']

/**
 * Who stands outside and is called at a base URL, in development the sandbox in the place of each.
 */
export type Partner = 'courier' | 'messaging' | 'cms' | 'vendor' | 'core-banking'

/** One process, as the others know it. */
export interface RegisteredProcess {
  /** The ports of development and of docker-compose.yml. */
  readonly port: number
  readonly internalPort: number
  /** Offers calls to banks, so that the gateway forwards to it. */
  readonly forBanks: boolean
  /** Whose internal listeners it asks. Its `config.ts` reads `<NAME>_INTERNAL_URL` of each. */
  readonly asks: readonly ServiceName[]
  /** Which partners it calls. Its `config.ts` reads `<PARTNER>_URL` of each. */
  readonly partners: readonly Partner[]
  /**
   * Tenants' keys that its HSM holds. A purpose that several hold is another key in each, except
   * `transport`: there all hold the same.
   */
  readonly keys: readonly KeyPurposeName[]
  /**
   * Whether its HSM and that of another exchange card numbers: both hold the installation's zone
   * key.
   */
  readonly hasZoneKey: boolean
}

/** What is known of each process. */
export const processes = {
  gateway: { port: 8080, internalPort: 8081, forBanks: false, asks: [], partners: [], keys: [], hasZoneKey: false },
  customer: {
    port: 8110,
    internalPort: 8111,
    forBanks: true,
    asks: ['kit', 'pin-preference'],
    partners: ['messaging'],
    keys: ['data'],
    hasZoneKey: false,
  },
  kit: {
    port: 8120,
    internalPort: 8121,
    forBanks: true,
    asks: ['customer', 'pin-preference', 'inventory-order'],
    partners: ['courier', 'vendor'],
    keys: ['data', 'index', 'numbering', 'cvk', 'field', 'transport'],
    hasZoneKey: true,
  },
  'pin-preference': {
    port: 8130,
    internalPort: 8131,
    forBanks: true,
    asks: ['customer', 'kit'],
    partners: ['vendor'],
    keys: ['data', 'pvk', 'pin', 'mailer', 'switch', 'transport'],
    hasZoneKey: true,
  },
  'wallet-ncmc': {
    port: 8140,
    internalPort: 8141,
    forBanks: true,
    asks: ['kit'],
    partners: ['core-banking'],
    keys: [],
    hasZoneKey: false,
  },
  'inventory-order': {
    port: 8150,
    internalPort: 8151,
    forBanks: true,
    asks: ['kit'],
    partners: ['cms'],
    keys: [],
    hasZoneKey: false,
  },
} as const satisfies Readonly<Record<ProcessName, RegisteredProcess>>

/** The processes whose entry has, under `Member`, something other than `Value`. */
type Without<Member extends keyof RegisteredProcess, Value> = {
  [Name in ProcessName]: (typeof processes)[Name][Member] extends Value ? never : Name
}[ProcessName]

/** The services that the gateway forwards to. */
export type BankService = Without<'forBanks', false>
export const bankServices: readonly BankService[] = serviceNames.filter((name): name is BankService => entryOf(name).forBanks)

/** The contexts that hold tenants' keys. */
export type KeyContext = Without<'keys', readonly []>
export const keyContexts: readonly KeyContext[] = serviceNames.filter((name): name is KeyContext => entryOf(name).keys.length > 0)

/** A process's entry, its members as wide as those of any. */
export function entryOf(name: ProcessName): RegisteredProcess {
  return processes[name]
}

/**
 * Whether it wraps keys under a master key of its own: the gateway its key pairs, a service those
 * of tenants.
 */
export const hasMasterKey = (name: ProcessName): boolean => name === 'gateway' || entryOf(name).keys.length > 0

/** How settings begin that concern a process or partner: `pin-preference` → `PIN_PREFERENCE`. */
export const settingPrefix = (name: string): string => name.toUpperCase().replaceAll('-', '_')

/** A record with one value for each of the names. */
export const recordOf = <Name extends string, Value>(names: readonly Name[], value: (name: Name) => Value): Record<Name, Value> =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>
