// PINs for the cards of an order, some hundred at a time: chosen by the HSM, written down first,
// then given to the cards that have none.
import { type Hsm, keyVersionOf } from '@dcms/card-crypto'
import { type CardForPin, cardsForPinsEndpoint, zoneAadOf } from '@dcms/contract'
import { type InternalClient, place, placeMany, type Scope, type Tenant } from '@dcms/service'
import { type Card, cardsOf, newCard, panAadOf, productOfCard } from './card.ts'
import { type ChosenPin, type ChosenPins, chosenPinsOf, expiresAfter, type PinMailerFile } from './pin-mailer-file.ts'
import { printsMailers } from './regenerate-pin-mailer.ts'

/** Kits that are asked for at a time. */
export const KITS_AT_ONCE = 500
const AT_ONCE = 10

export interface ChoosingParts {
  hsm: Hsm
  kit: InternalClient
}

/**
 * The cards of one part of a file that have their PIN from it. A repeat finds what was chosen, and
 * gives nobody another PIN: whatever dies in between, the same PINs are printed.
 */
export async function pinsFor(
  file: PinMailerFile,
  number: number,
  kitNos: readonly string[],
  scope: Scope,
  parts: ChoosingParts,
): Promise<ChosenPin[]> {
  const { tenant } = scope
  const _id = `${file._id}/${String(number).padStart(6, '0')}`
  const stored = (await read(tenant, _id)) ?? (await choose(_id, file.orderId, kitNos, scope, parts))
  const settled = stored.settled ?? (await settle(stored, scope))
  const ours = new Set(settled)
  return stored.chosen.filter(({ kitNo }) => ours.has(kitNo))
}

const read = (tenant: Tenant, id: string): Promise<ChosenPins | null> => chosenPinsOf(tenant).findById(id).lean<ChosenPins>()

async function choose(
  _id: string,
  orderId: string,
  kitNos: readonly string[],
  scope: Scope,
  { hsm, kit }: ChoosingParts,
): Promise<ChosenPins> {
  const { tenant } = scope
  const asked = await kit.call(cardsForPinsEndpoint, { orderId, kitNos: [...kitNos] }, scope)
  if (asked.kind === 'refused') throw new Error(`${cardsForPinsEndpoint.path} refused kits of order ${orderId}`)
  const cards = asked.result.cards.toSorted((left, right) => kitNos.indexOf(left.kitNo) - kitNos.indexOf(right.kitNo))
  const chosen: ChosenPin[] = []
  for (let at = 0; at < cards.length; at += AT_ONCE) {
    const some = await Promise.all(cards.slice(at, at + AT_ONCE).map((card) => chooseOne(card, tenant, hsm)))
    chosen.push(...some.filter((each) => each !== null))
  }
  await place(chosenPinsOf(tenant), { _id, chosen, expiresAt: expiresAfter(scope.now) })
  const stands = await read(tenant, _id)
  if (!stands) throw new Error(`the PINs of ${_id} were written down and have disappeared`)
  return stands
}

async function chooseOne(
  { kitNo, productId, maskedCardNumber, sealedCardNumber }: CardForPin,
  tenant: Tenant,
  hsm: Hsm,
): Promise<ChosenPin | null> {
  const product = productOfCard(kitNo, productId, tenant.definition)
  if (!printsMailers('PHYSICAL', product)) return null
  const ciphertext = await hsm.panFromZone(tenant.id, sealedCardNumber, zoneAadOf(kitNo), panAadOf(kitNo))
  const { reference, mailerBlock } = await hsm.choosePin(tenant.id, { ciphertext, aad: panAadOf(kitNo) }, product.pinLength)
  return {
    kitNo,
    maskedCardNumber,
    reference,
    block: mailerBlock.block,
    format: mailerBlock.format,
    encryptedPan: ciphertext.toString('base64'),
    panKeyVersion: keyVersionOf(ciphertext),
  }
}

/**
 * Cards that nobody knows here yet are made with their PIN, others get it where they have none: a
 * PIN that the holder has set meanwhile stays. @returns those that have the PIN that was chosen
 */
async function settle({ _id, chosen }: ChosenPins, scope: Scope): Promise<string[]> {
  const { tenant, now } = scope
  if (chosen.length > 0) {
    scope.touch()
    const pinOf = ({ reference }: ChosenPin) => ({ reference, setAt: now, tries: 0, mailedBy: _id })
    await placeMany(
      cardsOf(tenant),
      chosen.map((each): Card => ({ ...newCard, _id: each.kitNo, lastSequence: 0, parked: [], pin: pinOf(each), ...panOf(each) })),
    )
    await cardsOf(tenant).collection.bulkWrite(
      chosen.map((each) => ({
        updateOne: {
          filter: { _id: each.kitNo, pin: { $exists: false } },
          update: { $set: { pin: pinOf(each), ...panOf(each) }, $inc: { version: 1 } },
        },
      })) as never,
      { ordered: false },
    )
  }
  const found = await cardsOf(tenant)
    .find({ _id: { $in: chosen.map(({ kitNo }) => kitNo) }, 'pin.mailedBy': _id }, { _id: 1 })
    .batchSize(chosen.length)
    .lean<{ _id: string }[]>()
  const settled = found.map((card) => card._id)
  await chosenPinsOf(tenant).updateOne({ _id, settled: { $exists: false } }, { $set: { settled } })
  return (await read(tenant, _id))?.settled ?? settled
}

const panOf = ({ encryptedPan, panKeyVersion }: ChosenPin) => ({ encryptedPan, panKeyVersion })
