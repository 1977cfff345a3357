// Reserving kits for an issuing command: numbered, encrypted, stored, but unseen until confirmed.
// Contract: packages/contract/src/kit/issue-kits.ts.
import { type Product, productOf, type ReserveKits, reserveKitsEndpoint } from '@dcms/contract'
import { answer, command, refuse, type Scope } from '@dcms/service'
import type { CardVault } from '../vault/card-vault.ts'
import { dropKit, makeKit } from './make-kit.ts'
import type { CardNumbering } from './number-cards.ts'

/**
 * The idempotency key is the issuing command: a repeat gets the kit numbers of the first time. When
 * this process dies half way, the next run reserves anew and the sweep `releaseReservations` takes
 * back what the first left; numbers are never used again. The first kit decides for all.
 */
export const reserveKits = (vault: CardVault, numbering: CardNumbering) =>
  command(reserveKitsEndpoint, async (input, scope) => {
    const planned = planKits(input, scope)
    if (!Array.isArray(planned)) return planned
    const { commandId, entityId, deliveryAddress } = input
    const kitNos: string[] = []
    for (const { kit, product } of planned) {
      const { accountNo, aliasName, plasticCode } = kit
      const chosen = { ...(aliasName && { aliasName }), ...(plasticCode && { plasticCode }), ...(deliveryAddress && { deliveryAddress }) }
      const [first] = kitNos
      const wanted = { commandId, entityId, accountNo, product, ...chosen, ...(first !== undefined && { first }) }
      const made = await makeKit(wanted, scope, { vault, numbering })
      if (made.kind === 'refused') {
        for (const kitNo of kitNos.toReversed()) await dropKit(kitNo, commandId, scope)
        return made
      }
      kitNos.push(made.kitNo)
    }
    return answer({ kitNos })
  })

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
