// Files of pre-generated kits as tests make them, and a kit context that looks at their cards. What
// stands for a card number is a number in Base64: nothing here can be opened.
import { createHash } from 'node:crypto'
import { type BroughtCard, type CardFault, type CheckedCard, checkCardsEndpoint } from '@dcms/contract'
import { type InternalClient, ServiceUnavailable } from '@dcms/service'
import { nextNumber } from './made.ts'

export interface KitLine {
  seq?: string
  kitNo?: string
  parentKitNo?: string
  productId?: string
  bin?: string
  plasticCode?: string
  card?: string
  lastFour?: string
  expiry?: string
  aliasName?: string
  branchId?: string
}

/** What stands for a card number: another one each time, unless it is told which. */
export function cardOf(number = nextNumber()): string {
  const bytes = Buffer.alloc(48)
  bytes.writeUInt32BE(number)
  return bytes.toString('base64')
}

export const kitLine = (branchId: string, seq: number, line: KitLine = {}): string =>
  [
    'D',
    line.seq ?? String(seq),
    line.kitNo ?? `PGK${nextNumber()}`,
    line.parentKitNo ?? '',
    line.productId ?? '2003_PHYSICAL',
    line.bin ?? '608040',
    line.plasticCode ?? '',
    line.card ?? cardOf(),
    line.lastFour ?? '0853',
    line.expiry ?? '1239',
    line.aliasName ?? 'INSTA CARD',
    line.branchId ?? branchId,
  ].join('|')

export const headerLine = (orderRef = 'REF-1', tenant = 'ACME_BANK'): string => `H|PGK|1|${tenant}|20260110091200|${orderRef}`

/** Lines with their trailer. @param end of the n-th line */
export function whole(lines: readonly string[], end: (at: number) => string = () => '\n'): Buffer {
  const before = Buffer.from(lines.map((line, at) => line + end(at)).join(''))
  const count = lines.filter((line) => line.startsWith('D')).length
  return Buffer.concat([before, Buffer.from(`T|${count}|${sha256(before)}${end(lines.length)}`)])
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A right file of so many kits, or of these. */
export const kitFile = (branchId: string, kits: number | readonly KitLine[] = 3, orderRef = `REF-${nextNumber()}`): Buffer =>
  whole([
    headerLine(orderRef),
    ...(typeof kits === 'number' ? Array.from({ length: kits }, () => ({})) : kits).map((line, at) => kitLine(branchId, at + 1, line)),
  ])

/** Bytes in pieces of this length. */
export async function* inPieces(bytes: Uint8Array, length = 1_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length)
}

export interface CardChecker extends InternalClient {
  /** By kitNo: what is wrong with it. */
  readonly faults: Map<string, CardFault>
  /** How often it was asked, and how many cards it saw. */
  asked: number
  seen: number
  /** So many calls to come find nobody there. */
  away: number
}

/** A kit context that finds every card right but those it is told of. */
export function cardChecker(): CardChecker {
  const check = ({ kitNo, encryptedCardNumber }: BroughtCard): CheckedCard => {
    const fault = checker.faults.get(kitNo)
    return fault === undefined ? { mark: encryptedCardNumber.slice(0, 16) } : { fault }
  }
  const checker: CardChecker = {
    faults: new Map(),
    asked: 0,
    seen: 0,
    away: 0,
    async call({ name }, body) {
      if (name !== checkCardsEndpoint.name) throw new Error(`${name} was not to be asked`)
      checker.asked++
      if (checker.away > 0) {
        checker.away--
        throw new ServiceUnavailable('kit did not answer')
      }
      const { cards } = body as { cards: readonly BroughtCard[] }
      checker.seen += cards.length
      return { kind: 'answer', result: { cards: cards.map(check) } } as never
    },
    close: () => Promise.resolve(),
  }
  return checker
}
