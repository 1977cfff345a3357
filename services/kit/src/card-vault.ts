// The card vault: PANs under the tenant's data key, each reserved by its keyed index. The only place where a PAN is in clear.
import { type Hsm, Pan } from '@dcms/card-crypto'
import type { KitInfo } from '@dcms/contract'
import { plainModel, type Tenant } from '@dcms/service'
import { type IssuedKit, kitInfoOf } from './kit.ts'

interface ReservedPan {
  _id: string // keyed index of the PAN
  kitNo: string
  indexVersion: number
}

const INDEX_VERSION = 1

/** One small document per PAN of the bank: its keyed index as `_id`, so that no PAN can be given twice. */
export const pansOf = plainModel<ReservedPan>('pans', { kitNo: { type: String, required: true }, indexVersion: Number })

export type CardVault = ReturnType<typeof cardVault>

export const cardVault = (hsm: Hsm) => ({
  /** Reserves the PAN for the kit; false when it belongs to another kit. */
  async reserve(tenant: Tenant, pan: Pan, kitNo: string): Promise<boolean> {
    const index = await hsm.mac(tenant.id, 'index', pan.reveal())
    await pansOf(tenant).updateOne({ _id: index }, { $setOnInsert: { kitNo, indexVersion: INDEX_VERSION } }, { upsert: true })
    return (await pansOf(tenant).findById(index).lean<ReservedPan>())?.kitNo === kitNo
  },

  /** The PAN as it is stored: bound to its kit, so that a ciphertext moved to another kit does not open. */
  seal: async (tenant: Tenant, pan: Pan, kitNo: string): Promise<string> =>
    (await hsm.encrypt(tenant.id, 'data', Buffer.from(pan.reveal()), boundTo(kitNo))).toString('base64'),

  /** The kit as its owner's bank sees it: with the card number under the field key, where the bank has exchanged one. */
  async kitInfoWithCardNumber(tenant: Tenant, kit: IssuedKit): Promise<KitInfo> {
    const kitInfo = kitInfoOf(kit)
    if (!(await hsm.hasKey(tenant.id, 'field'))) return kitInfo
    const pan = Pan.parse((await hsm.decrypt(tenant.id, 'data', Buffer.from(kit.encryptedPan, 'base64'), boundTo(kit._id))).toString())
    if (!pan) throw new Error(`the card number of kit ${kit._id} does not pass its check digit`)
    return { ...kitInfo, encryptedCardNumber: await hsm.encryptField(tenant.id, pan.reveal()) }
  },
})

const boundTo = (kitNo: string): string => `kit/${kitNo}/pan`
