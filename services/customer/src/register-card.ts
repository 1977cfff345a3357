// Issuing further cards to a known customer. Contract: packages/contract/src/registration/register-card.ts.
import { type IssuedKits, registerCardEndpoint } from '@dcms/contract'
import { command, type InternalClient, type Outcome, refuse } from '@dcms/service'
import { type Customer, customersOf, type Issuing, withoutOutbox } from './customer.ts'
import { confirmIssued, finishIssuing, type IssuingRefusal } from './issue-cards.ts'
import { planKits } from './plan-kits.ts'

/**
 * What is to be issued is noted with the customer first, so that a sweep finishes it when this process dies. A repeat of the same command
 * finds its note and carries on or gives the same answer.
 */
export const registerCard = (kit: InternalClient) =>
  command(registerCardEndpoint, async (input, scope): Promise<Outcome<IssuedKits, IssuingRefusal | 'CUS001'>> => {
    const { tenant, now, commandId } = scope
    const customer = await customersOf(tenant).findById(input.entityId, withoutOutbox).lean<Customer>()
    if (customer?.status !== 'ACTIVE') return refuse('CUS001')
    // To a branch, customers of others are as unknown as those who do not exist.
    if (scope.branch !== undefined && customer.branch !== scope.branch) return refuse('CUS001')
    const issued = customer.issued.find((each) => each.commandId === commandId)
    if (issued) return await confirmIssued(scope, customer._id, issued, kit)
    if (customer.issuing.some((each) => each.commandId === commandId)) return await finishIssuing(scope, customer, commandId, kit)

    if (!input.deliveryAddress && input.kitInfo.some(({ cardType }) => cardType === 'PHYSICAL'))
      return refuse('invalid.input.request', ['deliveryAddress is required for a PHYSICAL card'])
    const planned = planKits(input.kitInfo, customer.accountInfo, customer.addressInfo, input.deliveryAddress, tenant.definition)
    if (planned.kind === 'refused') return planned
    const issuing: Issuing = {
      commandId,
      startedAt: now,
      kits: planned.kits,
      attempt: 1,
      ...(input.deliveryAddress && { deliveryAddress: input.deliveryAddress }),
    }
    const noted = await customersOf(tenant)
      .findOneAndUpdate(
        { _id: customer._id, version: customer.version },
        { $push: { issuing }, $set: { issuingAt: customer.issuingAt ?? now }, $inc: { version: 1 } },
        { returnDocument: 'after', projection: withoutOutbox },
      )
      .lean<Customer>()
    return noted ? await finishIssuing(scope, noted, commandId, kit) : { kind: 'overtaken' }
  })
