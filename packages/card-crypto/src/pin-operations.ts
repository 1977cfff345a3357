// What an Hsm does with PINs: every way in which a block can be wrong is told as pin.block.invalid,
// and nothing else of it.
import { createHmac } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import { cardVerificationValue } from './card-verification-value.ts'
import type { CvvRequest, PinInCall, PinReference, StoredPan, ZonePinBlock } from './hsm.ts'
import { refusedPurpose } from './key-purposes.ts'
import type { KeyRing } from './key-ring.ts'
import { decoyPinOfCall, openPinBlock, pinOfCall } from './pin-in-call.ts'
import { matchesReference, methodFor, referenceOf } from './pin-reference.ts'
import { randomPin } from './random-pin.ts'
import { secretEquals } from './secret-equals.ts'
import { decipherZonePin, encipherZonePin, usualFormat } from './zone-pin-block.ts'

/** Keys, and a stored PAN's digits; for null the digits of a decoy, got by the same work. */
export interface PinWork {
  ring: KeyRing
  panOf(tenant: string, pan: StoredPan | null): Promise<string>
}

export type SealedPin = Pick<PinInCall, 'scheme' | 'encryptedBlock'>

export interface CardToVerify {
  pan: StoredPan
  reference: PinReference
}

const serviceCodes = { CVV2: '000', iCVV: '999' }

export async function setPin(work: PinWork, tenant: string, stored: StoredPan, pin: PinInCall, pinLength: number): Promise<PinReference> {
  const pan = await work.panOf(tenant, stored)
  const block = await openedBlock(work, tenant, pin)
  return referenceOf(
    await work.ring.newest(tenant, 'pvk'),
    pan,
    wellFormed(() => ofLength(pinOfCall(block, pan, pin), pinLength)),
  )
}

export async function verifyPin(
  work: PinWork,
  tenant: string,
  card: CardToVerify | null,
  pin: PinInCall,
  pinLength: number,
): Promise<boolean> {
  const pan = await work.panOf(tenant, card?.pan ?? null)
  const block = await openedBlock(work, tenant, pin)
  const digits = wellFormed(() => ofLength(card ? pinOfCall(block, pan, pin) : decoyPinOfCall(block, pin), pinLength))
  return matches(work, tenant, card?.reference ?? null, pan, digits)
}

export async function verifyZonePin(
  work: PinWork,
  tenant: string,
  card: CardToVerify,
  block: ZonePinBlock,
  pinLength: number,
): Promise<boolean> {
  const pan = await work.panOf(tenant, card.pan)
  const digits = await zonePin(work, tenant, block, pan, pinLength)
  return matches(work, tenant, card.reference, pan, digits)
}

/**
 * Always under the first data key, which stays when later ones come: so a MAC outlives rotations.
 */
export async function pinMac(work: PinWork, tenant: string, pin: SealedPin): Promise<string> {
  const block = await blockOrNull(work, tenant, pin)
  const { mac } = (await work.ring.get(tenant, 'data', 1)).uses
  if (!mac) throw refusedPurpose('data', 'mac')
  const message = block === null ? `pin that does not open ${pin.encryptedBlock}` : `pin block ${block}`
  return createHmac('sha256', mac).update(message).digest('base64url')
}

export async function translatePinBlock(
  work: PinWork,
  tenant: string,
  stored: StoredPan,
  from: ZonePinBlock,
  to: Omit<ZonePinBlock, 'block'>,
): Promise<ZonePinBlock> {
  const pan = await work.panOf(tenant, stored)
  const pin = await zonePin(work, tenant, from, pan)
  const key = await work.ring.newest(tenant, to.key)
  return { ...to, block: encipherZonePin(key, to.format, pin, pan) }
}

export async function choosePin(
  work: PinWork,
  tenant: string,
  stored: StoredPan,
  pinLength: number,
): Promise<{ reference: PinReference; mailerBlock: ZonePinBlock }> {
  const [pan, pvk, mailer] = [
    await work.panOf(tenant, stored),
    await work.ring.newest(tenant, 'pvk'),
    await work.ring.newest(tenant, 'mailer'),
  ]
  const pin = randomPin(pinLength)
  const format = usualFormat(mailer)
  return { reference: referenceOf(pvk, pan, pin), mailerBlock: { key: 'mailer', format, block: encipherZonePin(mailer, format, pin, pan) } }
}

/** The CVV of a card under the key version it was issued with; a decoy's under the one in use. */
export async function cvvOf(work: PinWork, tenant: string, stored: StoredPan | null, request: CvvRequest): Promise<string> {
  const pan = await work.panOf(tenant, stored)
  const { key } = stored ? await work.ring.get(tenant, 'cvk', request.keyVersion) : await work.ring.newest(tenant, 'cvk')
  const serviceCode = request.kind === 'CVV' ? request.serviceCode : serviceCodes[request.kind]
  return cardVerificationValue(key, pan, request.expiry, serviceCode)
}

export async function verifyCvv(
  work: PinWork,
  tenant: string,
  stored: StoredPan | null,
  request: CvvRequest,
  candidate: string,
): Promise<boolean> {
  return secretEquals(await cvvOf(work, tenant, stored, request), candidate) && stored !== null
}

async function matches(work: PinWork, tenant: string, known: PinReference | null, pan: string, pin: string): Promise<boolean> {
  const pvk = known ? await work.ring.get(tenant, 'pvk', known.keyVersion) : await work.ring.newest(tenant, 'pvk')
  const reference = known ?? { method: methodFor(pvk, pin.length), keyVersion: pvk.view.version, value: '0'.repeat(pin.length) }
  return matchesReference(pvk, reference, pan, pin) && known !== null
}

async function openedBlock(work: PinWork, tenant: string, pin: SealedPin): Promise<string> {
  const block = await blockOrNull(work, tenant, pin)
  if (block === null) throw invalid()
  return block
}

function blockOrNull({ ring }: PinWork, tenant: string, pin: SealedPin): Promise<string | null> {
  return ring.openWithRecent(tenant, 'pin', ({ key }) => openPinBlock(pin.scheme, key, pin.encryptedBlock))
}

/**
 * A zone block carries no tag: under which key version it was made is told by whether it reads as a
 * block.
 */
async function zonePin({ ring }: PinWork, tenant: string, block: ZonePinBlock, pan: string, pinLength?: number): Promise<string> {
  const pin = await ring.openWithRecent(tenant, block.key, (key) => {
    try {
      return ofLength(decipherZonePin(key, block, pan), pinLength)
    } catch (error) {
      if (error instanceof CardCryptoError) return null
      throw error
    }
  })
  if (pin === null) throw invalid()
  return pin
}

function ofLength(pin: string, pinLength: number | undefined): string {
  if (pinLength !== undefined && pin.length !== pinLength)
    throw new CardCryptoError('pin.length', `The PIN has other than ${pinLength} digits`)
  return pin
}

function wellFormed(read: () => string): string {
  try {
    return read()
  } catch (error) {
    if (error instanceof CardCryptoError) throw invalid()
    throw error
  }
}

function invalid(): CardCryptoError {
  return new CardCryptoError('pin.block.invalid', 'The PIN block is not one of this card')
}
