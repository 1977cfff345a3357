// The demo's key ceremony: each key comes as two components of two officers, whose keys the
// launcher made, once; a start with the same keys changes nothing.
import { randomBytes } from 'node:crypto'
import { keyCheckValue } from '@dcms/card-crypto'
import type { componentKeyPurposes, KeyContext } from '@dcms/contract'
import type { Operator } from '../operator/operator.ts'
import { holdersOf } from '../operator/operator-keys.ts'

type Purpose = (typeof componentKeyPurposes)[number]

/**
 * Brings the keys that are not in use already, by their check values. Keys are Base64 of 32 bytes.
 */
export async function ensureKeys(operator: Operator, tenant: string, keys: Partial<Record<Purpose, string>>): Promise<void> {
  for (const [purpose, key] of Object.entries(keys) as [Purpose, string][]) {
    for (const context of holdersOf(purpose)) await ensureKey(operator, { tenant, purpose, context }, Buffer.from(key, 'base64'))
  }
}

async function ensureKey(
  operator: Operator,
  { tenant, purpose, context }: { tenant: string; purpose: Purpose; context: KeyContext },
  key: Buffer,
): Promise<void> {
  const { keys } = await operator.keys.list(context, tenant)
  const newest = keys.filter((each) => each.purpose === purpose).toSorted((a, b) => b.version - a.version)[0]
  if (newest?.kcv === keyCheckValue(key)) return
  const [first, second] = split(key)
  if (!operator.keysOfSecondOfficer) throw new Error('a ceremony takes the key of a second officer')
  await operator.keys.addComponent(context, { tenant, purpose, number: 1, component: first })
  await operator.keysOfSecondOfficer.addComponent(context, { tenant, purpose, number: 2, component: second })
}

/** Two components, Base64, whose XOR is the key: each alone says nothing of it. */
function split(key: Buffer): [string, string] {
  const first = randomBytes(key.length)
  const second = key.map((byte, position) => byte ^ (first[position] ?? 0))
  return [first.toString('base64'), Buffer.from(second).toString('base64')]
}
