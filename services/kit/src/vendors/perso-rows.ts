// The rows of a file with cards to be made, in the order in which the kits were made, a batch at a
// time.
import { setImmediate as turn } from 'node:timers/promises'
import { productOf } from '@dcms/contract'
import type { Tenant } from '@dcms/service'
import { addressOf, type Row } from '@dcms/vendor-files'
import { kitNoAt } from '../issuing/number-cards.ts'
import type { PersoFile, Production } from '../issuing/production.ts'
import { type Kit, kitsOf } from '../kit.ts'
import type { CardToMake, CardVault } from '../vault/card-vault.ts'
import { track1Of, track2Of } from './track-data.ts'

const BATCH = 500
/** After so many cards others have their turn. */
const AT_ONCE = 25
const DEFAULT_SERVICE_CODE = '221'

/**
 * The same kits in the same order each time, whatever has become of them.
 * @throws when one of them is not there
 */
export async function* persoRows(production: Production, file: PersoFile, tenant: Tenant, vault: CardVault): AsyncGenerator<Row[]> {
  for (const { line, kitFrom, count } of production.rows ?? []) {
    if (!file.lines.includes(line)) continue
    for (let from = kitFrom; from < kitFrom + count; from += BATCH) {
      const kitNos = Array.from({ length: Math.min(BATCH, kitFrom + count - from) }, (_, i) => kitNoAt(from + i))
      const kits = await readInOrder(tenant, production._id, kitNos)
      const rows: Row[] = []
      for (let at = 0; at < kits.length; at += AT_ONCE) {
        rows.push(...(await Promise.all(kits.slice(at, at + AT_ONCE).map((kit) => rowOf(kit, production, tenant, vault)))))
        await turn()
      }
      yield rows
    }
  }
}

async function readInOrder(tenant: Tenant, orderId: string, kitNos: readonly string[]): Promise<Kit[]> {
  const found = await kitsOf(tenant)
    .find({ _id: { $in: [...kitNos] }, orderId }, { outbox: 0 })
    .batchSize(kitNos.length)
    .lean<Kit[]>()
  const byNo = new Map(found.map((kit) => [kit._id, kit]))
  return kitNos.map((kitNo) => {
    const kit = byNo.get(kitNo)
    if (!kit) throw new Error(`kit ${kitNo} of order ${orderId} is not there`)
    return kit
  })
}

async function rowOf(kit: Kit, production: Production, tenant: Tenant, vault: CardVault): Promise<Row> {
  const product = productOf(tenant.definition, kit.productId)
  const serviceCode = product?.serviceCode ?? DEFAULT_SERVICE_CODE
  const { pan, cvv, cvv2, icvv }: CardToMake = await vault.cardToMake(tenant, kit, serviceCode)
  const track = { pan, expiry: kit.expiry, serviceCode, cvv, name: kit.aliasName }
  return {
    orderId: production._id,
    kitNo: kit._id,
    parentKitNo: kit.parentKitNo ?? '',
    productId: kit.productId,
    plasticCode: kit.plasticCode ?? '',
    network: kit.networkType,
    pan,
    expiry: `${kit.expiry.slice(2)}/${kit.expiry.slice(0, 2)}`,
    embossName: kit.aliasName ?? '',
    line4: '',
    track1: track1Of(track),
    track2: track2Of(track),
    cvv2,
    icvv,
    serviceCode,
    ncmcFlag: product?.ncmc?.offered ? 'Y' : 'N',
    languageCode: 'en',
    branchId: production.branchId ?? '',
    ...addressOf(production),
    dispatchMode: 'BRANCH',
  }
}
