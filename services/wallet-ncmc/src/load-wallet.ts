// Loading a wallet from the card's account. Contract: packages/contract/src/wallet/load-wallet.ts.
// The txnId is claimed, the purse makes room, the account pays, the money is staged: whatever dies
// in between, a repeat or the sweep goes on from where it stands.
import { type KitForWallet, type LoadWallet, loadWalletEndpoint, traitsOf, type WalletAfterLoad } from '@dcms/contract'
import {
  answer,
  claimsOf,
  command,
  hashOf,
  type InternalClient,
  type Outcome,
  place,
  type Refused,
  refuse,
  type Scope,
  ServiceUnavailable,
  unchanged,
} from '@dcms/service'
import { type CoreBanking, CoreBankingUnavailable } from './core-banking.ts'
import { askForCard, type WalletCard } from './known-wallet.ts'
import { decideBegin, entryIdOf, openLoadOf } from './load.ts'
import { paiseOf, rupeesOf } from './money.ts'
import {
  ENTRIES_WAITING_MAX,
  type Entry,
  OPEN_LOADS_MAX,
  type OpenLoad,
  type Purse,
  pursesOf,
  readOrOpenPurse,
  readPurse,
  STAGED_MAX,
  withoutOutbox,
} from './purse.ts'
import { inTurn } from './purse-turns.ts'
import { debitFor, endOf, settleLoad } from './settle-load.ts'

type Told = Outcome<WalletAfterLoad, (typeof loadWalletEndpoint)['errors'][number]>
type CardRefusal = Refused<'MCC007' | 'product.level.disable' | 'card.blocked' | 'card.status.active'>

/** What the steps of a load share. */
interface Loading {
  input: LoadWallet
  scope: Scope
  coreBanking: CoreBanking
}

export const loadWallet = ({ kit, coreBanking }: { kit: InternalClient; coreBanking?: CoreBanking | undefined }) =>
  command(loadWalletEndpoint, async (input, scope): Promise<Told> => {
    if (!coreBanking) throw new ServiceUnavailable('no core banking system is set')
    const loading: Loading = { input, scope, coreBanking }
    const asked = await askForCard(input, scope, kit)
    const card = 'kind' in asked ? asked : (statusRefusal(asked.cardStatus) ?? asked)
    const claims = claimsOf(scope.tenant)
    const claim = claimOf(input)
    if (!('kind' in card) && (await place(claims, claim)) === 'placed') {
      const purse = await inTurn(scope, input.kitNo, () => takeRoom(loading, card))
      return purse ? await finish(loading, purse) : await goOn(loading, card)
    }
    // A txnId that was taken before gets its answer, whatever became of the card since.
    const taken = await claims.findById(claim._id).lean()
    if (taken) return taken.holder === claim.holder ? await goOn(loading, card) : refuse('TX0094')
    return 'kind' in card ? card : { kind: 'overtaken' }
  })

/** Only an ACTIVE card is loaded. */
export function statusRefusal(cardStatus: KitForWallet['cardStatus']): CardRefusal | null {
  return cardStatus === 'ACTIVE' ? null : refuse(traitsOf(cardStatus).preferenceRefusal ?? 'card.status.active')
}

/** One load of the bank has a txnId, for ever. */
const claimOf = ({ txnId, kitNo, entityId, amount }: LoadWallet) => ({
  _id: `load/${txnId}`,
  holder: hashOf(kitNo, entityId, paiseOf(amount)),
})

const openLoad = ({ txnId, amount }: LoadWallet, { accountNo }: WalletCard, since: Date): OpenLoad => ({
  txnId,
  transactionType: 'LOAD',
  amountPaise: paiseOf(amount),
  accountNo,
  since,
})

/**
 * Makes room in the purse by one update that asks for no state before: loads of one card at once do
 * not stand in each other's way. The rule is `decideBegin`, which tells why where nothing matches.
 */
async function takeRoom({ input, scope }: Loading, card: WalletCard): Promise<Purse | null> {
  const load = openLoad(input, card, scope.now)
  const below = (field: 'openLoads' | 'staged' | 'entries', max: number) => ({ [`${field}.${max - 1}`]: { $exists: false } })
  scope.touch()
  return await pursesOf(scope.tenant)
    .findOneAndUpdate(
      {
        _id: input.kitNo,
        committedPaise: { $lte: card.maxPaise - load.amountPaise },
        'openLoads.txnId': { $ne: load.txnId },
        entryIds: { $ne: entryIdOf(load.txnId) },
        ...below('openLoads', OPEN_LOADS_MAX),
        ...below('staged', STAGED_MAX),
        ...below('entries', ENTRIES_WAITING_MAX),
      },
      { $push: { openLoads: load }, $inc: { committedPaise: load.amountPaise, version: 1 } },
      { returnDocument: 'after', projection: withoutOutbox },
    )
    .lean<Purse>()
}

/** Goes on with a load whose txnId is claimed, from wherever it stands. */
async function goOn(loading: Loading, card: WalletCard | CardRefusal): Promise<Told> {
  const { input, scope } = loading
  const { kitNo, entityId, txnId } = input
  const purse = 'kind' in card ? await readPurse(scope, kitNo) : await readOrOpenPurse(scope, kitNo, entityId)
  if (purse && openLoadOf(purse, txnId)) return await finish(loading, purse)
  const end = await endOf(purse, txnId, scope)
  if (end) return told(input, end)
  if ('kind' in card) return card // claimed, and its process died before it was begun
  const load = openLoad(input, card, scope.now)
  const own = scope.ofCommand(`begin/${txnId}`)
  const decide = (present: Purse | null) => (present ? decideBegin(present, load, card.maxPaise, scope.now) : unchanged)
  const begun = await inTurn(scope, kitNo, () => own.change(pursesOf, kitNo, decide, { known: purse }))
  if (begun.kind !== 'answer') return begun
  const { before, decision } = begun.result
  if (!before || decision.kind !== 'changed') return { kind: 'overtaken' } // another call has begun it just now
  const failure = decision.set.entries?.at(-1)
  return failure ? told(input, failure) : await finish(loading, { ...before, ...decision.set, version: before.version + 1 })
}

/** Has the account pay, and stages the money or says why not. */
async function finish({ input, scope, coreBanking }: Loading, purse: Purse): Promise<Told> {
  const load = openLoadOf(purse, input.txnId)
  if (!load) throw new Error(`the load ${input.txnId} was begun and has disappeared`)
  if (load.isUndone) return refuse('service.timeout')
  try {
    const outcome = await debitFor(load, scope, coreBanking)
    const end = await settleLoad(purse, load.txnId, outcome, scope)
    return end ? told(input, end) : refuse('service.timeout')
  } catch (error) {
    if (error instanceof CoreBankingUnavailable) return refuse('service.timeout')
    throw error
  }
}

const told = ({ entityId, kitNo, walletType, txnId }: LoadWallet, { errorCode, offlinePaise, stagedPaise }: Entry): Told =>
  errorCode
    ? refuse(errorCode)
    : answer({
        entityId,
        kitNo,
        walletType,
        txnId,
        walletBalance: rupeesOf(offlinePaise),
        stagedWalletBalance: rupeesOf(stagedPaise),
      })
