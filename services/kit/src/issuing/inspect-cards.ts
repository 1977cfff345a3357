// Looking at cards that a bank brings in a file: whether their numbers can be read, are of their
// BIN and not of the part that is numbered here, and whether anybody has them.
import type { Pan } from '@dcms/card-crypto'
import type { BroughtCard, CardFault, TenantDefinition } from '@dcms/contract'
import type { Tenant } from '@dcms/service'
import { type Kit, kitsOf } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'
import { isForFiles, isKitNoOfHere, panLengthOf } from './number-cards.ts'

export type InspectedCard = { pan: Pan; mark: string; fault?: undefined } | { pan?: undefined; fault: CardFault }

/** Of the keyed index of a card number: enough to tell those of one file apart. */
const MARK_LENGTH = 16

/**
 * In the order of the cards, in two statements for all of them.
 * @param orderId the order that the cards are made for: what it has of them already is no fault
 */
export async function inspectCards(
  tenant: Tenant,
  cards: readonly BroughtCard[],
  vault: CardVault,
  orderId?: string,
): Promise<InspectedCard[]> {
  const opened: (Pan | CardFault)[] = []
  for (const card of cards) opened.push(await openCard(tenant, card, vault))
  const pans = opened.filter((each) => typeof each !== 'string')
  const held = new Map((await vault.index.holdersOf(tenant, pans)).map((each, at) => [pans[at], each]))
  const taken = await kitsOf(tenant)
    .find({ _id: { $in: cards.map(({ kitNo }) => kitNo) } }, { orderId: 1 })
    .lean<Pick<Kit, '_id' | 'orderId'>[]>()
  const ofOthers = new Set(taken.filter((kit) => orderId === undefined || kit.orderId !== orderId).map(({ _id }) => _id))
  return cards.map(({ kitNo }, at): InspectedCard => {
    const pan = opened[at]
    if (pan === undefined || typeof pan === 'string') return { fault: pan ?? 'CARD_NUMBER_UNREADABLE' }
    if (ofOthers.has(kitNo)) return { fault: 'KIT_NO_TAKEN' }
    const holder = held.get(pan)
    if (!holder) throw new Error('the index does not say who has a card number')
    const isFree = holder.kitNo === null || (orderId !== undefined && holder.kitNo === kitNo)
    return isFree ? { pan, mark: holder.index.slice(0, MARK_LENGTH) } : { fault: 'CARD_NUMBER_TAKEN' }
  })
}

async function openCard(tenant: Tenant, card: BroughtCard, vault: CardVault): Promise<Pan | CardFault> {
  if (isKitNoOfHere(card.kitNo)) return 'KIT_NO_NUMBERED'
  if (card.parentKitNo !== undefined && isKitNoOfHere(card.parentKitNo)) return 'PARENT_KIT_NO_NUMBERED'
  const pan = await vault.fromField(tenant, card.encryptedCardNumber)
  return pan ? (faultOf(pan, card, tenant) ?? pan) : 'CARD_NUMBER_UNREADABLE'
}

/** What is wrong with a card number by itself. */
export function faultOf(
  pan: Pan,
  { bin: ofBin, lastFour }: Pick<BroughtCard, 'bin' | 'lastFour'>,
  { definition }: { definition: Pick<TenantDefinition, 'bins'> },
): CardFault | undefined {
  const digits = pan.reveal()
  const bin = definition.bins.find((each) => each.bin === ofBin)
  if (!bin || !digits.startsWith(ofBin) || digits.length !== panLengthOf(bin)) return 'CARD_NUMBER_OF_ANOTHER_BIN'
  if (!isForFiles(bin, Number(digits.slice(ofBin.length, -1)))) return 'CARD_NUMBER_NOT_FOR_FILES'
  return pan.last4 === lastFour ? undefined : 'LAST_FOUR_DIFFERS'
}
