// What the four digits of a message type indicator say (ISO 8583:1987, clause 4.1).

const versions = { 0: '1987', 1: '1993', 2: '2003', 8: 'national', 9: 'private' } as const
const classes = {
  1: 'authorisation',
  2: 'financial',
  3: 'file-action',
  4: 'reversal',
  5: 'reconciliation',
  6: 'administrative',
  7: 'fee-collection',
  8: 'network-management',
} as const
const functions = {
  0: 'request',
  1: 'response',
  2: 'advice',
  3: 'advice-response',
  4: 'notification',
} as const
const origins = { 0: 'acquirer', 2: 'issuer', 4: 'other' } as const

export interface MessageType {
  readonly version: (typeof versions)[keyof typeof versions]
  readonly class: (typeof classes)[keyof typeof classes]
  readonly function: (typeof functions)[keyof typeof functions]
  readonly origin: (typeof origins)[keyof typeof origins]
  /** Sent once more, as no answer came. */
  readonly isRepeat: boolean
}

/** Undefined for one that the standard leaves open. */
export function messageTypeOf(mti: string): MessageType | undefined {
  if (!/^\d{4}$/.test(mti)) return undefined
  const [first, second, third, fourth = 0] = Array.from(mti, Number)
  const isRepeat = fourth % 2 === 1
  const version = named(versions, first)
  const messageClass = named(classes, second)
  const messageFunction = named(functions, third)
  const origin = named(origins, isRepeat ? fourth - 1 : fourth)
  if (version === undefined || messageClass === undefined || messageFunction === undefined || origin === undefined) return undefined
  return { version, class: messageClass, function: messageFunction, origin, isRepeat }
}

const named = <Name>(names: Readonly<Record<number, Name>>, digit: number | undefined): Name | undefined =>
  digit === undefined ? undefined : names[digit]

/**
 * The MTI that answers this one: 0110 for 0100, 0430 for 0421, as an answer to a repeat is none.
 * Undefined where nothing is to be answered: to responses and notifications.
 */
export function responseMti(mti: string): string | undefined {
  const type = messageTypeOf(mti)
  if (type?.function !== 'request' && type?.function !== 'advice') return undefined
  const origin = Number(mti[3])
  return `${mti.slice(0, 2)}${Number(mti[2]) + 1}${type.isRepeat ? origin - 1 : origin}`
}
