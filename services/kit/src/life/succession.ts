// Putting another kit in a kit's place, over two documents: 1. the new kit is made, RESERVED; 2.
// one update of the old kit names it and tells the event; 3. the new kit is confirmed. Each step is
// atomic, and whoever comes next (a repeat, another command, the sweep) carries on.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorCode, KitInfo, Product } from '@dcms/contract'
import { answer, type Decision, type InternalClient, type Outcome, type Refused, refuse, type Scope } from '@dcms/service'
import { dropKit, type KitMaking, keepKit, makeKit, type NewKit } from '../issuing/make-kit.ts'
import { type Asked, type IssuedKit, isIssued, type Kit, kitsOf, type OrderedCard, readKit } from '../kit.ts'
import { stepBy } from '../take-step.ts'
import { begunBy, claimBegun, leaveBegun, noteAnswered } from './begun-succession.ts'
import { confirmSuccessor, finishSuccession } from './confirm-successor.ts'
import { addressRefusal } from './delivery-address.ts'
import { givePlaceAway, type Place, placeAfter } from './place.ts'

const CHANGES_MAX = 50
/**
 * Between two looks at a call that still runs; so often as is looked, that is longer than such a
 * call may run.
 */
const PAUSE_MS = 150

export interface SuccessionParts extends KitMaking {
  customer: InternalClient
}

/** What the new kit is to be. */
export interface Successor extends Pick<NewKit, 'product' | 'operation' | 'aliasName' | 'plasticCode' | 'deliveryAddress' | 'takesOver'> {
  kind: 'successor'
  entityId: string
  accountNo: string
}

export interface Succession<Code extends ErrorCode> {
  /** By which a caller without a key is known again (see `askedBy`). */
  asked: string | undefined
  /**
   * What the new kit is to be, or why there is none. Asked again when the old kit changed
   * meanwhile.
   */
  plan(old: Kit | null): Successor | Refused<Code>
  /** The one update of the old kit. */
  decide(old: IssuedKit, newKitNo: string, planned: Successor): Decision<Kit, { type: string }, Code>
  /**
   * What becomes of the order while another kit waits to take the place already: that one is the
   * answer, unless it is refused.
   */
  decideWaiting(old: IssuedKit, waiting: IssuedKit): Decision<Kit, { type: string }, Code>
}

export type SuccessionRefusal = 'invalid.input.request' | 'card.status.active' | 'bin.range.exhausted'

interface Made {
  kitNo: string
  product: Product
}

/**
 * The new kit in the place of the old one; a repeat of the command gets the same one, and without a
 * key the same call does while it was not answered. While another kit waits to take that place, no
 * further one is made.
 */
export async function putSuccessor<Code extends ErrorCode>(
  kitNo: string,
  scope: Scope,
  parts: SuccessionParts,
  succession: Succession<Code>,
): Promise<Outcome<KitInfo, Code | SuccessionRefusal>> {
  let mayBeNamed = false
  try {
    return await put(kitNo, scope, parts, { ...succession, naming: () => (mayBeNamed = true) })
  } catch (error) {
    if (mayBeNamed) await leaveBegun(kitNo, succession.asked, scope)
    throw error
  }
}

async function put<Code extends ErrorCode>(
  kitNo: string,
  scope: Scope,
  parts: SuccessionParts,
  { asked, plan, decide, decideWaiting, naming }: Succession<Code> & { naming: () => void },
): Promise<Outcome<KitInfo, Code | SuccessionRefusal>> {
  const { commandId } = scope
  let made: Made | undefined
  let addressKnown = false
  const giveUp = async <Ended>(ended: Ended): Promise<Ended> => {
    if (made) await dropKit(made.kitNo, commandId, scope)
    return ended
  }
  for (let tries = 0; tries < CHANGES_MAX; tries++) {
    const old = await readKit(scope.tenant, kitNo)
    const found = old && (await putBefore(old, asked, scope, parts))
    if (found === 'unsettled') continue
    if (found) {
      if (made && made.kitNo !== found.kitNo) await dropKit(made.kitNo, commandId, scope) // another runner of this command was faster
      return answer(found)
    }
    const place: Place = old ? await placeAfter(old, scope) : { kind: 'free' }
    if (place.kind === 'unsettled') continue
    const waiting = place.kind === 'waiting' ? place.kit : place.kind === 'lost' ? place.waiting : undefined
    if (waiting && old && isIssued(old)) {
      const decision = notingWho(asked, decideWaiting(old, waiting), old, waiting._id)
      const noted = decision.kind === 'changed' ? asked : undefined
      naming()
      const taken = await scope.commit(kitsOf, old, decision, null)
      if (taken.kind === 'overtaken') continue
      return await giveUp(taken.kind === 'refused' ? taken : answer(await shownTo(noted, old, waiting, scope, parts)))
    }
    const planned = plan(old)
    if (planned.kind === 'refused') return await giveUp(planned)
    if (place.kind === 'lost') return await giveUp(refuse('card.status.active'))
    if (!old || !isIssued(old)) throw new Error(`a successor was planned for kit ${kitNo}, which nobody holds`)
    if (!addressKnown) {
      const refused = await addressRefusal(planned, scope, parts.customer)
      if (refused) return await giveUp(refused)
      addressKnown = true
    }
    if (made && made.product.productId !== planned.product.productId) made = await giveUp(undefined)
    if (made && !(await keepKit(made.kitNo, commandId, scope))) made = undefined
    if (!made) {
      const fresh = await makeKit({ ...planned, commandId, predecessor: kitNo }, scope, parts)
      if (fresh.kind === 'refused') return fresh
      made = { kitNo: fresh.kitNo, product: planned.product }
    }
    if (place.kind === 'free' && place.blocked && !(await givePlaceAway(place.blocked, scope))) continue
    const decision = notingWho(asked, decide(old, made.kitNo, planned), old, made.kitNo)
    naming()
    const named = await scope.commit(kitsOf, old, decision, null)
    if (named.kind === 'refused') return await giveUp(named)
  }
  return await giveUp({ kind: 'overtaken' })
}

/**
 * The kit that this command put in the place of the old one. Its step may be past the last few;
 * what the old kit names is kept beside them.
 */
const doneBy = (old: Kit, commandId: string): string | undefined =>
  stepBy(old, commandId)?.newKitNo ?? (old.successor?.commandId === commandId ? old.successor.kitNo : undefined)

/**
 * What this command, or the same call before it, has put in the place of the card. `unsettled`:
 * read it anew.
 */
async function putBefore(
  old: Kit,
  asked: string | undefined,
  scope: Scope,
  parts: SuccessionParts,
): Promise<KitInfo | 'unsettled' | undefined> {
  const done = doneBy(old, scope.commandId)
  if (done) {
    const next = await successorOf(old, done, scope)
    return await shownTo(asked, old, next, scope, parts)
  }
  const begun = begunBy(old, asked)
  if (begun === 'running') {
    await sleep(PAUSE_MS)
    return 'unsettled'
  }
  if (begun) {
    const next = await successorOf(old, begun.kitNo, scope)
    const shown = await parts.vault.kitInfoWithCardNumber(scope.tenant, next)
    return (await claimBegun(old._id, begun, scope)) ? shown : 'unsettled'
  }
  if (!old.successorPendingAt) return undefined
  await finishSuccession(old, scope)
  return 'unsettled'
}

/** The kit that is confirmed now, if it was not. */
async function successorOf(old: Kit, newKitNo: string, scope: Scope): Promise<IssuedKit> {
  if (old.successorPendingAt) await confirmSuccessor(old, scope)
  const next = await readKit(scope.tenant, newKitNo)
  if (!next || !isIssued(next)) throw new Error(`kit ${newKitNo}, the successor of ${old._id}, does not exist`)
  return next
}

/**
 * The answer. Only once it is made up is noted that there is one: until then the same call finds
 * what this one began.
 */
async function shownTo(asked: string | undefined, old: Kit, next: IssuedKit, scope: Scope, { vault }: SuccessionParts): Promise<KitInfo> {
  const shown = await vault.kitInfoWithCardNumber(scope.tenant, next)
  if (old.successorPendingAt || asked !== undefined) await noteAnswered(old._id, next._id, asked, scope)
  return shown
}

/**
 * Keeps with the name of the successor who is to be answered: a caller without a key is known again
 * by that.
 */
function notingWho<Event extends { type: string }, Code extends ErrorCode>(
  asked: string | undefined,
  decision: Decision<Kit, Event, Code>,
  old: Kit,
  kitNo: string,
): Decision<Kit, Event, Code> {
  if (asked === undefined || decision.kind !== 'changed') return decision
  const successor = decision.set.successor ?? old.successor
  if (!successor) return decision
  const who: Asked = { by: asked, kitNo, at: new Date() }
  return { ...decision, set: { ...decision.set, successor: { ...successor, asked: who } } }
}

/** What the update of the old kit sets besides its status. */
export const namedBy = (newKitNo: string, { commandId, now }: Pick<Scope, 'commandId' | 'now'>, ordered?: OrderedCard) => ({
  successor: { kitNo: newKitNo, commandId, at: now, ...(ordered && { ordered }) },
  successorPendingAt: now,
})

/**
 * What the new card takes from the one before; a card that was never activated hands on whose place
 * it was to take.
 */
export const takenFrom = (old: IssuedKit): Pick<Successor, 'entityId' | 'aliasName' | 'takesOver'> & { accountNo: string } => ({
  entityId: old.entityId,
  accountNo: old.accountNo ?? '',
  ...(old.aliasName && { aliasName: old.aliasName }),
  ...(old.takesOver && !old.activatedAt && { takesOver: old.takesOver }),
})
