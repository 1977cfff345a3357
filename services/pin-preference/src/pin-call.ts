// What the PIN calls do alike: find the card, refuse the unusable one, hand the PIN block to the
// HSM.
import { CardCryptoError, type Hsm, type PinInCall } from '@dcms/card-crypto'
import { traitsOf } from '@dcms/contract'
import { type InternalClient, type Refused, refuse, type Scope, ServiceUnavailable, type Tenant } from '@dcms/service'
import { type PresentCard, readCard } from './read-card.ts'

/** What PIN calls work with. */
export interface PinParts {
  hsm: Hsm
  kit: InternalClient
}

export type PinScheme = PinInCall['scheme']
export type CardRefusal = 'MCC007' | 'card.blocked' | 'card.status.active'

export interface UsableCard extends PresentCard {
  kind: 'card'
}

/** The customer's card as of now; somebody else's is as unknown as one that does not exist. */
export async function usableCard(
  { entityId, kitNo }: { entityId: string; kitNo: string },
  scope: Scope,
  kit: InternalClient,
): Promise<UsableCard | Refused<CardRefusal>> {
  const present = await readCard(kitNo, scope, kit)
  if (!present || present.facts.entityId !== entityId) return refuse('MCC007')
  const { pinRefusal } = traitsOf(present.facts.cardStatus)
  return pinRefusal ? refuse(pinRefusal) : { kind: 'card', ...present }
}

/** `usableCard` with the expiry compared. `expiryDate` is MMYY as printed, `facts.expiry` YYMM. */
export async function cardForPin(
  input: { entityId: string; kitNo: string; expiryDate: string },
  scope: Scope,
  kit: InternalClient,
): Promise<UsableCard | Refused<CardRefusal | 'PIN003'>> {
  const found = await usableCard(input, scope, kit)
  if (found.kind === 'refused') return found
  const { expiryDate } = input
  return expiryDate.slice(2) + expiryDate.slice(0, 2) === found.facts.expiry ? found : refuse('PIN003')
}

/** Banks that still send PIN blocks under ECB have v1 switched on. */
export const isV1On = ({ definition }: Tenant): boolean => definition.settings?.pinV1 === true

/** The PIN of a call as the HSM takes it. */
export const pinInCall = (scheme: PinScheme, encryptedBlock: string, kitNo: string, { definition }: Tenant): PinInCall => ({
  scheme,
  encryptedBlock,
  kitNo,
  panSource: definition.settings?.pinBlockPanSource ?? 'AUTO',
})

/**
 * Two calls are the same when their PINs are, however they were encrypted: for the `idempotentAs`
 * of commands that take a PIN.
 */
export const asClearPin =
  (scheme: PinScheme, hsm: Hsm) =>
  async <Body extends { pin: string }>(body: Body, { id }: Tenant): Promise<object> => ({
    ...body,
    pin: await unlessMalformed(() => hsm.pinMac(id, { scheme, encryptedBlock: body.pin })),
  })

/**
 * Runs what the HSM does with a PIN block of a call.
 * @returns 'malformed' for a block that is none of this card's
 * @throws ServiceUnavailable when the bank has exchanged no PIN key yet
 */
export async function unlessMalformed<T>(work: () => Promise<T>): Promise<T | 'malformed'> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CardCryptoError)) throw error
    if (error.code === 'pin.block.invalid') return 'malformed'
    if (error.code === 'key.not.found') throw new ServiceUnavailable('a key for PINs is missing', { cause: error })
    throw error
  }
}
