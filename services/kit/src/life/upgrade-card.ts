// Upgrading a card to another tier or product. Contract: packages/contract/src/kit/upgrade-card.ts.

import { isDeepStrictEqual } from 'node:util'
import {
  catalogueRefusal,
  type KitReplaced,
  type KitUpgraded,
  nextTier,
  type Product,
  productFor,
  productOf,
  type RefusalOf,
  stepOf,
  type TenantDefinition,
  type UpgradeCard,
  upgradeCardEndpoint,
} from '@dcms/contract'
import { answer, command, type Decision, type Refused, refuse, unchanged } from '@dcms/service'
import { type IssuedKit, isIssued, type Kit, type OrderedCard } from '../kit.ts'
import { type At, takeStep } from '../take-step.ts'
import { askedBy } from './begun-succession.ts'
import { namedBy, putSuccessor, type SuccessionParts, type Successor, takenFrom } from './succession.ts'
import { decideTakeOver } from './take-over.ts'

/** A repeat with the same idempotency key gives the same new kit. */
export const upgradeCard = (parts: SuccessionParts) =>
  command(upgradeCardEndpoint, async (input, scope) => {
    const { definition } = scope.tenant
    const put = await putSuccessor<Refusal>(input.kitNo, scope, parts, {
      asked: askedBy(scope, input),
      plan: (old) => planUpgrade(old, input, definition),
      decide: (old, newKitNo, planned) => decideUpgrade(old, newKitNo, planned, isAtOnce(definition), scope),
      decideWaiting: (old, waiting) => decideFurtherUpgrade(planUpgrade(old, input, definition), old, waiting),
    })
    return put.kind === 'answer' ? answer({ entityId: input.entityId, kitInfo: [put.result] }) : put
  })

type ProductRefusal = 'tier.not.found' | 'plastic.not.found' | 'product.not.found'
type Refusal = RefusalOf<'UPGRADE'> | 'invalid.input.request' | ProductRefusal

const isAtOnce = ({ settings }: TenantDefinition): boolean => settings?.upgradeReplaceAtOnce === true

/** What the caller leaves out is as on the old card, but for the tier: that is the next one. */
export function planUpgrade(old: Kit | null, input: UpgradeCard, definition: TenantDefinition): Successor | Refused<Refusal> {
  if (!old || old.entityId !== input.entityId || !isIssued(old)) return refuse('MCC007') // the same answer for all: no probing for kits
  const step = stepOf('UPGRADE', old.status)
  if ('refusal' in step) return refuse(step.refusal)
  const [wanted = {}] = input.kitInfo ?? []
  const product = upgradedTo(old, wanted, definition)
  if ('kind' in product) return product
  const { plasticCode = product.productId === old.productId ? old.plasticCode : undefined } = wanted
  const taken = takenFrom(old)
  return {
    kind: 'successor',
    operation: 'ISSUE_UPGRADE',
    ...taken,
    product,
    ...(wanted.aliasName && { aliasName: wanted.aliasName }),
    ...(plasticCode && { plasticCode }),
    ...(product.cardType === 'PHYSICAL' && { deliveryAddress: input.deliveryAddress ?? old.deliveryAddress ?? 'PERMANENT' }),
    ...(!isAtOnce(definition) && { takesOver: old._id }),
  }
}

type Wanted = NonNullable<UpgradeCard['kitInfo']>[number]

function upgradedTo(
  { productId, cardType: oldType }: IssuedKit,
  { tierType, cardType = oldType, plasticCode }: Wanted,
  definition: TenantDefinition,
): Product | Refused<ProductRefusal> {
  const unknown = catalogueRefusal(definition, { tierType, plasticCode })
  if (unknown) return refuse(unknown)
  const old = productOf(definition, productId)
  if (!old) return refuse('product.not.found')
  if (tierType) return productFor(definition, old.schemeCode, cardType, tierType) ?? refuse('product.not.found')
  return nextTier(definition, { ...old, cardType }) ?? refuse('tier.not.found')
}

/** The same upgrade again means the card that waits; for another one that must go first. */
export function decideFurtherUpgrade(
  planned: Successor | Refused<Refusal>,
  { successor }: IssuedKit,
  waiting: IssuedKit,
): { kind: 'unchanged' } | Refused<Refusal> {
  if (planned.kind === 'refused') return planned
  return isDeepStrictEqual(orderedBy(planned), cardOf(successor?.ordered ?? waiting)) ? unchanged : refuse('card.status.active')
}

const orderedBy = ({ product, plasticCode = product.plasticCode, ...planned }: Successor): OrderedCard =>
  cardOf({ ...planned, productId: product.productId, plasticCode })
/** Only what is there, so that two can be compared. */
const cardOf = ({ productId, aliasName, plasticCode, deliveryAddress }: { [Key in keyof OrderedCard]: OrderedCard[Key] | undefined }) => ({
  productId: productId ?? '',
  ...(aliasName && { aliasName }),
  ...(plasticCode && { plasticCode }),
  ...(deliveryAddress && { deliveryAddress }),
})

/**
 * The old card stays usable until the new one is activated, unless the bank wants it replaced at
 * once.
 */
export function decideUpgrade(
  old: IssuedKit,
  newKitNo: string,
  planned: Successor,
  atOnce: boolean,
  at: At,
): Decision<Kit, KitUpgraded | KitReplaced, Refusal> {
  const step = takeStep(old, 'UPGRADE', at, newKitNo)
  if (step.kind === 'refused') return step
  const { product } = planned
  const named = namedBy(newKitNo, at, orderedBy(planned))
  const upgraded: KitUpgraded = {
    type: step.told.type,
    kitNo: old._id,
    entityId: old.entityId,
    newKitNo,
    productId: old.productId,
    newProductId: product.productId,
    ...(product.tierType && { newTierType: product.tierType }),
    upgradedAt: at.now.toISOString(),
  }
  const replaced = atOnce ? decideTakeOver(old, newKitNo, at) : undefined
  if (replaced?.kind !== 'changed') return { kind: 'changed', set: { ...step.set, ...named }, events: [upgraded] }
  return { kind: 'changed', set: { ...replaced.set, ...named }, events: [upgraded, ...replaced.events] }
}
