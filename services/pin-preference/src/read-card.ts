// Reading a card for a PIN or preference call: what is kept here, with the kit context's word on
// owner and status as of now.
import { type Hsm, keyVersionOf } from '@dcms/card-crypto'
import { type KitForPin, kitForPinEndpoint, type Product, zoneAadOf } from '@dcms/contract'
import { type InternalClient, type Scope, ServiceUnavailable } from '@dcms/service'
import { type Card, cardsOf, newCard, panAadOf, productOfCard, withoutQueues } from './card.ts'
import { type Start, startAfter } from './inherit.ts'

/** What a card is apart from what is kept here. */
export type CardFacts = Pick<KitForPin, 'entityId' | 'productId' | 'cardType' | 'cardStatus' | 'expiry' | 'accountNo' | 'predecessor'>

export interface PresentCard {
  card: Card
  facts: CardFacts
  product: Product
}

/**
 * The kit context is asked every time: a card that was blocked a moment ago must not pass, one that
 * was issued a moment ago must. While it is away the projection answers.
 * @returns null for a kit that is not there or has no owner
 * @throws ServiceUnavailable when the kit context is away and the projection does not know the card
 */
export async function readCard(kitNo: string, scope: Scope, kit: InternalClient): Promise<PresentCard | null> {
  const [stored, asked] = await Promise.all([load(kitNo, scope), askOwner(kitNo, false, scope, kit)])
  const facts = asked === 'away' ? projected(stored) : asked
  if (facts === 'unknown') throw new ServiceUnavailable('the kit context is away and the card is not known here yet')
  if (!facts) return null
  const product = productOfCard(kitNo, facts.productId, scope.tenant.definition)
  const card = stored ?? (await place(kitNo, scope))
  return { card: { ...card, ...(await startOf(card, facts, product, scope, kit)) }, facts, product }
}

/**
 * What a card started with whose KitIssued is still on its way; the event writes it into the
 * document.
 */
export async function startOf(
  card: Pick<Card, 'issued'>,
  { predecessor }: Pick<KitForPin, 'predecessor'>,
  product: Product,
  scope: Scope,
  kit: InternalClient,
): Promise<Start | undefined> {
  if (card.issued || predecessor === undefined) return undefined
  return await startAfter(predecessor, product, scope.tenant, async (kitNo) => {
    const asked = await askOwner(kitNo, false, scope, kit)
    if (asked === 'away') throw new ServiceUnavailable('the kit context is away and the card before this one is not known here yet')
    return asked
  })
}

/**
 * The card with its number in the own HSM's keeping: fetched as HSM ciphertext at the first PIN
 * operation, kept from then on.
 */
export async function withPan(card: Card, scope: Scope, kit: InternalClient, hsm: Hsm): Promise<Card & { encryptedPan: string }> {
  if (card.encryptedPan) return { ...card, encryptedPan: card.encryptedPan }
  const asked = await askOwner(card._id, true, scope, kit)
  if (asked === 'away' || !asked?.sealedCardNumber) throw new ServiceUnavailable('the card number is not to be had now')
  const stored = await hsm.panFromZone(scope.tenant.id, asked.sealedCardNumber, zoneAadOf(card._id), panAadOf(card._id))
  const kept = { encryptedPan: stored.toString('base64'), panKeyVersion: keyVersionOf(stored) }
  await cardsOf(scope.tenant).updateOne({ _id: card._id, encryptedPan: { $exists: false } }, { $set: kept })
  return { ...card, ...kept }
}

const load = (kitNo: string, scope: Scope): Promise<Card | null> => cardsOf(scope.tenant).findById(kitNo, withoutQueues).lean<Card>()

/** A document for a card whose KitIssued is still on its way; the event completes it. */
async function place(kitNo: string, scope: Scope): Promise<Card> {
  await scope.create(cardsOf, { ...newCard, _id: kitNo, lastSequence: 0, parked: [] })
  const placed = await load(kitNo, scope)
  if (!placed) throw new Error(`the card ${kitNo} was placed and has disappeared`)
  return placed
}

export async function askOwner(
  kitNo: string,
  withCardNumber: boolean,
  scope: Scope,
  kit: InternalClient,
): Promise<KitForPin | null | 'away'> {
  try {
    const asked = await kit.call(kitForPinEndpoint, { kitNo, ...(withCardNumber && { withCardNumber }) }, scope)
    return asked.kind === 'answer' ? asked.result : null
  } catch (error) {
    if (error instanceof ServiceUnavailable) return 'away'
    throw error
  }
}

function projected(card: Card | null): CardFacts | 'unknown' {
  const { entityId, productId, cardType, cardStatus, expiry } = card ?? {}
  if (!entityId || !productId || !cardType || !cardStatus || !expiry) return 'unknown'
  return { entityId, productId, cardType, cardStatus, expiry }
}
