// The sweep that brings stored card numbers under the newest data key after a rotation. Until it
// has come by, the older key reads them.
import { type Hsm, keyVersionOf } from '@dcms/card-crypto'
import type { Sweep } from '@dcms/service'
import { kitsOf } from '../kit.ts'
import { storedPanOf } from './card-vault.ts'
import { bringForward } from './kits-of-older-keys.ts'

const EVERY_MS = 30_000
/** A rotation says so; this is for what a process wrote that had not noticed it. */
const IDLE_EVERY_MS = 60 * 60_000

/**
 * Matched on the ciphertext it replaces, and on nothing else: commands that run meanwhile neither
 * overtake it nor are overtaken. No card number leaves the HSM.
 */
export const rewrapCardNumbers = (hsm: Hsm): Sweep => ({
  name: 're-wrap card numbers',
  everyMs: EVERY_MS,
  idleEveryMs: IDLE_EVERY_MS,
  async run(_scopeOf, tenant, position) {
    const newest = await hsm.currentVersion(tenant.id, 'data')
    return await bringForward(tenant, 'panKeyVersion', newest, position, async (kit) => {
      const { ciphertext, aad } = storedPanOf(kit)
      const isNewest = keyVersionOf(ciphertext) >= newest // made by a release that did not note the version
      const rewrapped = isNewest ? ciphertext : await hsm.rewrap(tenant.id, 'data', ciphertext, aad)
      await kitsOf(tenant).updateOne(
        { _id: kit._id, encryptedPan: kit.encryptedPan },
        { $set: { encryptedPan: Buffer.from(rewrapped).toString('base64'), panKeyVersion: keyVersionOf(rewrapped) } },
      )
    })
  },
})
