// Reserving the cards of an issuing command at the kit context, before anything is noted with the
// customer.
import { reserveKitsEndpoint } from '@dcms/contract'
import { hashOf, type InternalClient, type Refused, refuse, type Scope, ServiceUnavailable } from '@dcms/service'
import type { Issuing } from './customer.ts'

const HASH_CHARS = 16

export type IssuingRefusal =
  | 'kit.not.found'
  | 'invalid.kit.info'
  | 'tier.not.found'
  | 'plastic.not.found'
  | 'product.not.found'
  | 'invalid.source.account'
  | 'invalid.input.request'
  | 'bin.range.exhausted'
  | 'service.unavailable'

type Reserving = Pick<Issuing, 'commandId' | 'attempt' | 'kits' | 'deliveryAddress'>

/**
 * Has the kits numbered and kept back for a while: unseen, and given up by themselves unless
 * somebody confirms them. The same command gets the same ones again.
 * @throws ServiceUnavailable while the kit context is away
 */
export async function reserveCards(
  scope: Scope,
  entityId: string,
  reserving: Reserving,
  kit: InternalClient,
): Promise<{ kind: 'reserved'; kitNos: string[] } | Refused<IssuingRefusal>> {
  const { kits, deliveryAddress } = reserving
  if (kits.length === 0) return { kind: 'reserved', kitNos: [] }
  const commandId = reservationOf(reserving)
  const body = { commandId, entityId, kits, ...(deliveryAddress && { deliveryAddress }) }
  // A command that is run again under a newer definition of the bank may ask for other products:
  // that is another reservation.
  const key = `${commandId} ${hashOf(body).slice(0, HASH_CHARS)}`
  const reserved = await kit.call(reserveKitsEndpoint, body, scope, { idempotencyKey: key })
  if (reserved.kind === 'answer') return { kind: 'reserved', kitNos: reserved.result.kitNos }
  if (reserved.code === 'service.unavailable') throw new ServiceUnavailable('the kit service cannot reserve now')
  return refuse(reserved.code, reserved.fieldError)
}

/** Another one for each attempt. */
export const reservationOf = ({ commandId, attempt }: Pick<Issuing, 'commandId' | 'attempt'>): string =>
  attempt === 1 ? commandId : `${commandId}/${attempt}`
