// Reserving kits for an issuing command: numbered, encrypted, stored, but unseen until confirmed.
// Contract: packages/contract/src/kit/issue-kits.ts.
import { type Product, productOf, type ReserveKits, reserveKitsEndpoint } from '@dcms/contract'
import { answer, command, refuse, type Scope } from '@dcms/service'
import { type Kit, kitsOf } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'
import type { JustReserved } from './just-reserved.ts'
import { dropKit, makeKit } from './make-kit.ts'
import type { CardNumbering } from './number-cards.ts'

/** What reserving shares with confirming: kits that it has just stored. */
export interface ReservingParts {
  vault: CardVault
  numbering: CardNumbering
  justReserved: JustReserved
}

/**
 * The idempotency key is the issuing command: a repeat gets the kit numbers of the first time, from
 * the kits, which remember the command. When this process dies half way, the next run reserves anew
 * and the sweep `releaseReservations` takes back what the first left; numbers are never used again.
 * The first kit decides for all.
 */
export const reserveKits = ({ vault, numbering, justReserved }: ReservingParts) =>
  command(
    reserveKitsEndpoint,
    async (input, scope) => {
      const planned = planKits(input, scope)
      if (!Array.isArray(planned)) return planned
      const { commandId, entityId, deliveryAddress } = input
      const kits: Kit[] = []
      for (const { kit, product } of planned) {
        const { accountNo, aliasName, plasticCode } = kit
        const chosen = { ...(aliasName && { aliasName }), ...(plasticCode && { plasticCode }), ...(deliveryAddress && { deliveryAddress }) }
        const first = kits[0]?._id
        const wanted = { commandId, entityId, accountNo, product, ...chosen, ...(first !== undefined && { first }) }
        const made = await makeKit({ ...wanted, madeBy: scope.commandId }, scope, { vault, numbering })
        if (made.kind === 'refused') {
          for (const { _id } of kits.toReversed()) await dropKit(_id, commandId, scope)
          return made
        }
        kits.push(made.kit)
      }
      for (const kit of kits) justReserved.add(scope.tenant, kit)
      return answer({ kitNos: kits.map(({ _id }) => _id) })
    },
    { answeredBefore: reservedBefore },
  )

/**
 * The kits that this very command reserved. Null when there are none, or not all: another run is
 * making them, or one died over it.
 */
async function reservedBefore({ entityId, kits }: ReserveKits, { tenant, commandId }: Scope): Promise<{ kitNos: string[] } | null> {
  const mine = await kitsOf(tenant).find({ entityId, commandIds: commandId }, { status: 1, reservation: 1 }).lean<Reserved[]>()
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
    if (kit.kitNo !== undefined) return refuse('kit.not.found', [`kitNo ${kit.kitNo} is not in stock`]) // there is no stock before card orders
    const product = productOf(tenant.definition, kit.productId)
    if (!product) return refuse('product.not.found')
    planned.push({ kit, product })
  }
  return planned
}
