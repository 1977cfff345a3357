// The keyed indexes of card numbers: each PAN reserved once, cards found by their last six digits;
// both across a rotation of the index key.
import type { Hsm, Pan } from '@dcms/card-crypto'
import { place, placeMany, plainModel, type Tenant } from '@dcms/service'
import { type Kit, kitsOf } from '../kit.ts'
import { ofOlderKey } from './kits-of-older-keys.ts'

interface ReservedPan {
  _id: string // keyed index of the PAN
  kitNo: string
  indexVersion: number
}

/**
 * One small document per PAN of the bank: its keyed index as `_id`, so that no PAN can be given
 * twice. While the index key rotates a PAN may stand under two versions, for the same kit.
 */
export const pansOf = plainModel<ReservedPan>('pans', { kitNo: { type: String, required: true }, indexVersion: Number })

/** Far longer than a process may go on without noticing a rotation (five seconds). */
const SETTLED_AFTER_MS = 60_000
const LAST_DIGITS = 6
/** Keeps the index of six digits apart from that of a whole card number. */
const LAST_SIX = 'last-six/'

/** A card number and the kit that is to have it. */
export interface NewCard {
  kitNo: string
  pan: Pan
}

/** The indexes of a PAN as they go into its kit. */
export interface PanIndexes {
  lastSixIndex: string
  indexVersion: number
}

export type PanIndex = ReturnType<typeof panIndex>

/**
 * After a rotation of the index key, for as long as another process may not have noticed, a new PAN
 * is reserved under the version before as well: that is where the two processes meet. Afterwards
 * the sweep `reindexCardNumbers` brings everything to the newest version.
 */
export function panIndex(hsm: Hsm, nowMs: () => number) {
  const seen = new Map<string, { version: number; sinceMs: number }>()

  const newestOf = async (tenant: Tenant): Promise<{ version: number; settled: boolean }> => {
    const version = await hsm.currentVersion(tenant.id, 'index')
    let known = seen.get(tenant.id)
    if (known?.version !== version) {
      known = { version, sinceMs: nowMs() }
      seen.set(tenant.id, known)
    }
    return { version, settled: version === 1 || nowMs() - known.sinceMs >= SETTLED_AFTER_MS }
  }
  const panIndexOf = (tenant: Tenant, pan: Pan, version: number): Promise<string> => hsm.mac(tenant.id, 'index', pan.reveal(), version)
  const lastSixIndexOf = (tenant: Tenant, digits: string, version: number): Promise<string> =>
    hsm.mac(tenant.id, 'index', `${LAST_SIX}${digits}`, version)
  const indexesUnder = async (tenant: Tenant, pan: Pan, version: number): Promise<PanIndexes> => ({
    lastSixIndex: await lastSixIndexOf(tenant, pan.reveal().slice(-LAST_DIGITS), version),
    indexVersion: version,
  })

  return {
    /**
     * Reserves the PAN for the kit; null when it belongs to another kit, under whatever version of
     * the index key.
     */
    async reserve(tenant: Tenant, pan: Pan, kitNo: string): Promise<PanIndexes | null> {
      const { version, settled } = await newestOf(tenant)
      if (
        version > 1 &&
        (await isOfAnother(tenant, kitNo, await Promise.all(before(version).map((each) => panIndexOf(tenant, pan, each)))))
      )
        return null
      const claimed = settled ? [version] : [version - 1, version]
      for (const each of claimed) if (!(await claim(tenant, await panIndexOf(tenant, pan, each), kitNo, each))) return null
      // The kit bears the older one of two, so that the sweep comes by and takes the older
      // reservation away.
      return await indexesUnder(tenant, pan, settled ? version : version - 1)
    },

    /**
     * The same for many new cards, in their order, in a few statements for all of them. A repeat
     * finds them reserved and is content.
     * @throws when a PAN belongs to another kit: numbers in a row are nobody else's
     */
    async reserveMany(tenant: Tenant, cards: readonly NewCard[]): Promise<PanIndexes[]> {
      const { version, settled } = await newestOf(tenant)
      const digits = cards.map(({ pan }) => pan.reveal())
      const underEach = (each: number): Promise<string[]> => hsm.macMany(tenant.id, 'index', digits, each)
      for (const each of before(version)) await requireOwn(tenant, await underEach(each), cards)
      for (const each of settled ? [version] : [version - 1, version]) {
        const indexes = await underEach(each)
        const reserved = cards.map(({ kitNo }, i) => ({ _id: indexes[i] ?? '', kitNo, indexVersion: each }))
        if ((await placeMany(pansOf(tenant), reserved)) === 'some-there') await requireOwn(tenant, indexes, cards)
      }
      const borne = settled ? version : version - 1
      const lastSix = digits.map((each) => `${LAST_SIX}${each.slice(-LAST_DIGITS)}`)
      const lastSixIndexes = await hsm.macMany(tenant.id, 'index', lastSix, borne)
      return lastSixIndexes.map((lastSixIndex) => ({ lastSixIndex, indexVersion: borne }))
    },

    /**
     * The kit that has the PAN, under whatever version of the index key it stands; null for a
     * number that was never given.
     */
    async kitNoOf(tenant: Tenant, pan: Pan): Promise<string | null> {
      const { version } = await newestOf(tenant)
      const indexes = await Promise.all([version, ...before(version)].map((each) => panIndexOf(tenant, pan, each)))
      return (await reservedUnder(tenant, indexes).lean<Pick<ReservedPan, 'kitNo'>[]>())[0]?.kitNo ?? null
    },

    /**
     * For each card number, in their order: its newest index, and the kit that has it under
     * whatever version of the key; null where nobody has. One statement for all.
     */
    async holdersOf(tenant: Tenant, pans: readonly Pan[]): Promise<{ index: string; kitNo: string | null }[]> {
      const { version } = await newestOf(tenant)
      const digits = pans.map((pan) => pan.reveal())
      const underEach = await Promise.all([version, ...before(version)].map((each) => hsm.macMany(tenant.id, 'index', digits, each)))
      const reserved = await pansOf(tenant)
        .find({ _id: { $in: underEach.flat() } }, { kitNo: 1 })
        .lean<Pick<ReservedPan, '_id' | 'kitNo'>[]>()
      const kitNoUnder = new Map(reserved.map(({ _id, kitNo }) => [_id, kitNo]))
      return pans.map((_pan, at) => {
        const indexes = underEach.map((each) => each[at] ?? '')
        const found = indexes.map((each) => kitNoUnder.get(each)).find((kitNo) => kitNo !== undefined)
        return { index: indexes[0] ?? '', kitNo: found ?? null }
      })
    },

    /**
     * What `lastSixIndex` of a card with these last digits may be: one value for each version there
     * has been.
     */
    async lastSixIndexes(tenant: Tenant, digits: string): Promise<string[]> {
      const { version } = await newestOf(tenant)
      return await Promise.all([...before(version), version].map((each) => lastSixIndexOf(tenant, digits, each)))
    },

    /**
     * The version to which kits of older ones may be brought now; null while a process may still
     * write under the one before.
     */
    async versionToReach(tenant: Tenant): Promise<number | null> {
      const { version, settled } = await newestOf(tenant)
      return settled ? version : null
    },

    /**
     * Brings a kit to a version. The PAN stays reserved at every moment; a run that was cut off is
     * run again.
     */
    async reindex(tenant: Tenant, kitNo: Kit['_id'], pan: Pan, version: number): Promise<void> {
      if (!(await claim(tenant, await panIndexOf(tenant, pan, version), kitNo, version)))
        throw new Error(`the card number of kit ${kitNo} is reserved for another kit`)
      const older = await Promise.all(before(version).map((each) => panIndexOf(tenant, pan, each)))
      if (older.length > 0) await pansOf(tenant).deleteMany({ _id: { $in: older }, kitNo })
      const indexes = await indexesUnder(tenant, pan, version)
      await kitsOf(tenant).updateOne({ _id: kitNo, ...ofOlderKey('indexVersion', version) }, { $set: indexes })
    },
  }
}

/** All versions below one: 1, 2, … */
const before = (version: number): number[] => Array.from({ length: version - 1 }, (_, position) => position + 1)

/**
 * While the index key rotates a PAN may stand under two versions, for the same kit: one of them is
 * enough.
 */
export const reservedUnder = (tenant: Tenant, indexes: readonly string[]) =>
  pansOf(tenant)
    .find({ _id: { $in: indexes } }, { kitNo: 1 })
    .limit(1)

async function isOfAnother(tenant: Tenant, kitNo: string, indexes: readonly string[]): Promise<boolean> {
  const reserved = await pansOf(tenant)
    .find({ _id: { $in: indexes } })
    .lean<ReservedPan[]>()
  return reserved.some((each) => each.kitNo !== kitNo)
}

/** @throws when one of the card numbers belongs to another kit */
async function requireOwn(tenant: Tenant, indexes: readonly string[], cards: readonly NewCard[]): Promise<void> {
  const reserved = await pansOf(tenant)
    .find({ _id: { $in: indexes } })
    .lean<ReservedPan[]>()
  const kitNoOf = new Map(reserved.map(({ _id, kitNo }) => [_id, kitNo]))
  for (const [i, { kitNo }] of cards.entries()) {
    const holder = kitNoOf.get(indexes[i] ?? '')
    if (holder !== undefined && holder !== kitNo) throw new Error(`the card number of kit ${kitNo} is reserved for kit ${holder}`)
  }
}

/** True when the index is the kit's now, also from before. */
async function claim(tenant: Tenant, index: string, kitNo: string, indexVersion: number): Promise<boolean> {
  if ((await place(pansOf(tenant), { _id: index, kitNo, indexVersion })) === 'placed') return true
  return (await pansOf(tenant).findById(index).lean<ReservedPan>())?.kitNo === kitNo
}
