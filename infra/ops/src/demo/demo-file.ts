// Kits that a vendor has made before, as they stand in a file: with card numbers out of the part of
// the BIN that the demo bank keeps for files.
import { randomInt } from 'node:crypto'
import { luhnDigit } from '@dcms/card-crypto'
import type { NewFileKit } from '@dcms/sdk'

const BIN = '608040'
/** `files` of this BIN in infra/tenants/acme-bank.json. */
const SERIALS = { start: 900_000_000, size: 50_000_000 } as const
const KIT_NOS = 10 ** 9

export const fileProduct = { bin: BIN, productId: '2003_PHYSICAL' } as const

/**
 * So many kits for a branch, packed in one box. They begin anywhere, so that hardly ever two files
 * have a number in common.
 */
export function demoFileKits(branchId: string, count: number): NewFileKit[] {
  const first = SERIALS.start + randomInt(SERIALS.size - count)
  const own = randomInt(KIT_NOS) // says nothing of the card number
  return Array.from({ length: count }, (_, at) => {
    const body = `${BIN}${first + at}`
    return {
      ...fileProduct,
      kitNo: `PGK${own + at}`,
      parentKitNo: `BOX${own}`,
      cardNumber: body + luhnDigit(body),
      expiry: '1135',
      aliasName: 'INSTA CARD',
      branchId,
    }
  })
}
