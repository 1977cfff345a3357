// Locking, unlocking or blocking all kits of a customer. Contract: packages/contract/src/kit/manage-all-kits.ts.
import {
  type AllKitsManaged,
  customersByMobileEndpoint,
  entityExistsEndpoint,
  type ManageAllKits,
  manageAllKitsEndpoint,
  statusesFor,
} from '@dcms/contract'
import { answer, command, type InternalClient, type Refused, refuse, type Scope } from '@dcms/service'
import { isIssued, type Kit, kitsOf, readKit } from './kit.ts'
import { decideManagement } from './manage-kit.ts'
import { stepBy } from './take-step.ts'

const KITS_MAX = 500
const AT_ONCE = 8
const CHANGES_MAX = 50

/**
 * Kit by kit, each one atomic update that keeps the command's id. A repeat after a crash with the same idempotency key does the rest and lists
 * what the first run did, too.
 */
export const manageAllKits = (customer: InternalClient) =>
  command(manageAllKitsEndpoint, async (input, scope) => {
    const found = await findCustomer(input, scope, customer)
    if (found.kind === 'refused') return found
    const { entityId } = found
    const kitNos = await kitsToManage(entityId, input.operation, scope)
    if (kitNos.length === 0 && !found.exists && !(await exists(entityId, scope, customer))) return refuse('CUS001')
    const managedCards: ManagedCard[] = []
    for (let from = 0; from < kitNos.length; from += AT_ONCE) {
      const managed = await Promise.all(kitNos.slice(from, from + AT_ONCE).map((kitNo) => manage(kitNo, { ...input, entityId }, scope)))
      if (managed.includes('overtaken')) return { kind: 'overtaken' }
      managedCards.push(...managed.filter((each) => each !== null && each !== 'overtaken'))
    }
    return answer({ managedCards, totalCardsManaged: managedCards.length, operation: input.operation, entityId })
  })

type ManagedCard = AllKitsManaged['managedCards'][number]

/** By entityId or by mobile number; with both they must be the same customer. */
async function findCustomer(
  { entityId, mobileNo }: ManageAllKits,
  scope: Scope,
  customer: InternalClient,
): Promise<{ kind: 'found'; entityId: string; exists: boolean } | Refused<'invalid.input.request' | 'CUS001'>> {
  if (mobileNo === undefined) {
    if (entityId === undefined) return refuse('invalid.input.request', ['entityId or mobileNo is required'])
    return { kind: 'found', entityId, exists: false }
  }
  const asked = await customer.call(customersByMobileEndpoint, { mobileNo, ...(entityId !== undefined && { entityId }) }, callOf(scope))
  const { entityIds } = asked.kind === 'answer' ? asked.result : { entityIds: [] }
  const [only, another] = entityIds
  if (only !== undefined && another === undefined) return { kind: 'found', entityId: only, exists: true }
  if (another !== undefined) return refuse('invalid.input.request', ['mobileNo belongs to several customers: entityId is required'])
  if (entityId !== undefined && (await exists(entityId, scope, customer)))
    return refuse('invalid.input.request', ['mobileNo is not a number of the customer entityId'])
  return refuse('CUS001')
}

async function exists(entityId: string, scope: Scope, customer: InternalClient): Promise<boolean> {
  const asked = await customer.call(entityExistsEndpoint, { entityId }, callOf(scope))
  return asked.kind === 'answer' && asked.result.exists
}

const callOf = ({ tenant, user, roles, requestId, traceparent }: Scope) => ({ tenant: tenant.id, user, roles, requestId, traceparent })

/** Those that the operation changes, and those that this very command has changed before; oldest first. */
async function kitsToManage(entityId: string, operation: ManageAllKits['operation'], { tenant, commandId }: Scope): Promise<string[]> {
  const kits = await kitsOf(tenant)
    .find({ entityId, $or: [{ status: { $in: statusesFor(operation) } }, { commandIds: commandId }] }, { _id: 1 })
    .sort({ createdAt: 1, _id: 1 })
    .limit(KITS_MAX)
    .lean<Pick<Kit, '_id'>[]>()
  return kits.map(({ _id }) => _id)
}

/** Null for a kit that cannot take the operation. */
async function manage(
  kitNo: string,
  management: ManageAllKits & { entityId: string },
  scope: Scope,
): Promise<ManagedCard | null | 'overtaken'> {
  for (let tries = 0; tries < CHANGES_MAX; tries++) {
    const kit = await readKit(scope.tenant, kitNo)
    if (!kit || !isIssued(kit)) return null
    const done = stepBy(kit, scope.commandId)
    if (done) return cardOf(kit, done)
    const decision = decideManagement(kit, management, scope)
    const managed = await scope.commit(kitsOf, kit, decision, null)
    if (managed.kind === 'refused' || decision.kind !== 'changed') return null
    if (managed.kind === 'answer') return cardOf(kit, { from: kit.status, to: decision.set.status ?? kit.status })
  }
  return 'overtaken'
}

const cardOf = ({ _id, maskedPan }: Kit, { from, to }: { from: Kit['status']; to: Kit['status'] }): ManagedCard => ({
  kitNo: _id,
  cardNumber: maskedPan,
  previousStatus: from as ManagedCard['previousStatus'],
  currentStatus: to as ManagedCard['currentStatus'],
})
