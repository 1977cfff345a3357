// Locking, unlocking or blocking all kits of a customer. Contract:
// packages/contract/src/kit/manage-all-kits.ts.
import {
  type AllKitsManaged,
  customersByMobileEndpoint,
  entityExistsEndpoint,
  type ManageAllKits,
  manageAllKitsEndpoint,
  statusesFor,
} from '@dcms/contract'
import { answer, command, type InternalClient, type Refused, refuse, type Scope, unchanged } from '@dcms/service'
import { isIssued, type Kit, kitsOf, ownedBy, withoutOutbox } from '../kit.ts'
import { stepBy } from '../take-step.ts'
import { decideManagement } from './manage-kit.ts'

const KITS_PER_PAGE = 500
const AT_ONCE = 8
/**
 * A call that changed cards for so long stops between two pages and says that more are left: its
 * caller would not wait for much longer.
 */
const WORK_MAX_MS = 6_000
/**
 * What a page takes at most, more or less: no other one is begun when so little is left until the
 * caller goes.
 */
const PAGE_MAX_MS = 2_000
/** As many are listed in the answer; all are changed and counted. */
const LISTED_MAX = 5_000

/**
 * Page by page and kit by kit, each one atomic update that keeps the command's id. A repeat with
 * the same idempotency key, after a crash or where there was too much for one call, does the rest
 * and lists what the runs before did, too.
 */
export const manageAllKits = (customer: InternalClient, workMaxMs = WORK_MAX_MS) =>
  command(manageAllKitsEndpoint, async (input, scope) => {
    const found = await findCustomer(input, scope, customer)
    if (found.kind === 'refused') return found
    const { entityId } = found
    const management = { ...input, entityId }
    const managedCards: ManagedCard[] = []
    let totalCardsManaged = 0
    let hasKits = false
    const stopAt = Math.min(Date.now() + workMaxMs, (scope.deadlineAtMs ?? Number.POSITIVE_INFINITY) - PAGE_MAX_MS)
    for (let reached: Kit | undefined, isMore = true; isMore; ) {
      const kits = await kitsToManage(entityId, input.operation, scope, reached).lean<Kit[]>()
      const managed = await manageSome(kits, management, scope)
      if (managed === 'overtaken') return { kind: 'overtaken' }
      hasKits ||= kits.length > 0
      totalCardsManaged += managed.cards.length
      managedCards.push(...managed.cards.slice(0, LISTED_MAX - managedCards.length))
      reached = kits.at(-1)
      isMore = kits.length === KITS_PER_PAGE
      // Pages of a run before are only read, so that each call comes further than the one before.
      if (isMore && managed.changed > 0 && Date.now() >= stopAt) return unfinished(totalCardsManaged)
    }
    if (!hasKits && !found.exists && !(await exists(entityId, scope, customer))) return refuse('CUS001')
    return answer({ managedCards, totalCardsManaged, operation: input.operation, entityId })
  })

type ManagedCard = AllKitsManaged['managedCards'][number]

const unfinished = (changed: number) =>
  refuse('service.unavailable', [`${changed} cards were changed and more remain: repeat the call with the same requestId`])

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
  const asked = await customer.call(customersByMobileEndpoint, { mobileNo, ...(entityId !== undefined && { entityId }) }, scope)
  const { entityIds } = asked.kind === 'answer' ? asked.result : { entityIds: [] }
  const [only, another] = entityIds
  if (only !== undefined && another === undefined) return { kind: 'found', entityId: only, exists: true }
  if (another !== undefined) return refuse('invalid.input.request', ['mobileNo belongs to several customers: entityId is required'])
  if (entityId !== undefined && (await exists(entityId, scope, customer)))
    return refuse('invalid.input.request', ['mobileNo is not a number of the customer named by entityId'])
  return refuse('CUS001')
}

async function exists(entityId: string, scope: Scope, customer: InternalClient): Promise<boolean> {
  const asked = await customer.call(entityExistsEndpoint, { entityId }, scope)
  return asked.kind === 'answer' && asked.result.exists
}

/**
 * Those that the operation changes, and those that this very command has changed before; oldest
 * first, behind the last of the page before.
 */
export const kitsToManage = (entityId: string, operation: ManageAllKits['operation'], { tenant, commandId }: At, reached?: Kit) =>
  kitsOf(tenant)
    .find(
      {
        entityId: ownedBy(entityId),
        $or: [{ status: { $in: statusesFor(operation) } }, { commandIds: commandId }],
        ...(reached && { $and: [behind(reached)] }),
      },
      withoutOutbox,
    )
    .sort({ createdAt: 1, _id: 1 })
    .limit(KITS_PER_PAGE)

type At = Pick<Scope, 'tenant' | 'commandId'>

const behind = ({ createdAt, _id }: Kit): object => ({ $or: [{ createdAt: { $gt: createdAt } }, { createdAt, _id: { $gt: _id } }] })

type Management = ManageAllKits & { entityId: string }

async function manageSome(
  kits: readonly Kit[],
  management: Management,
  scope: Scope,
): Promise<{ cards: ManagedCard[]; changed: number } | 'overtaken'> {
  const cards: ManagedCard[] = []
  let changed = 0
  for (let from = 0; from < kits.length; from += AT_ONCE) {
    const managed = await Promise.all(kits.slice(from, from + AT_ONCE).map((kit) => manage(kit, management, scope)))
    for (const each of managed) {
      if (each === 'overtaken') return each
      if (!each) continue
      cards.push(each.card)
      if (each.isNew) changed++
    }
  }
  return { cards, changed }
}

/** Null for a kit that cannot take the operation. */
async function manage(
  first: Kit,
  management: Management,
  scope: Scope,
): Promise<{ card: ManagedCard; isNew: boolean } | null | 'overtaken'> {
  const doneTo = (kit: Kit) => stepBy(kit, scope.commandId)
  const decide = (kit: Kit | null) => (kit && isIssued(kit) && !doneTo(kit) ? decideManagement(kit, management, scope) : unchanged)
  const managed = await scope.change(kitsOf, first._id, decide, { known: first })
  if (managed.kind !== 'answer') return managed.kind === 'overtaken' ? 'overtaken' : null
  const { before: kit, decision } = managed.result
  if (!kit || !isIssued(kit)) return null
  const done = doneTo(kit)
  if (done) return { card: cardOf(kit, done), isNew: false }
  return decision.kind === 'changed'
    ? { card: cardOf(kit, { from: kit.status, to: decision.set.status ?? kit.status }), isNew: true }
    : null
}

const cardOf = ({ _id, maskedPan }: Kit, { from, to }: { from: Kit['status']; to: Kit['status'] }): ManagedCard => ({
  kitNo: _id,
  cardNumber: maskedPan,
  previousStatus: from as ManagedCard['previousStatus'],
  currentStatus: to as ManagedCard['currentStatus'],
})
