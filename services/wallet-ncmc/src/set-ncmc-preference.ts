// Setting the auto-reload of an NCMC card. Contract:
// packages/contract/src/ncmc-preference/set-ncmc-preference.ts.
import {
  type NcmcPreferenceChanged,
  type NcmcPreferenceSet,
  type SetNcmcPreference,
  setNcmcPreferenceEndpoint,
  traitsOf,
} from '@dcms/contract'
import { command, type Decision, type InternalClient, refuse } from '@dcms/service'
import { askForCard, type WalletCard } from './known-wallet.ts'
import { numberOfRupees, paiseOfNumber } from './money.ts'
import { type Purse, pursesOf, type ReloadSetting, readOrOpenPurse } from './purse.ts'

/** A repeat sets the same values: `createdDate` stays, `changedDate` moves. */
export const setNcmcPreference = (kit: InternalClient) =>
  command(setNcmcPreferenceEndpoint, async (input, scope) => {
    const card = await askForCard(input, scope, kit)
    if ('kind' in card) return card
    const purse = await readOrOpenPurse(scope, input.kitNo, input.entityId)
    const decision = decideReload(purse, input, card, scope.now)
    if (decision.kind === 'refused') return decision
    const isRepeat = purse.commandIds.includes(scope.commandId)
    const after = isRepeat || decision.kind !== 'changed' ? purse.reload : decision.set.reload
    if (!after) throw new Error(`the reload of kit ${input.kitNo} was set and has disappeared`)
    return scope.commit(pursesOf, purse, decision, resultOf(input, after))
  })

type Refusal = 'invalid.input.request' | 'invalid.source.account' | 'TX0057' | 'MCC007' | 'card.blocked' | 'card.status.active'

/** What is left out stays as it is; the whole must make sense afterwards. */
export function decideReload(
  purse: Pick<Purse, '_id' | 'entityId' | 'reload'>,
  { accountNo, autoReload = {}, channel, creator, changer }: SetNcmcPreference,
  card: Pick<WalletCard, 'accountNo' | 'cardStatus' | 'maxPaise'>,
  now: Date,
): Decision<Purse, NcmcPreferenceChanged, Refusal> {
  const { preferenceRefusal } = traitsOf(card.cardStatus)
  if (preferenceRefusal) return refuse(preferenceRefusal)
  const [threshold, amount] = [sentPaise(autoReload.threshold), sentPaise(autoReload.loadAmount)]
  const tooFine = [...(threshold === null ? ['autoReload.threshold'] : []), ...(amount === null ? ['autoReload.loadAmount'] : [])]
  if (tooFine.length > 0)
    return refuse(
      'invalid.input.request',
      tooFine.map((field) => `${field} must have at most two decimals`),
    )
  if (accountNo !== undefined && accountNo !== card.accountNo) return refuse('invalid.source.account')
  const before = purse.reload
  const thresholdPaise = threshold ?? before?.thresholdPaise ?? 0
  const loadAmountPaise = amount ?? before?.loadAmountPaise ?? 0
  const enabled = autoReload.enabled ?? before?.enabled ?? false
  const hasThreshold = threshold !== undefined || thresholdPaise > 0
  if (enabled && !(hasThreshold && loadAmountPaise > 0))
    return refuse('invalid.input.request', ['autoReload.enabled needs a threshold and a loadAmount'])
  if (thresholdPaise + loadAmountPaise > card.maxPaise) return refuse('TX0057')
  const reload: ReloadSetting = {
    enabled,
    thresholdPaise,
    loadAmountPaise,
    accountNo: card.accountNo,
    createdAt: before?.createdAt ?? now,
    changedAt: now,
  }
  return {
    kind: 'changed',
    set: { reload },
    events: [
      {
        type: 'NcmcPreferenceChanged',
        kitNo: purse._id,
        entityId: purse.entityId,
        accountNo: card.accountNo,
        autoReload: { enabled, thresholdPaise, loadAmountPaise },
        reason: 'REQUESTED',
        ...(channel !== undefined && { channel }),
        ...(creator !== undefined && { creator }),
        ...(changer !== undefined && { changer }),
        changedAt: now.toISOString(),
      },
    ],
  }
}

/** Null for what is no whole paise; undefined for what was not sent. */
const sentPaise = (rupees: number | undefined): number | null | undefined => (rupees === undefined ? undefined : paiseOfNumber(rupees))

/** `2024-01-15T10:30:00Z`. */
export const storedAtOf = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`

export const reloadShown = ({ enabled, thresholdPaise, loadAmountPaise }: ReloadSetting): NcmcPreferenceSet['autoReload'] => ({
  enabled,
  threshold: numberOfRupees(thresholdPaise),
  loadAmount: numberOfRupees(loadAmountPaise),
})

const resultOf = ({ entityId, kitNo, channel, creator, changer }: SetNcmcPreference, reload: ReloadSetting): NcmcPreferenceSet => ({
  entityId,
  kitNo,
  accountNo: reload.accountNo,
  autoReload: reloadShown(reload),
  ...(channel !== undefined && { channel }),
  ...(creator !== undefined && { creator }),
  ...(changer !== undefined && { changer }),
  createdDate: storedAtOf(reload.createdAt),
  changedDate: storedAtOf(reload.changedAt),
})
