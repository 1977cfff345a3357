// Keys in transit: key blocks under the tenant's transport key.
import { randomUUID } from 'node:crypto'
import { CardCryptoError } from './card-crypto-error.ts'
import type { ExchangedKeyPurpose, KeyView, Officer } from './hsm.ts'
import { type KeyBlockHeader, unwrapKeyBlock, wrapKeyBlock } from './key-block.ts'
import { sameOfficer } from './key-components.ts'
import {
  algorithmOfLength,
  type ImportableKeyPurpose,
  isWeakKey,
  keyFamily,
  purposeRules,
  refusedPurpose,
  requireOrigin,
} from './key-purposes.ts'
import type { KeyRing } from './key-ring.ts'

/** The second officer asks within this time of the first. */
const EXPORT_WITHIN_MS = 15 * 60_000

/** See `Hsm.importKeyBlock`. */
export async function importKeyBlock(ring: KeyRing, tenant: string, purpose: ImportableKeyPurpose, keyBlock: string): Promise<KeyView> {
  requireOrigin(purpose, ['generated', 'exchanged'], 'come as key block')
  if (purposeRules[purpose].uses) throw refusedPurpose(purpose, 'come as key block')
  const opened = await ring.openWithRecent(tenant, 'transport', ({ key }) => openedBlock(key, keyBlock))
  const { usages, modes } = purposeRules[purpose]
  const algorithm = opened && algorithmOfLength(purpose, opened.key.length)
  if (!opened || !algorithm || !fits(opened.header, algorithm === 'AES-256' ? 'A' : 'T', usages, modes)) throw invalid()
  if (isWeakKey(algorithm, opened.key)) throw new CardCryptoError('key.invalid', 'The key in the key block is a weak one')
  const { view } = await ring.addNext(tenant, purpose, { algorithm, bytes: opened.key, usage: opened.header.usage })
  opened.key.fill(0)
  return view
}

/** See `Hsm.exportKeyBlock`. The receiver cannot pass it on: exportability N. */
export async function exportKeyBlock(
  ring: KeyRing,
  tenant: string,
  purpose: ExchangedKeyPurpose,
  officer: Officer,
): Promise<string | null> {
  requireOrigin(purpose, ['exchanged'], 'leave as key block')
  const transport = await ring.newest(tenant, 'transport')
  const { key, usage, view } = await ring.newest(tenant, purpose)
  if (!(await secondOfficer(ring, `${keyFamily(tenant, purpose)}/export`, { ...view, under: transport.view.kcv }, officer))) return null
  const double = view.algorithm === 'TDES-2KEY'
  const bytes = double ? key.export().subarray(0, 16) : key.export()
  const header: KeyBlockHeader = { usage, algorithm: double ? 'T' : 'A', mode: purposeRules[purpose].modes[0], exportability: 'N' }
  const block = wrapKeyBlock(transport.key, header, bytes)
  bytes.fill(0)
  return block
}

/**
 * True for the second officer who asks for this key under this transport key; the first one's wish
 * is noted.
 */
async function secondOfficer(
  ring: KeyRing,
  _id: string,
  { kcv, algorithm, version, under }: KeyView & { under: string },
  { officer, officerKey }: Officer,
): Promise<boolean> {
  const createdAt = new Date()
  const wrapped = `${version} ${under} ${randomUUID()}` // no key: what is asked for, and which wish it is
  const waiting = await ring.store.load(_id)
  const fits =
    waiting?.kcv === kcv &&
    waiting.wrapped.startsWith(`${version} ${under} `) &&
    createdAt.getTime() - waiting.createdAt.getTime() < EXPORT_WITHIN_MS
  if (waiting && fits && !sameOfficer(waiting, { officer, ...(officerKey && { officerKey }) })) {
    await ring.store.remove(waiting)
    return true
  }
  await ring.store.replace({ _id, wrapped, kcv, algorithm, createdAt, officer, ...(officerKey && { officerKey }) })
  return false
}

function openedBlock(kbpk: Parameters<typeof unwrapKeyBlock>[0], keyBlock: string): ReturnType<typeof unwrapKeyBlock> | null {
  try {
    return unwrapKeyBlock(kbpk, keyBlock)
  } catch (error) {
    if (error instanceof CardCryptoError) return null
    throw error
  }
}

/** A component (key version c…) is no key. */
function fits(header: KeyBlockHeader, algorithm: 'A' | 'T', usages: readonly string[], modes: readonly string[]): boolean {
  return (
    header.algorithm === algorithm && usages.includes(header.usage) && modes.includes(header.mode) && !header.keyVersion?.startsWith('c')
  )
}

function invalid(): CardCryptoError {
  return new CardCryptoError('key.block.invalid', 'The key block is not one for this key and usage')
}
