// Replacing a kit: the operations REPLACE and BLOCK_AND_REPLACE of manageKit. Contract:
// packages/contract/src/kit/manage-kit.ts.
import {
  type KitInfo,
  type KitManaged,
  type KitReplaced,
  type ManageKit,
  type Product,
  productFor,
  productOf,
  type RefusalOf,
  stepOf,
  type TenantDefinition,
} from '@dcms/contract'
import { answer, type Decision, type Outcome, type Refused, refuse, type Scope } from '@dcms/service'
import { type IssuedKit, isIssued, type Kit } from '../kit.ts'
import { type At, auditOf, takeStep } from '../take-step.ts'
import { askedBy } from './begun-succession.ts'
import { namedBy, putSuccessor, type SuccessionParts, type SuccessionRefusal, type Successor, takenFrom } from './succession.ts'

export type Replacement = Omit<ManageKit, 'operation'> & { operation: 'REPLACE' | 'BLOCK_AND_REPLACE' }
type Refusal = RefusalOf<Replacement['operation']> | 'invalid.input.request' | 'product.not.found'
type Order = Pick<Replacement, 'operation' | 'reason' | 'changer' | 'channel'>

/** The answer shows the new kit; a repeat with the same idempotency key shows the same one. */
export async function replaceKit(
  input: Replacement,
  scope: Scope,
  parts: SuccessionParts,
): Promise<Outcome<KitManaged, Refusal | SuccessionRefusal>> {
  const { entityId, oldKit, operation, cardType, deliveryAddress } = input
  if (!cardType) return refuse('invalid.input.request', [`cardType is required for ${operation}`])
  if (operation === 'BLOCK_AND_REPLACE' && cardType === 'PHYSICAL' && !deliveryAddress)
    return refuse('invalid.input.request', ['deliveryAddress is required for BLOCK_AND_REPLACE with a PHYSICAL card'])
  const put: Outcome<KitInfo, Refusal | SuccessionRefusal> = await putSuccessor<Refusal>(oldKit, scope, parts, {
    asked: askedBy(scope, input),
    plan: (old) => planReplacement(old, { ...input, cardType }, scope.tenant.definition),
    decide: (old, newKitNo) => decideReplacement(old, input, newKitNo, scope),
    decideWaiting: (old, waiting) => decideReplacementBy(waiting, old, input, scope),
  })
  return put.kind === 'answer' ? answer({ status: true, entityId, kitInfo: [put.result] }) : put
}

/** Same account, name, scheme and tier; the design goes on where the product does. */
export function planReplacement(
  old: Kit | null,
  { entityId, operation, cardType, deliveryAddress }: Replacement & { cardType: Product['cardType'] },
  definition: TenantDefinition,
): Successor | Refused<Refusal> {
  if (!old || old.entityId !== entityId || !isIssued(old)) return refuse('MCC007') // the same answer for all: no probing for kits
  const step = stepOf(operation, old.status)
  if ('refusal' in step) return refuse(step.refusal)
  const { schemeCode } = productOf(definition, old.productId) ?? {}
  const product = schemeCode && productFor(definition, schemeCode, cardType, old.tierType)
  if (!product) return refuse('product.not.found')
  return {
    kind: 'successor',
    ...takenFrom(old),
    product,
    ...(old.plasticCode && product.productId === old.productId && { plasticCode: old.plasticCode }),
    ...(cardType === 'PHYSICAL' && { deliveryAddress: deliveryAddress ?? old.deliveryAddress ?? 'PERMANENT' }),
  }
}

/** The old card is out of use from this update on, whatever becomes of this process. */
export function decideReplacement(old: IssuedKit, order: Order, newKitNo: string, at: At): Decision<Kit, KitReplaced, Refusal> {
  const { operation } = order
  const step = takeStep(old, operation, at, newKitNo)
  if (step.kind === 'refused') return step
  const { entityId, status: previousStatus } = old
  const told = { entityId, previousStatus, changedAt: at.now.toISOString(), ...auditOf(order) }
  return {
    kind: 'changed',
    set: { ...step.set, ...namedBy(newKitNo, at) },
    events: [{ ...step.told, ...told, newKitNo, operation }],
  }
}

/** A kit waits to take the place already: it is the new one, and exists. */
export function decideReplacementBy(
  { _id: newKitNo }: IssuedKit,
  old: IssuedKit,
  order: Order & Pick<Replacement, 'entityId'>,
  at: At,
): Decision<Kit, KitReplaced, Refusal> {
  if (old.entityId !== order.entityId) return refuse('MCC007')
  const decision = decideReplacement(old, order, newKitNo, at)
  if (decision.kind !== 'changed') return decision
  const { successorPendingAt: _exists, successor, ...set } = decision.set
  // A kit that lost its place names the one that has it; the card itself has named it before, and
  // keeps by which command.
  return { ...decision, set: { ...set, ...(!old.successor && successor && { successor }) } }
}
