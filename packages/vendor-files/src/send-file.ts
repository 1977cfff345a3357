// Sending one file to a vendor: written, signed and encrypted as it goes out, so that it never lies
// anywhere in clear; the vendor keeps one of its name.
import type { Vendor, VendorFileKind } from '@dcms/contract'
import { layoutOf } from '@dcms/contract'
import type { Tenant } from '@dcms/service'
import { Counter } from 'prom-client'
import type { CardVendor } from './card-vendor.ts'
import { type PgpKeyPair, sealFile } from './envelope.ts'
import type { Row } from './values.ts'
import { writeVendorFile } from './vendor-file.ts'
import { VendorFileFault } from './vendor-file-fault.ts'

const heldFiles = new Counter({
  name: 'dcms_vendor_files_held_total',
  help: 'Attempts to send a file to a card vendor that need a person: a value or a key cannot be used',
  labelNames: ['tenant', 'kind'],
})

export interface VendorFile {
  kind: Exclude<VendorFileKind, 'RETURN'>
  /** Fixed before the first attempt: by it the vendor knows a repeat. */
  name: string
  createdAt: Date
  batches: AsyncIterable<readonly Row[]>
}

export interface Sending {
  tenant: Tenant
  drops: CardVendor
  to: Vendor
  /** The bank's own key. */
  key: PgpKeyPair
}

/**
 * @returns `there` when the vendor has it from an earlier attempt whose end was not noted
 * @throws VendorFileFault for a file that cannot be written, ServiceUnavailable when the vendor
 * does not take it
 */
export async function sendVendorFile(
  { kind, name, createdAt, batches }: VendorFile,
  { tenant, drops, to, key }: Sending,
): Promise<'sent' | 'there'> {
  if (await drops.has(tenant, to.drop, name)) return 'there'
  try {
    const layout = layoutOf(to, kind)
    if (!layout) throw new VendorFileFault(`vendor ${to.vendor} has no layout for ${kind} files any more`)
    const cleartext = writeVendorFile(layout, { kind, tenant: tenant.id, name, createdAt: stampOf(createdAt) }, batches)
    const sealed = await sealFile(cleartext, { to: to.publicKeys[0] ?? '', signWith: key.privateKey })
    await drops.put(tenant, to.drop, name, sealed)
    return 'sent'
  } catch (error) {
    if (error instanceof VendorFileFault) heldFiles.inc({ tenant: tenant.id, kind })
    throw error
  }
}

/** `yyyyMMddHHmmss`, UTC. */
const stampOf = (time: Date): string => time.toISOString().replace(/\D/g, '').slice(0, 14)
