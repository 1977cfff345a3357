// The gateway's settings: the only file that reads process.env. A wrong or missing value stops the
// start with one sentence.
import type { BlockList } from 'node:net'
import { availableParallelism } from 'node:os'
import { parseMasterKey } from '@dcms/card-crypto'
import { type BankService, bankServices, recordOf, settingPrefix } from '@dcms/contract'
import { type ServiceConfig, SettingsError, serviceConfig, settings } from '@dcms/service'
import { parseProxies } from './exchange/caller-address.ts'

/** Worker threads of one gateway. */
export const WORKERS_MAX = 32

export interface GatewayConfig extends ServiceConfig {
  /** 32 bytes; keys of the gateway are wrapped under it. */
  readonly masterKey: Uint8Array
  /**
   * Proxies in front of the gateway, whose X-Forwarded-For tells the caller's address; null for
   * none.
   */
  readonly trustedProxies: BlockList | null
  /**
   * On how many threads calls of banks are served; 1: on the main thread, as anything else is. More
   * need Linux.
   */
  readonly workers: number
  /** Public listener of each service that banks call: `KIT_URL` and so on. */
  readonly serviceUrls: Readonly<Record<BankService, string>>
}

export function readConfig(environment: NodeJS.ProcessEnv = process.env): GatewayConfig {
  const read = settings(environment)
  return {
    ...serviceConfig(read),
    masterKey: masterKeyOf(read.text('DCMS_MASTER_KEY')),
    trustedProxies: proxiesIn(read.optional('TRUSTED_PROXIES')),
    workers: workersIn(read.text('GATEWAY_WORKERS', '1')),
    serviceUrls: recordOf(bankServices, (name) => read.url(`${settingPrefix(name)}_URL`)),
  }
}

function proxiesIn(text: string | undefined): BlockList | null {
  if (text === undefined) return null
  const proxies = parseProxies(text)
  if (proxies === null) throw new SettingsError('TRUSTED_PROXIES must be a comma-separated list of addresses or CIDR ranges')
  return proxies
}

function workersIn(text: string): number {
  const workers = text === 'all' ? Math.min(availableParallelism(), WORKERS_MAX) : Number(text)
  if (!Number.isInteger(workers) || workers < 1 || workers > WORKERS_MAX)
    throw new SettingsError(`GATEWAY_WORKERS must be all, or a whole number from 1 to ${WORKERS_MAX}`)
  return workers
}

function masterKeyOf(base64: string): Uint8Array {
  try {
    return parseMasterKey(base64)
  } catch {
    throw new SettingsError('DCMS_MASTER_KEY must be 32 bytes in Base64')
  }
}
