// Which card numbers the BINs of a bank cover, and where two banks would cover the same.

import { validatorOf } from '../wire/validate.ts'
import { type TenantDefinition, tenantSchema } from './tenant.ts'
import { numberedOf, roomOf } from './tenant-faults.ts'

/**
 * The longest card number without its check digit: ranges of BINs of any length are compared at
 * this length.
 */
const DIGITS_MAX = 18
const PAN_LENGTH = 16

type Bin = TenantDefinition['bins'][number]
export type BinsOfTenant = Pick<TenantDefinition, 'tenant' | 'bins'>

/** From `first` up to but not with `end`, as card numbers of `DIGITS_MAX` digits. */
interface NumberRange {
  first: bigint
  end: bigint
}

const { tenant, bins } = tenantSchema.properties
const validate = validatorOf<BinsOfTenant>({
  type: 'object',
  additionalProperties: false,
  required: ['tenant', 'bins'],
  properties: { tenant, bins },
})

/**
 * A stored definition's BINs; none where one cannot read them: a bank with a damaged definition
 * must not hold up the others.
 */
export function readableBins(definition: TenantDefinition): BinsOfTenant[] {
  const validated = validate(structuredClone({ tenant: definition?.tenant, bins: definition?.bins }))
  return validated.valid ? [validated.value] : []
}

/** BINs of `next` that cover numbers which the same BIN did not cover in `stored`. */
export const gainedBins = (stored: BinsOfTenant | null, next: BinsOfTenant): readonly Bin[] =>
  next.bins.filter((bin) => {
    const before = stored?.bins.find((each) => each.bin === bin.bin)
    const known = before ? rangesOf(before) : []
    return !rangesOf(bin).every((range) => known.some(({ first, end }) => first <= range.first && range.end <= end))
  })

/**
 * Why these BINs cannot be a bank's, as sentences: their numbers, or some of them, are those of
 * other banks.
 */
export const binOverlapFaults = (bins: readonly Bin[], others: readonly BinsOfTenant[]): string[] =>
  bins.flatMap((bin) =>
    others.flatMap(({ tenant, bins: theirs }) =>
      theirs
        .filter((their) => overlap(bin, their))
        .map((their) => `BIN ${bin.bin}: numbers of it are those of BIN ${their.bin} of ${tenant}`),
    ),
  )

/** Pairs of banks that share card numbers, each told once. */
export const sharedBins = (banks: readonly BinsOfTenant[]): string[] =>
  banks.flatMap(({ tenant, bins }, position) => binOverlapFaults(bins, banks.slice(position + 1)).map((fault) => `${tenant}: ${fault}`))

const overlap = (one: Bin, other: Bin): boolean => {
  const theirs = rangesOf(other)
  return rangesOf(one).some(({ first, end }) => theirs.some((their) => first < their.end && their.first < end))
}

/**
 * The numbered part and the part for files; all numbers of the BIN where nothing is said of files,
 * since they get the rest.
 */
function rangesOf(bin: Bin): NumberRange[] {
  const parts = bin.files ? [numberedOf(bin), bin.files] : [{ start: 0, size: roomOf(bin) }]
  const digits = (bin.panLength ?? PAN_LENGTH) - 1
  const base = BigInt(bin.bin) * 10n ** BigInt(digits - bin.bin.length)
  const scale = 10n ** BigInt(DIGITS_MAX - digits)
  return parts.map(({ start, size }) => {
    const first = (base + BigInt(start)) * scale
    return { first, end: first + BigInt(size) * scale }
  })
}
