// The secrets of a test run: their kinds, the ledger in which tests note them, and how they are
// shown without being told.
import { appendFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/**
 * - `pan`: a card number, digits;
 * - `pinBlock`: a clear PIN block, hex; searched as hex, as raw bytes and in Base64;
 * - `encryptedPin`: a PIN block as a call brings it, Base64: no log, event or document has a reason
 *   to keep it;
 * - `pin`, `cvv`: digits, too short to search for alone: searched next to words such as `pin=` and
 *   `"cvv":`.
 */
export type SecretKind = 'pan' | 'pinBlock' | 'encryptedPin' | 'pin' | 'cvv'

export interface UsedSecret {
  kind: SecretKind
  value: string
}

const valid: Readonly<Record<SecretKind, RegExp>> = {
  pan: /^\d{12,19}$/,
  pinBlock: /^(?:[0-9A-Fa-f]{16}|[0-9A-Fa-f]{32})$/,
  encryptedPin: /^[A-Za-z0-9+/]{11,}={0,2}$/,
  pin: /^\d{4,12}$/,
  cvv: /^\d{3,4}$/,
}

/**
 * Whether the value is written as such a secret: a test that sends malformed ones has nothing to
 * note.
 */
export const isSecret = (kind: SecretKind, value: string): boolean => valid[kind].test(value)

/**
 * Notes a secret that a test uses against running services, so that the scan at the end of
 * `npm test` looks for it. Without `DCMS_SECRET_LEDGER` (a single test run by hand) it does
 * nothing.
 * @returns the value, so that it can be noted where it is made
 */
export function usedSecret(kind: SecretKind, value: string): string {
  if (!isSecret(kind, value)) throw new TypeError(`a ${kind} is not written like this`)
  const file = process.env.DCMS_SECRET_LEDGER
  // One short write in append mode: several processes note at the same time.
  if (file) appendFileSync(file, `${kind} ${value}\n`, { mode: 0o600 })
  return value
}

/** What the tests noted, each once; nothing when no test noted anything. */
export async function readLedger(file: string): Promise<UsedSecret[]> {
  const text = await readFile(file, 'utf8').catch((problem: NodeJS.ErrnoException) => {
    if (problem.code === 'ENOENT') return ''
    throw problem
  })
  return [...new Set(text.split('\n').filter(Boolean))].map((line) => {
    const [kind, value] = line.split(' ')
    if (!isKind(kind) || value === undefined || !isSecret(kind, value)) throw new Error('a line of the secret ledger is broken')
    return { kind, value }
  })
}

const isKind = (kind: string | undefined): kind is SecretKind => kind !== undefined && kind in valid

/**
 * What a finding may show of a secret: what kind and size it is; of a card number, what may stand
 * on a receipt.
 */
export function masked({ kind, value }: UsedSecret): string {
  switch (kind) {
    case 'pan':
      return `card number ${value.slice(0, 6)}${'X'.repeat(value.length - 10)}${value.slice(-4)}`
    case 'pinBlock':
      return `PIN block of ${value.length} hex digits`
    case 'encryptedPin':
      return `encrypted PIN of ${value.length} characters`
    case 'pin':
    case 'cvv':
      return `${kind.toUpperCase()} of ${value.length} digits`
  }
}
