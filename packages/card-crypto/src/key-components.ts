// Keys in two halves: two officers bring one component each, and neither alone knows anything of
// the key (ANSI X9.24-1: dual control, split knowledge).
import { createHmac } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import type { Hsm, KeyPurpose, KeyView, Officer } from './hsm.ts'
import {
  algorithmOfLength,
  checkValueOf,
  isPurpose,
  isWeakComponent,
  isWeakKey,
  type KeyAlgorithm,
  keyFamily,
  purposeRules,
} from './key-purposes.ts'
import type { KeyRing } from './key-ring.ts'
import type { KeyRecord } from './key-store.ts'

type ComponentNumber = 1 | 2

export interface Component extends Officer {
  number: ComponentNumber
  bytes: Uint8Array
}

/** Takes a component; with the second one the key stands. See `Hsm.addKeyComponent`. */
export async function addKeyComponent(
  ring: KeyRing,
  tenant: string,
  purpose: KeyPurpose,
  component: Component,
): Promise<{ componentKcv: string; key?: KeyView }> {
  const family = keyFamily(tenant, purpose)
  const { record: brought, algorithm } = componentRecord(ring, family, purpose, component)
  const { kcv: componentKcv } = brought
  const stands = await newestRecord(ring, tenant, purpose)
  if (isPartOf(brought, stands)) return { componentKcv, key: (await ring.newest(tenant, purpose)).view } // again, after an answer was lost
  const other = await otherComponent(ring, family, component.number, stands)
  if (other && sameOfficer(other, brought)) throw dualControl()
  const waiting = await ring.store.load(brought._id)
  const own = waiting && markOf(waiting) === markOf(brought) ? waiting : brought
  if (own === brought) await ring.store.replace(own)
  const half = await otherComponent(ring, family, component.number, stands) // asked again: both may have come at once
  try {
    if (half) return { componentKcv, key: await combine(ring, tenant, purpose, algorithm, [own, half]) }
  } catch (error) {
    // Refused for good: the half that came last goes, so that the ceremony can go on with a right
    // one.
    if (error instanceof CardCryptoError) await ring.store.remove(own)
    throw error
  }
  const combinedElsewhere = isPartOf(own, await newestRecord(ring, tenant, purpose))
  return combinedElsewhere ? { componentKcv, key: (await ring.newest(tenant, purpose)).view } : { componentKcv }
}

export async function pendingComponents(ring: KeyRing, tenant: string): ReturnType<Hsm['pendingComponents']> {
  keyFamily(tenant, 'data')
  return (await ring.store.list(tenant)).flatMap((record) => {
    const [, purpose = '', digit] = /^[^/]+\/([a-z]+)\/component\/([12])$/.exec(record._id) ?? []
    if (!isPurpose(purpose)) return []
    const number: ComponentNumber = digit === '1' ? 1 : 2
    return [{ purpose, number, officer: record.officer ?? '', componentKcv: record.kcv, createdAt: record.createdAt }]
  })
}

function componentRecord(
  ring: KeyRing,
  family: string,
  purpose: KeyPurpose,
  { number, officer, officerKey, bytes }: Component,
): { record: KeyRecord; algorithm: KeyAlgorithm } {
  const algorithm = algorithmOfLength(purpose, bytes.length)
  if (!algorithm || (number !== 1 && number !== 2))
    throw new CardCryptoError('key.invalid', 'A component is number 1 or 2 and as long as its key')
  if (isWeakComponent(bytes)) throw new CardCryptoError('key.invalid', 'A component of equal bytes would give the key away')
  if (officer.trim() === '') throw new CardCryptoError('dual.control', 'A component is brought by an officer with a name')
  const name = `${family}/component/${number}`
  const mark = createHmac('sha256', ring.wrapping.derive('dcms component marks 1'))
    .update(JSON.stringify([name, officer, Buffer.from(bytes).toString('hex')]))
    .digest('base64url')
  const keyAlgorithm = algorithm === 'TDES-2KEY' ? 'T' : 'A'
  const header = {
    usage: purposeRules[purpose].usages[0],
    algorithm: keyAlgorithm,
    mode: 'N',
    keyVersion: `c${number}`,
    exportability: 'N',
  } as const
  const wrapped = ring.wrapping.wrap(name, header, bytes)
  const kcv = checkValueOf(algorithm, bytes)
  return {
    record: {
      _id: name,
      wrapped,
      kcv,
      algorithm,
      createdAt: new Date(),
      officer,
      ...(officerKey && { officerKey }),
      componentMarks: [mark],
    },
    algorithm,
  }
}

async function newestRecord(ring: KeyRing, tenant: string, purpose: KeyPurpose): Promise<KeyRecord | null> {
  const version = await ring.newestVersion(tenant, purpose, 0)
  return version > 0 ? ring.store.load(`${keyFamily(tenant, purpose)}/${version}`) : null
}

/**
 * The half that waits, unless it is in the newest key already: a process died before it could clear
 * it.
 */
async function otherComponent(ring: KeyRing, family: string, number: ComponentNumber, stands: KeyRecord | null): Promise<KeyRecord | null> {
  const other = await ring.store.load(`${family}/component/${number === 1 ? 2 : 1}`)
  if (!other || !isPartOf(other, stands)) return other
  await ring.store.remove(other)
  return null
}

async function combine(
  ring: KeyRing,
  tenant: string,
  purpose: KeyPurpose,
  algorithm: KeyAlgorithm,
  halves: [KeyRecord, KeyRecord],
): Promise<KeyView> {
  if (sameOfficer(...halves)) throw dualControl()
  const [left, right] = halves.map((half) => ring.wrapping.unwrap(half._id, half.wrapped).bytes)
  if (!left || left.length !== right?.length) throw new CardCryptoError('key.invalid', 'The two components are not of one length')
  const bytes = left.map((byte, i) => byte ^ (right[i] ?? 0))
  left.fill(0)
  right.fill(0)
  if (isWeakKey(algorithm, bytes)) throw new CardCryptoError('key.invalid', 'The two components do not give a strong key')
  const componentMarks = halves.map(markOf).sort()
  const { view } = await ring.addNext(tenant, purpose, { algorithm, bytes, componentMarks })
  bytes.fill(0)
  for (const half of halves) await ring.store.remove(half)
  return view
}

/**
 * By name or by key; whoever has no key, such as one whom an earlier release did not know, is
 * nobody else than one who has.
 */
export function sameOfficer(one: Partial<Officer>, other: Partial<Officer>): boolean {
  if (one.officer?.trim().toLowerCase() === other.officer?.trim().toLowerCase()) return true
  if (one.officerKey === undefined && other.officerKey === undefined) return false
  return one.officerKey === undefined || other.officerKey === undefined || one.officerKey === other.officerKey
}

function isPartOf(component: KeyRecord, key: KeyRecord | null): boolean {
  return key?.componentMarks?.includes(markOf(component)) ?? false
}

function markOf(record: KeyRecord): string {
  return record.componentMarks?.[0] ?? ''
}

function dualControl(): CardCryptoError {
  return new CardCryptoError('dual.control', 'The two components of a key are brought by two officers')
}
