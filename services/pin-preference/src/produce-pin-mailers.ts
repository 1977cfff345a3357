// Making the new PINs of ordered mailers. Contract:
// packages/contract/src/pin/produce-pin-mailers.ts.
import { type PinMailerBatch, type PinSet, producePinMailersEndpoint, statusesThat, traitsOf } from '@dcms/contract'
import { answer, command, type Decision, refuse, type Scope, unchanged } from '@dcms/service'
import { type Card, cardsOf, panOf, withoutQueues } from './card.ts'
import type { PinParts } from './pin-call.ts'
import { beginBatch, findBatch, type PinMailerBatchRecord, settleBatch, type Taken } from './pin-mailer-batch.ts'
import { readCard, withPan } from './read-card.ts'
import { printsMailers } from './regenerate-pin-mailer.ts'

const AT_ONCE = 10

/**
 * First the batch is written down with all its PINs, then each card gets its own by one atomic
 * update. A call that breaks off is finished by a repeat; a caller that did not wait for the end
 * repeats and gets the same lines.
 */
export const producePinMailers = (parts: PinParts) =>
  command(producePinMailersEndpoint, async ({ batchId, limit }, scope) => {
    const { tenant, now } = scope
    const known = await findBatch(tenant, batchId)
    if (!known && !(await parts.hsm.hasKey(tenant.id, 'mailer')))
      return refuse('encryption.key.not.found', ['the bank has no mailer key: exchange one with the printer first'])
    const batch = known ?? (await beginBatch(tenant, batchId, await takeWaiting(limit, scope, parts), now))
    if (batch.settled) return answer(resultOf(batch, batch.settled))
    const settled: string[] = []
    for (const some of inGroups(batch.taken)) {
      const outcomes = await Promise.all(some.map((taken) => settle(taken, batchId, scope)))
      if (outcomes.includes('overtaken')) return { kind: 'overtaken' }
      settled.push(
        ...some
          .filter((_, position) => outcomes[position] === 'ours')
          .map(mailerOf)
          .map(({ mailerId }) => mailerId),
      )
    }
    await settleBatch(tenant, batchId, settled)
    return answer(resultOf(batch, settled))
  })

const mailerOf = (taken: Taken) => ('line' in taken ? taken.line : taken.closed)

const resultOf = ({ _id, taken }: PinMailerBatchRecord, settled: readonly string[]): PinMailerBatch => {
  const ours = taken.filter((each) => settled.includes(mailerOf(each).mailerId))
  return {
    batchId: _id,
    lines: ours.flatMap((each) => ('line' in each ? [each.line] : [])),
    closed: ours.flatMap((each) => ('closed' in each ? [each.closed] : [])),
  }
}

/**
 * The oldest orders that no batch has taken. Locked cards are passed over, so that they do not
 * stand in the way of the others.
 */
async function takeWaiting(limit: number, scope: Scope, parts: PinParts): Promise<Taken[]> {
  const waiting = await cardsOf(scope.tenant)
    .find(
      { 'pinMailer.status': 'PENDING', cardStatus: { $nin: statusesThat('delaysPinMailer') }, maskedCardNumber: { $exists: true } },
      { _id: 1 },
    )
    .sort({ 'pinMailer.requestedAt': 1 })
    .limit(limit)
    .lean<Pick<Card, '_id'>[]>()
  const taken: (Taken | null)[] = []
  for (const some of inGroups(waiting)) taken.push(...(await Promise.all(some.map(({ _id }) => take(_id, scope, parts)))))
  return taken.filter((each) => each !== null)
}

/** The card as of now decides: whether it gets a PIN, waits, or has its mailer closed. */
async function take(kitNo: string, scope: Scope, parts: PinParts): Promise<Taken | null> {
  const present = await readCard(kitNo, scope, parts.kit)
  const mailer = present ? present.card.pinMailer : (await load(kitNo, scope))?.pinMailer
  if (mailer?.status !== 'PENDING') return null
  const { mailerId, addressType, homeCurrencyCode } = mailer
  const closed = (reason: 'MCC007' | 'PIN004' | 'card.blocked' | 'card.status.active'): Taken => ({ closed: { kitNo, mailerId, reason } })
  if (!present) return closed('MCC007')
  const { entityId, cardType, cardStatus } = present.facts
  const { maskedCardNumber } = present.card
  const { delaysPinMailer, pinRefusal } = traitsOf(cardStatus)
  if (delaysPinMailer || !maskedCardNumber) return null // usable later; its KitIssued is still on its way
  if (pinRefusal) return closed(pinRefusal)
  if (!printsMailers(cardType, present.product)) return closed('PIN004')
  const pan = panOf(await withPan(present.card, scope, parts.kit, parts.hsm))
  const { reference, mailerBlock } = await parts.hsm.choosePin(scope.tenant.id, pan, present.product.pinLength)
  const order = { kitNo, entityId, maskedCardNumber, addressType, homeCurrencyCode, mailerId }
  return { line: { ...order, encryptedPinBlock: mailerBlock.block, pinBlockFormat: mailerBlock.format }, reference }
}

const load = (kitNo: string, scope: Scope): Promise<Card | null> => cardsOf(scope.tenant).findById(kitNo, withoutQueues).lean<Card>()

/**
 * Gives one card its PIN, or closes its mailer, unless that was done; 'theirs' when another batch
 * was first.
 */
async function settle(taken: Taken, batchId: string, scope: Scope): Promise<'ours' | 'theirs' | 'overtaken'> {
  const { kitNo, mailerId } = mailerOf(taken)
  const card = await load(kitNo, scope)
  const mailer = card?.pinMailer
  if (!card || mailer?.mailerId !== mailerId || (mailer.batchId ?? batchId) !== batchId) return 'theirs'
  const committed = await scope.commit(cardsOf, card, decideProduction(card, taken, batchId, scope.now), null)
  return committed.kind === 'overtaken' ? 'overtaken' : 'ours'
}

/**
 * The printed PIN replaces the present one at once, with all its tries; a locked PIN is usable
 * again.
 */
export function decideProduction(
  { pin: previous, pinMailer }: Pick<Card, 'pin' | 'pinMailer'>,
  taken: Taken,
  batchId: string,
  now: Date,
): Decision<Card, PinSet, never> {
  if (pinMailer?.status !== 'PENDING') return unchanged // done by an earlier call
  const settled = { ...pinMailer, batchId, settledAt: now }
  if ('closed' in taken) return { kind: 'changed', set: { pinMailer: { ...settled, status: 'CLOSED' } }, events: [] }
  const { kitNo, entityId } = taken.line
  return {
    kind: 'changed',
    set: { pin: { reference: taken.reference, setAt: now, tries: 0 }, pinMailer: { ...settled, status: 'PRODUCED' } },
    events: [{ type: 'PinSet', kitNo, entityId, firstPin: !previous, setAt: now.toISOString() }],
  }
}

/** Cards are worked on a few at a time. */
const inGroups = <T>(list: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(list.length / AT_ONCE) }, (_, group) => list.slice(group * AT_ONCE, (group + 1) * AT_ONCE))
