// Whether a physical card can be sent where it is wanted: the customer context knows the addresses.
import { deliveryToEndpoint } from '@dcms/contract'
import { type InternalClient, type Refused, refuse, type Scope } from '@dcms/service'
import type { Kit } from '../kit.ts'

/** Null when the customer has the address, or none is needed. */
export async function addressRefusal(
  { entityId, deliveryAddress }: { entityId: string } & Pick<Kit, 'deliveryAddress'>,
  scope: Scope,
  customer: InternalClient,
): Promise<Refused<'invalid.input.request'> | null> {
  if (!deliveryAddress) return null
  const body = { entityId, addressCategory: deliveryAddress }
  const asked = await customer.call(deliveryToEndpoint, body, scope)
  if (asked.kind === 'answer' && asked.result) return null
  return refuse('invalid.input.request', [`deliveryAddress ${deliveryAddress} is not one of the customer's addresses`])
}
