// The bank's public key for card vendors. Contract: packages/contract/src/kit/show-vendor-key.ts.
import type { Hsm } from '@dcms/card-crypto'
import { showVendorKeyEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { ownPgpKey } from '@dcms/vendor-files'

/** Made when it is first asked for. */
export const showVendorKey = (hsm: Hsm) =>
  command(showVendorKeyEndpoint, async (_input, { tenant }) => {
    const { publicKey, fingerprint } = await ownPgpKey(tenant, hsm, 'kit')
    return answer({ publicKey, fingerprint })
  })
