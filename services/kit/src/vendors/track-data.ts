// Tracks 1 and 2 of a magnetic stripe (ISO/IEC 7813), with sentinels, without the check character
// that the encoder adds.

/** Where a card for stock has no name: family name, then given name. */
const NOBODY = 'CUSTOMER/VALUED'
const NAME_MAX = 26
/** PIN verification key index and value: PINs are verified by the issuer, not from the stripe. */
const NO_PVV = '00000'

export interface TrackData {
  pan: string
  /** YYMM. */
  expiry: string
  serviceCode: string
  /** Of the stripe. */
  cvv: string
  /** As embossed; absent on a card for stock. */
  name?: string | undefined
}

export const track1Of = (card: TrackData): string => `%B${card.pan}^${nameOf(card.name)}^${restOf(card)}?`

export const track2Of = (card: TrackData): string => `;${card.pan}=${restOf(card)}?`

const restOf = ({ expiry, serviceCode, cvv }: TrackData): string => `${expiry}${serviceCode}${NO_PVV}${cvv}`

/** `ASHA RAO` → `RAO/ASHA`; a single name is a family name. */
function nameOf(name: string | undefined): string {
  if (name === undefined) return NOBODY
  const words = name.replaceAll('/', ' ').split(' ').filter(Boolean)
  return `${words.at(-1)}/${words.slice(0, -1).join(' ')}`.slice(0, NAME_MAX)
}
