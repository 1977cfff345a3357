// Keys in transit: key blocks under the tenant's transport key.
import { CardCryptoError } from './card-crypto-error.ts'
import type { ExchangedKeyPurpose, KeyView } from './hsm.ts'
import { type KeyBlockHeader, unwrapKeyBlock, wrapKeyBlock } from './key-block.ts'
import { algorithmOfLength, type ImportableKeyPurpose, isWeakKey, purposeRules, refusedPurpose, requireOrigin } from './key-purposes.ts'
import type { KeyRing } from './key-ring.ts'

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
export async function exportKeyBlock(ring: KeyRing, tenant: string, purpose: ExchangedKeyPurpose): Promise<string> {
  requireOrigin(purpose, ['exchanged'], 'leave as key block')
  const transport = await ring.newest(tenant, 'transport')
  const { key, usage, view } = await ring.newest(tenant, purpose)
  const double = view.algorithm === 'TDES-2KEY'
  const bytes = double ? key.export().subarray(0, 16) : key.export()
  const header: KeyBlockHeader = { usage, algorithm: double ? 'T' : 'A', mode: purposeRules[purpose].modes[0], exportability: 'N' }
  const block = wrapKeyBlock(transport.key, header, bytes)
  bytes.fill(0)
  return block
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
