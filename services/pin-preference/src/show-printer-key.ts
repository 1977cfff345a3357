// The bank's public key for printers of PINs. Contract:
// packages/contract/src/kit/show-vendor-key.ts.
import type { Hsm } from '@dcms/card-crypto'
import { showPrinterKeyEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { ownPgpKey } from '@dcms/vendor-files'

/** Made when it is first asked for. */
export const showPrinterKey = (hsm: Hsm) =>
  command(showPrinterKeyEndpoint, async (_input, { tenant }) => {
    const { publicKey, fingerprint } = await ownPgpKey(tenant, hsm, 'pin-preference')
    return answer({ publicKey, fingerprint })
  })
