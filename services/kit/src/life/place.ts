// The place after a card: the one kit that takes it or is to take it. The card itself decides, by
// naming its successor; a kit that was replaced before it was ever activated hands the place on.
// Nothing else makes a kit the next one, so that one card never becomes two.
import { statusesFor, traitsOf } from '@dcms/contract'
import type { Scope, Tenant } from '@dcms/service'
import { type IssuedKit, isIssued, type Kit, kitsOf, readKit } from '../kit.ts'
import { finishSuccession } from './confirm-successor.ts'
import { takeOver } from './take-over.ts'

/** Hands on are noted at the card (see `finishSuccession`), so that a way this long is a circle. */
const HANDED_ON_MAX = 100

export type Place =
  /**
   * `blocked`: the kit that was to take it and could still be replaced, which would want the place
   * back.
   */
  | { kind: 'free'; blocked?: Kit }
  | { kind: 'waiting'; kit: IssuedKit }
  /**
   * The card was to take another one's place, which was given to somebody else; `waiting` is that
   * one, until it is activated.
   */
  | { kind: 'lost'; waiting?: IssuedKit }
  /** Something half done was found and finished: read the card anew. */
  | { kind: 'unsettled' }

/** Who has the place after a card. Reads nothing more for a card that never had a successor. */
export async function placeAfter(card: Kit, scope: Scope): Promise<Place> {
  if (card.placeGivenAwayAt && card.takesOver !== undefined) {
    const before = await readKit(scope.tenant, card.takesOver)
    if (before && wasNeverTaken(before, card)) return { kind: 'free' }
    const place = before && (await placeAfter(before, scope))
    return place?.kind === 'unsettled' ? place : { kind: 'lost', ...(place?.kind === 'waiting' && { waiting: place.kit }) }
  }
  let next = card.successor?.kitNo
  for (let hops = 0; next !== undefined; hops++) {
    if (hops >= HANDED_ON_MAX) throw new Error(`the place after kit ${card._id} was handed on more than ${HANDED_ON_MAX} times`)
    const kit = await readKit(scope.tenant, next)
    if (!kit || !isIssued(kit)) return { kind: 'free' }
    if (kit.activatedAt) return await afterActivation(kit, scope)
    if (traitsOf(kit.status).awaitsActivation) return { kind: 'waiting', kit }
    if (kit.successorPendingAt) {
      await finishSuccession(kit, scope.ofCommand(`finish-succession/${kit.successor?.kitNo}`))
      return { kind: 'unsettled' }
    }
    if (!kit.successor) return kit.status === 'BLOCKED' ? { kind: 'free', blocked: kit } : { kind: 'free' }
    next = kit.successor.kitNo
  }
  return { kind: 'free' }
}

/**
 * The order that was to take the place was refused or cut off, and no other one can come: the card
 * before is out of use for good.
 */
const wasNeverTaken = (before: Kit, { _id }: Kit): boolean =>
  before.successor?.kitNo === _id && ![...statusesFor('UPGRADE'), ...statusesFor('REPLACE')].includes(before.status)

/**
 * The successor is in use. Where the card is not yet replaced by it, the activation was cut off:
 * that comes first.
 */
async function afterActivation(kit: IssuedKit, scope: Scope): Promise<Place> {
  if (!kit.takeOverPendingAt) return { kind: 'free' }
  await takeOver(kit, scope.ofCommand(`take-over/${kit._id}`))
  return { kind: 'unsettled' }
}

/**
 * Keeps a blocked kit from wanting back the place it was to take; that is done before another kit
 * gets it. False when the kit was replaced meanwhile: then its own successor has the place.
 */
export async function givePlaceAway({ _id, version }: Kit, { tenant, now }: Pick<Scope, 'tenant' | 'now'>): Promise<boolean> {
  const given = await kitsOf(tenant).updateOne(
    { _id, version, status: 'BLOCKED' },
    { $set: { placeGivenAwayAt: now }, $inc: { version: 1 } },
  )
  return given.matchedCount === 1
}

/**
 * Whether a kit that takes the place of `before` is the one that this card names, or got the place
 * from that one.
 */
export async function isNextAfter(before: Kit, kitNo: string, tenant: Tenant): Promise<boolean> {
  let next = before.successor?.kitNo
  for (let hops = 0; next !== undefined && next !== kitNo && hops < HANDED_ON_MAX; hops++) {
    const kit = await readKit(tenant, next)
    next = kit?.activatedAt ? undefined : kit?.successor?.kitNo
  }
  return next === kitNo
}
