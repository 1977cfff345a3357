// Issuing further cards to a known customer. Contract:
// packages/contract/src/registration/register-card.ts.
import { type IssuedKits, type RegisterCard, registerCardEndpoint, type TenantDefinition } from '@dcms/contract'
import { command, type InternalClient, type Outcome, refuse, type Scope } from '@dcms/service'
import { answerBegun, askedBy, begunBy, finishForCaller } from './begun-issuing.ts'
import { type Customer, customersOf, type Issuing, withoutOutbox } from './customer.ts'
import { planKits } from './plan-kits.ts'
import { type IssuingRefusal, reserveCards } from './reserve-cards.ts'

/**
 * Open issues of one customer: so many only where the kit context goes away again and again between
 * the steps.
 */
const ISSUINGS_MAX = 20
const CHANGES_MAX = 20

/**
 * The cards are reserved at the kit context, then noted with the customer: from there on a sweep
 * finishes them when this process dies. A repeat of the same command finds its note and carries on
 * or gives the same answer; without a key, the same call does while its cards were not answered.
 */
export const registerCard = (kit: InternalClient) =>
  command(registerCardEndpoint, async (input, scope): Promise<Outcome<IssuedKits, IssuingRefusal | 'CUS001' | 'concurrent.change'>> => {
    const { tenant, now, commandId } = scope
    const { entityId, deliveryAddress } = input
    const asked = askedBy(scope, input)
    let kitNos: string[] | undefined
    for (let tries = 0; tries < CHANGES_MAX; tries++) {
      const customer = await customersOf(tenant).findById(entityId, withoutOutbox).lean<Customer>()
      if (customer?.status !== 'ACTIVE') return refuse('CUS001')
      // To a branch, customers of others are as unknown as those who do not exist.
      if (scope.branch !== undefined && customer.branch !== scope.branch) return refuse('CUS001')
      const begun = begunBy(customer, scope, asked)
      if (begun) return await answerBegun(scope, customer, begun, kit)
      const planned = planFurtherCards(input, customer, tenant.definition)
      if (planned.kind === 'refused') return planned
      const issuing: Issuing = {
        commandId,
        startedAt: now,
        kits: planned.kits,
        attempt: 1,
        ...(deliveryAddress && { deliveryAddress }),
        ...(asked !== undefined && { asked }),
      }
      if (!kitNos) {
        const reserved = await reserveCards(scope, entityId, issuing, kit)
        if (reserved.kind === 'refused') return reserved
        kitNos = reserved.kitNos
      }
      const noted = await noteIssuing(scope, customer, { ...issuing, kitNos })
      if (noted) return await finishForCaller(scope, noted, issuing, kit)
    }
    return { kind: 'overtaken' }
  })

function planFurtherCards({ kitInfo, deliveryAddress }: RegisterCard, customer: Customer, definition: TenantDefinition) {
  if (!deliveryAddress && kitInfo.some(({ cardType }) => cardType === 'PHYSICAL'))
    return refuse('invalid.input.request', ['deliveryAddress is required for a PHYSICAL card'])
  if (customer.issuing.length >= ISSUINGS_MAX)
    return refuse('concurrent.change', [
      `${ISSUINGS_MAX} calls that issue cards to this customer are still in progress: repeat this one later`,
    ])
  return planKits(kitInfo, customer.accountInfo, customer.addressInfo, deliveryAddress, definition)
}

/** Null when the customer changed meanwhile. */
async function noteIssuing(
  { tenant, now }: Scope,
  { _id, version, issuingAt = now }: Customer,
  issuing: Issuing,
): Promise<Customer | null> {
  const noted = { $push: { issuing }, $set: { issuingAt: issuingAt < now ? issuingAt : now }, $inc: { version: 1 } }
  return await customersOf(tenant)
    .findOneAndUpdate({ _id, version }, noted, { returnDocument: 'after', projection: withoutOutbox })
    .lean<Customer>()
}
