// KYC document numbers: encrypted under the tenant's data key, shown by their last four characters.
import type { Hsm } from '@dcms/card-crypto'
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
        encryptedDocumentNo: (
          await hsm.encrypt(tenant.id, 'data', Buffer.from(documentNo), `customer/${entityId}/kyc/${document.documentType}`)
        ).toString('base64'),
      })),
    ),
})

/** `XXXXXX234F`: at most the last four characters, and never more than half of a short number. */
export const maskOf = (documentNo: string): string => {
  const shown = Math.min(SHOWN, Math.floor(documentNo.length / 2))
  return 'X'.repeat(documentNo.length - shown) + documentNo.slice(documentNo.length - shown)
}
