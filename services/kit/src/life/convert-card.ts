// Turning a virtual card into a physical one: same kit, same card number. Part of applyForCard.

import { type ApplyForCard, type KitConverted, productOf, type RefusalOf, type TenantDefinition, virtualToPhysical } from '@dcms/contract'
import { type Decision, type InternalClient, type Outcome, refuse, type Scope, type Tenant } from '@dcms/service'
import { isIssued, type Kit, kitsOf, readKit } from '../kit.ts'
import { shipmentDue } from '../shipments/shipment.ts'
import { type At, stepBy, takeStep } from '../take-step.ts'
import { notingApplicant } from './begun-application.ts'
import { addressRefusal } from './delivery-address.ts'

export type ApplyRefusal =
  | RefusalOf<'CONVERT'>
  | 'card.already.active'
  | 'invalid.input.request'
  | 'CUS001'
  | 'invalid.kit.info'
  | 'product.not.found'
  | 'bin.range.exhausted'

/** `deliveryAddress` is there: the contract has a default for it. */
export type Application = ApplyForCard & Pick<Required<ApplyForCard>, 'deliveryAddress'>

export type Conversion = Application & { kitNo: string }

/**
 * The status stays: an active card goes on being usable. A repeat finds itself done. `asked`: by
 * which a caller without a key is known again.
 */
export async function convertCard(
  conversion: Conversion,
  asked: string | undefined,
  scope: Scope,
  customer: InternalClient,
): Promise<Outcome<string, ApplyRefusal>> {
  const { kitNo } = conversion
  const kit = await readKit(scope.tenant, kitNo)
  const isRepeat = kit !== null && stepBy(kit, scope.commandId) !== undefined
  const decision = decideConversion(kit, conversion, scope.tenant.definition, scope)
  const refused = !isRepeat && decision.kind === 'changed' && (await addressRefusal(conversion, scope, customer))
  return refused || scope.commit(kitsOf, kit, notingApplicant(decision, asked, scope), kitNo)
}

/** The table first, then what is this operation's own. */
export function decideConversion(
  kit: Kit | null,
  { entityId, deliveryAddress }: Conversion,
  definition: TenantDefinition,
  at: At,
): Decision<Kit, KitConverted, ApplyRefusal> {
  if (!kit || kit.entityId !== entityId || !isIssued(kit)) return refuse('MCC007') // the same answer for all: no probing for kits
  const step = takeStep(kit, 'CONVERT', at)
  if (step.kind === 'refused') return step
  if (kit.cardType === 'PHYSICAL') return refuse('invalid.kit.info', [`kit ${kit._id} is already PHYSICAL`])
  const old = productOf(definition, kit.productId)
  const product = old && virtualToPhysical(definition, old)
  if (!product) return refuse('product.not.found')
  const { productId, productName, tierType, plasticCode } = product
  return {
    kind: 'changed',
    set: {
      ...step.set,
      cardType: 'PHYSICAL',
      productId,
      productName,
      ...(tierType && { tierType }),
      ...(plasticCode && { plasticCode }),
      deliveryAddress,
      convertedAt: at.now,
      ...shipmentDue({ cardType: 'PHYSICAL' }, at.now),
    },
    events: [
      {
        ...step.told,
        entityId,
        cardType: 'PHYSICAL',
        previousProductId: kit.productId,
        productId,
        productName,
        ...(tierType && { tierType }),
        deliveryAddress,
        convertedAt: at.now.toISOString(),
      },
    ],
  }
}

/** `YYYY-MM-DD HH:mm:ss` on the bank’s own calendar; nothing for a card that was made physical. */
export function conversionDateOf({ convertedAt }: Kit, { definition }: Pick<Tenant, 'definition'>): { cardConversionDate?: string } {
  if (!convertedAt) return {}
  const { timeZone } = definition
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(convertedAt)
  return { cardConversionDate: date }
}
