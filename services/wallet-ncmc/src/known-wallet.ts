// Whose wallet a call is about, and what its card's product allows. A purse that is there answers
// by itself; otherwise, and wherever the card's status counts, the kit context is asked.
import { type KitForWallet, kitForWalletEndpoint, type Product, productOf, type TenantDefinition } from '@dcms/contract'
import { type InternalClient, type Refused, refuse, type Scope } from '@dcms/service'
import { type Purse, readPurse } from './purse.ts'

const WALLET_MAX_PAISE = 200_000

export type WalletRefusal = 'MCC007' | 'product.level.disable'

export interface WalletCard extends KitForWallet {
  /** What the wallet may hold, staged money included. */
  maxPaise: number
}

/** Whose and of which card a call's wallet is. */
export interface WalletKey {
  kitNo: string
  entityId: string
}

/**
 * The card as it stands now: one that was blocked a moment ago must not be loaded.
 * @throws ServiceUnavailable while the kit context is away
 */
export async function askForCard(
  { kitNo, entityId }: WalletKey,
  scope: Scope,
  kit: InternalClient,
): Promise<WalletCard | Refused<WalletRefusal>> {
  const asked = await kit.call(kitForWalletEndpoint, { kitNo }, scope)
  const card = asked.kind === 'answer' ? asked.result : null
  if (card?.entityId !== entityId) return refuse('MCC007') // the same answer for both: no probing for kits
  const product = productOfCard(kitNo, card.productId, scope.tenant.definition)
  if (!product.ncmc?.offered) return refuse('product.level.disable')
  return { ...card, maxPaise: product.ncmc.walletMaxPaise ?? WALLET_MAX_PAISE }
}

/**
 * The wallet of a read, in whatever status its card is.
 * @returns null for an NCMC card whose purse is not opened yet: it holds nothing
 * @throws ServiceUnavailable while the kit context is away and there is no purse
 */
export async function findWallet(
  key: WalletKey,
  scope: Scope,
  kit: InternalClient,
): Promise<{ readonly kind: 'found'; readonly purse: Purse | null } | Refused<WalletRefusal>> {
  const purse = await readPurse(scope, key.kitNo)
  if (purse) return purse.entityId === key.entityId ? { kind: 'found', purse } : refuse('MCC007')
  const card = await askForCard(key, scope, kit)
  return 'kind' in card ? card : { kind: 'found', purse: null }
}

/** @throws when the bank's definition has no such product */
export function productOfCard(kitNo: string, productId: string, definition: TenantDefinition): Product {
  const product = productOf(definition, productId)
  if (!product) throw new Error(`product ${productId} of kit ${kitNo} is not defined`)
  return product
}
