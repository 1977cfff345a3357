// The card vault: PANs under the tenant's data key, each reserved by its keyed index. The only
// place where a PAN is in clear.
import { CardCryptoError, type CvvRequest, type Hsm, keyVersionOf, Pan, type Secret, type StoredPan } from '@dcms/card-crypto'
import { cvvAad, type KitInfo, zoneAadOf } from '@dcms/contract'
import type { Tenant } from '@dcms/service'
import { type IssuedKit, type Kit, kitInfoOf, type StoredCardNumber } from '../kit.ts'
import { type NewCard, panIndex } from './pan-index.ts'

/** CVV2 is made with this one, whatever the product's on the track is. */
const CVV2_SERVICE_CODE = '000'
const FIRST_CVK = 1
/** Damaged, under another key, or of a bank that has exchanged none. */
const DOES_NOT_OPEN: ReadonlySet<string> = new Set(['ciphertext.invalid', 'key.not.found'])

export type CardVault = ReturnType<typeof cardVault>

/** In clear: never logged, never stored, held only as long as its row is written. */
export interface CardToMake {
  pan: string
  cvv: string
  cvv2: string
  icvv: string
}

type SealedKit = Pick<Kit, '_id' | 'encryptedPan'>

/** `nowMs` is a clock that only goes forward. */
export function cardVault(hsm: Hsm, nowMs: () => number = () => performance.now()) {
  const index = panIndex(hsm, nowMs)

  /**
   * Only for what the HSM cannot do without handing it out: making an index, or the form the bank
   * reads.
   */
  const open = async (tenant: Tenant, kit: SealedKit): Promise<Pan> => {
    const { ciphertext, aad } = storedPanOf(kit)
    const pan = Pan.parse((await hsm.decrypt(tenant.id, 'data', ciphertext, aad)).toString())
    if (!pan) throw new Error(`the card number of kit ${kit._id} does not pass its check digit`)
    return pan
  }

  return {
    index,

    /**
     * Reserves the PAN for the kit and seals it: what the kit is stored with. Null when the PAN
     * belongs to another kit.
     */
    async store(tenant: Tenant, pan: Pan, kitNo: string): Promise<Required<StoredCardNumber> | null> {
      const indexes = await index.reserve(tenant, pan, kitNo)
      if (!indexes) return null
      const encrypted = await hsm.encrypt(tenant.id, 'data', Buffer.from(pan.reveal()), boundTo(kitNo))
      return {
        ...indexes,
        maskedPan: pan.masked,
        encryptedPan: encrypted.toString('base64'),
        panKeyVersion: keyVersionOf(encrypted),
        cvkVersion: await hsm.currentVersion(tenant.id, 'cvk'),
      }
    },

    /**
     * The same for many new kits, in their order, in a few statements for all of them.
     * @throws when a PAN belongs to another kit
     */
    async storeMany(tenant: Tenant, cards: readonly NewCard[]): Promise<Required<StoredCardNumber>[]> {
      const indexes = await index.reserveMany(tenant, cards)
      const values = cards.map(({ pan, kitNo }) => ({ plaintext: Buffer.from(pan.reveal()), aad: boundTo(kitNo) }))
      const sealed = await hsm.encryptMany(tenant.id, 'data', values)
      const cvkVersion = await hsm.currentVersion(tenant.id, 'cvk')
      return cards.map(({ pan, kitNo }, i) => {
        const [encrypted, indexed] = [sealed[i], indexes[i]]
        if (!encrypted || !indexed) throw new Error(`the card number of kit ${kitNo} was not sealed`)
        return {
          ...indexed,
          maskedPan: pan.masked,
          encryptedPan: encrypted.toString('base64'),
          panKeyVersion: keyVersionOf(encrypted),
          cvkVersion,
        }
      })
    },

    /** Brings the indexes of a kit's card number to a version of the index key. */
    reindex: async (tenant: Tenant, kit: SealedKit, version: number): Promise<void> =>
      await index.reindex(tenant, kit._id, await open(tenant, kit), version),

    /**
     * The kit as its owner's bank sees it: with the card number under the field key, where the bank
     * has exchanged one.
     */
    async kitInfoWithCardNumber(tenant: Tenant, kit: IssuedKit): Promise<KitInfo> {
      const kitInfo = kitInfoOf(kit)
      if (!(await hsm.hasKey(tenant.id, 'field'))) return kitInfo
      return { ...kitInfo, encryptedCardNumber: await hsm.encryptField(tenant.id, (await open(tenant, kit)).reveal()) }
    },

    /**
     * The card number that a bank encrypted under its field key; null when it does not open, or
     * opens to something that is not a card number.
     */
    async fromField(tenant: Tenant, encrypted: string): Promise<Pan | null> {
      try {
        return Pan.parse((await hsm.decryptField(tenant.id, encrypted)).reveal())
      } catch (error) {
        if (error instanceof CardCryptoError && DOES_NOT_OPEN.has(error.code)) return null
        throw error
      }
    },

    /** The card number for another context's HSM. */
    cardNumberForZone: (tenant: Tenant, kit: SealedKit): Promise<string> => hsm.panForZone(tenant.id, storedPanOf(kit), zoneAadOf(kit._id)),

    /** The CVV2 of a card, computed anew each time; it is stored nowhere. */
    cvv: (tenant: Tenant, kit: Kit): Promise<Secret<string>> =>
      hsm.cvv(tenant.id, storedPanOf(kit), cvvRequestOf(kit.expiry, kit.cvkVersion)),

    /**
     * What a card is made with: for the file of a card vendor, where it is encrypted, and nobody
     * else. Computed anew each time and stored nowhere.
     */
    async cardToMake(tenant: Tenant, kit: Kit, serviceCode: string): Promise<CardToMake> {
      const stored = storedPanOf(kit)
      const { expiry, cvkVersion: keyVersion = FIRST_CVK } = kit
      const cvvOf = async (kind: CvvRequest['kind']) =>
        (await hsm.cvv(tenant.id, stored, { kind, expiry, serviceCode, keyVersion })).reveal()
      const [pan, cvv, cvv2, icvv] = await Promise.all([open(tenant, kit), cvvOf('CVV'), cvvOf('CVV2'), cvvOf('iCVV')])
      return { pan: pan.reveal(), cvv, cvv2, icvv }
    },

    /**
     * Those of the kits that have the CVV2 another context was given, sealed for this one. Each is
     * checked, and for none a decoy of the same expiry, so that the time taken does not tell
     * whether there was one.
     */
    async withCvv(tenant: Tenant, kits: readonly IssuedKit[], sealedCvv: string, expiry: string): Promise<IssuedKit[]> {
      const candidate = await hsm.openFromZone(tenant.id, sealedCvv, cvvAad)
      if (kits.length === 0) {
        await hsm.verifyCvv(tenant.id, null, cvvRequestOf(expiry, await hsm.currentVersion(tenant.id, 'cvk')), candidate)
        return []
      }
      const matching: IssuedKit[] = []
      for (const kit of kits)
        if (await hsm.verifyCvv(tenant.id, storedPanOf(kit), cvvRequestOf(kit.expiry, kit.cvkVersion), candidate)) matching.push(kit)
      return matching
    },
  }
}

/** Bound to its kit, so that a ciphertext moved to another kit does not open. */
export const storedPanOf = (kit: SealedKit): StoredPan => ({ ciphertext: Buffer.from(kit.encryptedPan, 'base64'), aad: boundTo(kit._id) })

const boundTo = (kitNo: string): string => `kit/${kitNo}/pan`

const cvvRequestOf = (expiry: string, cvkVersion: number = FIRST_CVK): CvvRequest => ({
  kind: 'CVV2',
  expiry,
  serviceCode: CVV2_SERVICE_CODE,
  keyVersion: cvkVersion,
})
