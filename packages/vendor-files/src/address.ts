// Where the cards or PINs of a file go, as its rows name it.
import type { Row } from './values.ts'

const PART_MAX = 100
const ADDRESS_PARTS = ['addr1', 'addr2', 'addr3', 'city', 'state'] as const

/**
 * The fields of an order's address, whose parts `~` joins; what stands behind the fifth part is
 * left out.
 */
export function addressOf({ address = '', pinCode = '' }: { address?: string; pinCode?: string }): Row {
  const parts = address.split('~').map((part) => part.trim().slice(0, PART_MAX).trim())
  return { ...Object.fromEntries(ADDRESS_PARTS.map((name, i) => [name, parts[i] ?? ''])), zip: pinCode }
}
