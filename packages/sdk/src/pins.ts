// Calls with a PIN, made with the clear PIN: it is encrypted here and goes no further.
import type { KeyObject } from 'node:crypto'
import type { CallOptions, EndpointMethods, RequestOf, ResultOf } from './endpoint-methods.ts'
import { DcmsInputError } from './errors.ts'
import { checkedCardNumber, encryptPin, type PinCard, type PinScheme } from './pin-encryption.ts'

export interface PinCallOptions extends CallOptions {
  /** How the PIN travels. Default `v2`. */
  scheme?: PinScheme
}

/** A card and a PIN. `pin`: 4 to 12 digits in clear, as text. */
export type CardAndPin = RequestOf<'setPinV2'> & {
  /** What the PIN block is made of when it is there, else the kit number is. */
  cardNumber?: string
}

/** What a holder knows of the card. The last six digits are taken from the card number. */
export type CardEnding = Omit<RequestOf<'validateCardEndingV2'>, 'cardNoLastSix'> & {
  cardNumber: string
  /** With `scheme: 'v1'` only, and there needed: v2 does not check it. */
  cvv?: string
}

type PinMethods = Pick<
  EndpointMethods,
  'setPin' | 'setPinV2' | 'validatePin' | 'validatePinV2' | 'validateCardEnding' | 'validateCardEndingV2'
>

/**
 * `dcms.pins`. Each method encrypts the PIN once, so that all tries of the call send the same, and
 * answers what the endpoint answers. All reject with DcmsInputError, before anything is sent, when
 * the PIN, the card or the PIN key is not usable; the error shows no value.
 */
export class Pins {
  readonly #methods: PinMethods
  readonly #pinKey: KeyObject | undefined

  constructor(methods: PinMethods, pinKey: KeyObject | undefined) {
    this.#methods = methods
    this.#pinKey = pinKey
  }

  /** Sets or changes the PIN of a card. */
  async set(card: CardAndPin, { scheme = 'v2', ...options }: PinCallOptions = {}): Promise<ResultOf<'setPinV2'>> {
    const body = this.#body(card, scheme)
    return await (scheme === 'v1' ? this.#methods.setPin(body, options) : this.#methods.setPinV2(body, options))
  }

  /**
   * True when the PIN is the card's; a wrong one is a DcmsError `PIN002`, a locked one
   * `pin.locked`.
   */
  async validate(card: CardAndPin, { scheme = 'v2', ...options }: PinCallOptions = {}): Promise<ResultOf<'validatePinV2'>> {
    const body = this.#body(card, scheme)
    return await (scheme === 'v1' ? this.#methods.validatePin(body, options) : this.#methods.validatePinV2(body, options))
  }

  /**
   * Finds a card by number, expiry, mobile number and PIN (with v1 by CVV too); whatever does not
   * fit is a DcmsError `CRD002`.
   */
  async validateCardEnding(
    { cardNumber, cvv, ...known }: CardEnding,
    { scheme = 'v2', ...options }: PinCallOptions = {},
  ): Promise<ResultOf<'validateCardEndingV2'>> {
    const cardNoLastSix = checkedCardNumber(cardNumber).slice(-6)
    const body = { ...known, cardNoLastSix, pin: this.#encrypt(known.pin, { cardNumber }, scheme) }
    if (scheme === 'v2') {
      if (cvv !== undefined) throw new DcmsInputError('cvv', "is not checked by v2: leave it out, or say scheme: 'v1'")
      return await this.#methods.validateCardEndingV2(body, options)
    }
    if (cvv === undefined) throw new DcmsInputError('cvv', 'is needed by v1')
    return await this.#methods.validateCardEnding({ ...body, cvv }, options)
  }

  /** The card number goes into the PIN block and not into the call. */
  #body({ cardNumber, pin, ...card }: CardAndPin, scheme: PinScheme): RequestOf<'setPinV2'> {
    return { ...card, pin: this.#encrypt(pin, cardNumber === undefined ? { kitNo: card.kitNo } : { cardNumber }, scheme) }
  }

  #encrypt(pin: string, card: PinCard, scheme: PinScheme): string {
    if (scheme !== 'v1' && scheme !== 'v2') throw new DcmsInputError('scheme', 'must be v1 or v2')
    return encryptPin(pin, card, scheme, this.#pinKey)
  }
}
