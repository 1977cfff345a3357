// A client that notes every secret that passes through it, so that the leak scan after the tests
// looks for exactly these.
import { publicEndpoints } from '@dcms/contract'
import { isSecret, type SecretKind, usedSecret } from '@dcms/leak-scan'
import type { CardAndPin, CardEnding, Dcms, PinCallOptions, PinCard } from '@dcms/sdk'

type Call = (body: unknown, options?: unknown) => Promise<unknown>

/**
 * Changes the client: card numbers and CVVs in answers, PINs, PIN blocks and CVVs in calls are
 * noted. What is malformed is none.
 */
export function noting(dcms: Dcms): Dcms {
  const decrypt = dcms.decryptCardNumber.bind(dcms)
  for (const name of Object.keys(publicEndpoints)) {
    const call: Call = Reflect.get(dcms, name).bind(dcms)
    const noted: Call = async (body, options) => {
      noteEach(body, { pin: (value) => note('encryptedPin', value), cvv: (value) => note('cvv', value) })
      const result = await call(body, options)
      noteEach(result, { encryptedCardNumber: (value) => note('pan', decrypt(value)), cvv: (value) => note('cvv', value) })
      return result
    }
    Object.defineProperty(dcms, name, { value: noted })
  }
  const [encryptPin, encryptPinV1] = [dcms.encryptPin.bind(dcms), dcms.encryptPinV1.bind(dcms)]
  const { pins } = dcms
  const [set, validate, validateCardEnding] = [pins.set.bind(pins), pins.validate.bind(pins), pins.validateCardEnding.bind(pins)]
  Object.assign(pins, {
    set: (card: CardAndPin, options?: PinCallOptions) => set(notePin(card), options),
    validate: (card: CardAndPin, options?: PinCallOptions) => validate(notePin(card), options),
    validateCardEnding: (card: CardEnding, options?: PinCallOptions) => validateCardEnding(notePin(card), options),
  })
  return Object.assign(dcms, {
    decryptCardNumber: (encrypted: string): string => note('pan', decrypt(encrypted)),
    encryptPin: (pin: string, card: PinCard): string => note('encryptedPin', encryptPin(notePin({ ...card, pin }).pin, card)),
    encryptPinV1: (pin: string, card: PinCard): string => note('encryptedPin', encryptPinV1(notePin({ ...card, pin }).pin, card)),
  })
}

/** Clear PIN, card number, and the PIN block that the client makes of them. */
function notePin<Given extends { pin: string; cardNumber?: string | undefined; kitNo?: string | undefined }>(given: Given): Given {
  const account = given.cardNumber ?? given.kitNo ?? ''
  if (given.cardNumber !== undefined) note('pan', given.cardNumber)
  if (isSecret('pin', given.pin) && /^\d{1,19}$/.test(account)) note('pinBlock', pinBlock(note('pin', given.pin), account))
  return given
}

function note(kind: SecretKind, value: string): string {
  return isSecret(kind, value) ? usedSecret(kind, value) : value
}

/** ISO 9564-1 format 0, 9.3.2; a kit number stands in for a card number padded with zeros. Hex. */
export function pinBlock(pin: string, cardOrKitNumber: string): string {
  const field = `0${pin.length.toString(16)}${pin}`.padEnd(16, 'F')
  const account = cardOrKitNumber.padStart(16, '0').slice(-13, -1)
  return (BigInt(`0x${field}`) ^ BigInt(`0x${account}`)).toString(16).toUpperCase().padStart(16, '0')
}

/** Calls `handlers` for text members of that name, however deep. */
function noteEach(value: unknown, handlers: Readonly<Record<string, (text: string) => void>>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value))
    if (typeof member === 'string') handlers[name]?.(member)
    else noteEach(member, handlers)
}
