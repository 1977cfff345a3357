// Reserving kits for an issuing command: numbered, encrypted, stored, but unseen until confirmed.
// Contract: packages/contract/src/kit/issue-kits.ts.
import { type Product, productOf, type ReserveKits, reserveKitsEndpoint } from '@dcms/contract'
import { answer, command, type InternalClient, refuse, type Scope } from '@dcms/service'
import { type Kit, kitsOf, ownedBy } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'
import type { JustReserved } from './just-reserved.ts'
import { dropKit, makeKit } from './make-kit.ts'
import type { CardNumbering } from './number-cards.ts'
import { putBack, reserveFromStock } from './reserve-stock-kit.ts'

/** What reserving shares with confirming: kits that it has just stored. */
export interface ReservingParts {
  vault: CardVault
  numbering: CardNumbering
  justReserved: JustReserved
  inventoryOrder: InternalClient
}

/**
 * The idempotency key is the issuing command: a repeat gets the kit numbers of the first time, from
 * the kits, which remember the command. When this process dies half way, the next run reserves anew
 * and the sweep `releaseReservations` takes back what the first left; numbers are never used again.
 * Kits from stock are reserved once, however often it runs. The first kit decides for all.
 */
export const reserveKits = (parts: ReservingParts) =>
  command(
    reserveKitsEndpoint,
    async (input, scope) => {
      const planned = planKits(input, scope)
      if (!Array.isArray(planned)) return planned
      const done: Done[] = []
      for (const each of planned) {
        const reserved = await reserveOne(each, input, done[0]?.kitNo, scope, parts)
        if (reserved.kind !== 'reserved') {
          for (const { kitNo, made } of done.toReversed()) {
            if (made) await dropKit(kitNo, input.commandId, scope)
            else await putBack({ _id: kitNo }, input.commandId, scope, parts.inventoryOrder)
          }
          return reserved
        }
        done.push(reserved)
      }
      for (const { made } of done) if (made) parts.justReserved.add(scope.tenant, made)
      return answer({ kitNos: done.map(({ kitNo }) => kitNo) })
    },
    { answeredBefore: reservedBefore },
  )

/** A reserved kit; `made` for it, or from stock. */
interface Done {
  kitNo: string
  made?: Kit
}

async function reserveOne({ kit, product }: Planned, input: ReserveKits, first: string | undefined, scope: Scope, parts: ReservingParts) {
  const { commandId, entityId, deliveryAddress } = input
  const { kitNo, accountNo, aliasName, plasticCode } = kit
  const one = { commandId, ...(plasticCode && { plasticCode }), ...(first !== undefined && { first }) }
  const chosen = { entityId, accountNo, ...(aliasName && { aliasName }), ...(deliveryAddress && { deliveryAddress }) }
  if (kitNo !== undefined) {
    const taken = await reserveFromStock({ ...one, kitNo, productId: product.productId, owner: chosen }, scope, parts.inventoryOrder)
    return taken.kind === 'reserved' ? { ...taken, kitNo } : taken
  }
  const made = await makeKit({ ...one, ...chosen, product, madeBy: scope.commandId }, scope, parts)
  return made.kind === 'made' ? { kind: 'reserved' as const, kitNo: made.kitNo, made: made.kit } : made
}

/**
 * The kits that this very command reserved. Null when there are none, or not all: another run is
 * making them, or one died over it, or some are from stock, which a further run finds reserved.
 */
async function reservedBefore({ entityId, kits }: ReserveKits, { tenant, commandId }: Scope): Promise<{ kitNos: string[] } | null> {
  const mine = await kitsOf(tenant)
    .find({ entityId: ownedBy(entityId), commandIds: commandId }, { status: 1, reservation: 1 })
    .lean<Reserved[]>()
  const sets = new Map<string, string[]>()
  for (const { _id, status, reservation } of mine) {
    const set = status === 'RESERVED' ? (reservation?.first ?? _id) : 'confirmed'
    sets.set(set, [...(sets.get(set) ?? []), _id])
  }
  const whole = [...sets.values()].find((kitNos) => kitNos.length === kits.length)
  return whole ? { kitNos: whole.toSorted((one, other) => Number(one) - Number(other)) } : null // they are numbered in order
}

type Reserved = Pick<Kit, '_id' | 'status' | 'reservation'>

type Planned = { kit: ReserveKits['kits'][number]; product: Product }

/** All kits are checked before the first is made. */
function planKits({ kits }: ReserveKits, { tenant }: Scope) {
  const planned: Planned[] = []
  for (const kit of kits) {
    if (kit.kitNo !== undefined && planned.some((each) => each.kit.kitNo === kit.kitNo))
      return refuse('invalid.kit.info', [`kitNo ${kit.kitNo} is named twice`])
    const product = productOf(tenant.definition, kit.productId)
    if (!product) return refuse('product.not.found')
    planned.push({ kit, product })
  }
  return planned
}
