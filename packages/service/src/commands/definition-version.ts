// What this process has not heard of yet is "not now", not "no": callers say which version of the
// bank's definition they work with.
import type { ErrorCode } from '@dcms/contract'
import { isStoreAway } from '@dcms/events'
import type { Tenant } from '../store/tenant.ts'
import { type Outcome, ServiceUnavailable } from './decision.ts'

/**
 * Tells the version of the bank's definition with a call: from the gateway to services and among
 * them.
 */
export const DEFINITION_VERSION_HEADER = 'x-dcms-definition-version'

/** Refusals that the bank's definition decides: another version of it may say otherwise. */
const DECIDED_BY_DEFINITION: ReadonlySet<ErrorCode> = new Set([
  'product.not.found',
  'bin.not.found',
  'bin.range.exhausted',
  'tier.not.found',
  'scheme.not.found',
  'plastic.not.found',
  'invalid.product.config',
  'invalid.daily.limit.product',
  'product.level.disable',
])

export interface Versions {
  tenant: Pick<Tenant, 'id' | 'version'>
  callersVersion?: number | undefined
}

/** The version in a header; none for anything else. */
export function callersVersionOf(header: string | undefined): number | undefined {
  return header !== undefined && /^[1-9]\d{0,8}$/.test(header) ? Number(header) : undefined
}

/** Whether the caller works with a newer definition of the bank than this process has got. */
export const isBehind = ({ tenant, callersVersion }: Versions): boolean => callersVersion !== undefined && callersVersion > tenant.version

/**
 * Runs a command under the definition that is here.
 * @throws ServiceUnavailable instead of a refusal by the definition, or of a fault, when the caller
 * has a newer one: it is on its way
 */
export async function withNewestDefinition<Result, Code extends ErrorCode>(
  versions: Versions,
  run: () => Promise<Outcome<Result, Code>>,
): Promise<Outcome<Result, Code>> {
  const notYet = (options?: ErrorOptions) =>
    new ServiceUnavailable(`version ${versions.callersVersion} of the definition of ${versions.tenant.id} has not come yet`, options)
  try {
    const outcome = await run()
    if (outcome.kind === 'refused' && DECIDED_BY_DEFINITION.has(outcome.code) && isBehind(versions)) throw notYet()
    return outcome
  } catch (error) {
    if (!isBehind(versions) || error instanceof ServiceUnavailable || isStoreAway(error)) throw error
    throw notYet({ cause: error })
  }
}
