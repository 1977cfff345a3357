// KYC document numbers: encrypted under the tenant's data key, shown by their last four characters.
import { type Hsm, keyVersionOf } from '@dcms/card-crypto'
import type { KycInfo } from '@dcms/contract'
import type { Tenant } from '@dcms/service'
import type { StoredKyc } from './customer.ts'

const SHOWN = 4

export type KycVault = ReturnType<typeof kycVault>

export const kycVault = (hsm: Hsm) => ({
  seal: (tenant: Tenant, entityId: string, documents: readonly KycInfo[]): Promise<StoredKyc[]> =>
    Promise.all(
      documents.map(async ({ documentNo, ...document }) => ({
        ...document,
        maskedDocumentNo: maskOf(documentNo),
        encryptedDocumentNo: (await hsm.encrypt(tenant.id, 'data', Buffer.from(documentNo), boundTo(entityId, document))).toString(
          'base64',
        ),
      })),
    ),

  /** The same documents under the data key in use; the clear numbers do not leave the HSM. */
  rewrap: (tenant: Tenant, entityId: string, documents: readonly StoredKyc[]): Promise<StoredKyc[]> =>
    Promise.all(
      documents.map(async (document) => {
        const stored = Buffer.from(document.encryptedDocumentNo, 'base64')
        const rewrapped = await hsm.rewrap(tenant.id, 'data', stored, boundTo(entityId, document))
        return { ...document, encryptedDocumentNo: rewrapped.toString('base64') }
      }),
    ),
})

/** The earliest data key that the documents need; none when there are none. */
export function keyVersionOfDocuments(documents: readonly Pick<StoredKyc, 'encryptedDocumentNo'>[]): number | undefined {
  const versions = documents.map(({ encryptedDocumentNo }) => keyVersionOf(Buffer.from(encryptedDocumentNo, 'base64')))
  return versions.length > 0 ? Math.min(...versions) : undefined
}

const boundTo = (entityId: string, { documentType }: Pick<KycInfo, 'documentType'>): string => `customer/${entityId}/kyc/${documentType}`

/** `XXXXXX234F`: at most the last four characters, and never more than half of a short number. */
export const maskOf = (documentNo: string): string => {
  const shown = Math.min(SHOWN, Math.floor(documentNo.length / 2))
  return 'X'.repeat(documentNo.length - shown) + documentNo.slice(documentNo.length - shown)
}
