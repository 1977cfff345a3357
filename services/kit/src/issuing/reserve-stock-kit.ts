// Reserving a kit from stock for a registration: held where the stock is kept, then taken here.
import { holdKitEndpoint, releaseKitEndpoint } from '@dcms/contract'
import { type Decision, type InternalClient, type Refused, refuse, type Scope, ServiceUnavailable, unchanged } from '@dcms/service'
import { expiryOf, type Kit, kitsOf, type NewOwner, readKit } from '../kit.ts'
import { RESERVED_FOR_MS } from './make-kit.ts'

/** A kit from stock as a registration asks for it. */
export interface FromStock {
  kitNo: string
  productId: string
  /** Design of the card, where the caller names one. */
  plasticCode?: string
  /** The command that may confirm it. */
  commandId: string
  owner: NewOwner
  /** The first of the kits that are issued together, for all others. */
  first?: string
}

type StockRefusal = 'kit.not.found' | 'invalid.kit.info'
type Reserved = { kind: 'reserved' } | { kind: 'overtaken' } | Refused<StockRefusal>

/**
 * The stock is asked first: it alone knows where the kit is and who may hand it out. The kit stays
 * UNALLOCATED and nobody's until the reservation is confirmed.
 * @throws ServiceUnavailable while the stock cannot be asked; nothing was done then
 */
export async function reserveFromStock(wanted: FromStock, scope: Scope, inventoryOrder: InternalClient): Promise<Reserved> {
  const { kitNo, productId, commandId } = wanted
  const kit = await readKit(scope.tenant, kitNo)
  if (kit?.issuedBy === commandId) return { kind: 'reserved' } // and confirmed since
  const held = await inventoryOrder.call(holdKitEndpoint, { kitNo, productId, commandId }, scope)
  if (held.kind === 'refused') {
    const { code, fieldError } = held
    if (code === 'kit.not.found' || code === 'invalid.kit.info') return refuse(code, fieldError)
    throw new ServiceUnavailable(`the stock cannot hold kit ${kitNo}: ${code}`)
  }
  const thisMonth = expiryOf(scope.now, 0, scope.tenant.definition.timeZone)
  // Another command each time: one that was given up meanwhile is taken anew.
  const taking = scope.ofCommand(`${commandId}/take/${scope.now.getTime()}`)
  const taken = await taking.change(kitsOf, kitNo, (each) => decideTaking(each, wanted, scope.now, thisMonth), { known: kit })
  if (taken.kind === 'answer') return { kind: 'reserved' }
  await endHold(kitNo, commandId, scope, inventoryOrder)
  return taken
}

/** @param thisMonth `YYMM` on the bank's calendar */
export function decideTaking(kit: Kit | null, wanted: FromStock, now: Date, thisMonth: string): Decision<Kit, never, StockRefusal> {
  const { kitNo, productId, plasticCode, commandId, owner, first } = wanted
  if (!kit || kit.status === 'RESERVED') return refuse('kit.not.found', [`kitNo ${kitNo} is not in stock`])
  if (kit.issuedBy === commandId) return unchanged
  const isAnother = kit.productId !== productId || (plasticCode !== undefined && plasticCode !== (kit.plasticCode ?? plasticCode))
  const isTaken = kit.status !== 'UNALLOCATED' || (kit.reservation !== undefined && kit.reservation.commandId !== commandId)
  if (isTaken || isAnother || kit.expiry < thisMonth) return refuse('invalid.kit.info', [`kitNo ${kitNo} cannot be handed out`])
  const until = new Date(now.getTime() + RESERVED_FOR_MS)
  return { kind: 'changed', set: { reservation: { commandId, until, owner, ...(first !== undefined && { first }) } }, events: [] }
}

/** Puts a kit back into stock that this command has reserved and not confirmed. */
export async function putBack(
  { _id, version }: Partial<Pick<Kit, 'version'>> & Pick<Kit, '_id'>,
  commandId: string,
  scope: Scope,
  inventoryOrder: InternalClient,
): Promise<void> {
  const mine = { _id, ...(version !== undefined && { version }), 'reservation.commandId': commandId }
  const put = await kitsOf(scope.tenant).updateOne(
    { ...mine, status: { $ne: 'RESERVED' } },
    { $unset: { reservation: '' }, $inc: { version: 1 } },
  )
  if (put.matchedCount === 1) await endHold(_id, commandId, scope, inventoryOrder)
}

/** While the stock is away its hold stands; it ends by itself. */
async function endHold(kitNo: string, commandId: string, scope: Scope, inventoryOrder: InternalClient): Promise<void> {
  try {
    await inventoryOrder.call(releaseKitEndpoint, { kitNo, commandId }, scope)
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error
  }
}
