// Switching regions and channels of a card and setting their limits. Contract:
// packages/contract/src/preference/set-preference.ts.
import { type ChannelOffer, type PreferencesChanged, type Product, type SetPreference, setPreferenceEndpoint } from '@dcms/contract'
import { command, type Decision, type InternalClient, refuse, unchanged } from '@dcms/service'
import { type Card, cardsOf } from './card.ts'
import { viewOf } from './fetch-preference.ts'
import { type Channel, type Choices, channelNames, choicesOf, nothingOffered, type Region } from './preference.ts'
import { type PresentCard, readCard } from './read-card.ts'
import { statusRefusal } from './status-refusal.ts'

/** A repeat finds its values there already: the same answer, no write, no event. */
export const setPreference = (kit: InternalClient) =>
  command(setPreferenceEndpoint, async (input, scope) => {
    const present = await readCard(input.kitNo, scope, kit)
    if (!present) return refuse('MCC007')
    const { card, product } = present
    const decision = decideSetPreference(present, input, scope.now)
    const isRepeat = card.commandIds.includes(scope.commandId)
    const after = decision.kind === 'changed' && !isRepeat ? { ...card, ...decision.set } : card
    const { cardType = null, changer = null, channel = null, creator = null } = input
    const result = { ...viewOf(input.entityId, input.kitNo, after, product), cardType, changer, channel, creator }
    return scope.commit(cardsOf, card, decision, result)
  })

type Refusal = 'MCC007' | 'card.blocked' | 'card.status.active' | 'product.level.disable' | 'invalid.daily.limit.product'
type SentRegion = SetPreference['domestic']
type SentChannel = NonNullable<SetPreference['swipeToPay']>

/**
 * All of what is sent or nothing: the first rule that something breaks refuses the whole call and
 * names every field that breaks it.
 */
export function decideSetPreference(
  { card, facts, product }: Pick<PresentCard, 'facts' | 'product'> & { card: Pick<Card, '_id' | 'issued' | 'chosen'> },
  input: SetPreference,
  now: Date,
): Decision<Card, PreferencesChanged, Refusal> {
  if (facts.entityId !== input.entityId) return refuse('MCC007') // the same answer for both: no probing for kits
  const refusal = statusRefusal(facts.cardStatus)
  if (refusal) return refusal
  const before = choicesOf(card, product)
  const after = withSent(before, input)
  const notOffered = switchedOnWithoutOffer(input, product)
  if (notOffered.length > 0)
    return refuse(
      'product.level.disable',
      notOffered.map((path) => `${path} is not offered by the product`),
    )
  const tooHigh = sentChannels(input, after, product).flatMap(limitFaults)
  if (tooHigh.length > 0) return refuse('invalid.daily.limit.product', tooHigh)
  const changes = changesBetween(before, after)
  if (changes.length === 0) return unchanged
  const changed = new Set(changes.map(({ field }) => field.split('.')[0]))
  const parts = Object.fromEntries(Object.entries(after).filter(([name]) => changed.has(name)))
  const { changer, channel, creator } = input
  const audit = { ...(changer && { changer }), ...(channel && { channel }), ...(creator && { creator }) }
  return {
    kind: 'changed',
    set: { chosen: { ...card.chosen, ...parts } },
    events: [{ type: 'PreferencesChanged', kitNo: card._id, entityId: facts.entityId, changes, ...audit, changedAt: now.toISOString() }],
  }
}

/** What is left out stays as it is: a region, a channel, one limit of a channel. */
const withSent = (before: Choices, { domestic, international, dynamicAuth, swipeToPay }: SetPreference): Choices => ({
  domestic: regionWith(before.domestic, domestic),
  international: regionWith(before.international, international),
  dynamicAuth: { ...before.dynamicAuth, ...dynamicAuth },
  swipeToPay: channelWith(before.swipeToPay, swipeToPay),
})

const regionWith = (before: Region, sent: SentRegion): Region => ({
  isEnabled: sent.isEnabled ?? before.isEnabled,
  atm: channelWith(before.atm, sent.atm),
  pos: channelWith(before.pos, sent.pos),
  ecom: channelWith(before.ecom, sent.ecom),
  contactless: channelWith(before.contactless, sent.contactless),
  tokenization: channelWith(before.tokenization, sent.tokenization),
  recurringPayments: sent.recurringPayments ?? before.recurringPayments,
})

const channelWith = (before: Channel, { isEnabled, dailyLimit, maxLimit }: SentChannel = {}): Channel => ({
  isEnabled: isEnabled ?? before.isEnabled,
  dailyLimit: dailyLimit === undefined ? before.dailyLimit : Number(dailyLimit),
  maxLimit: maxLimit === undefined ? before.maxLimit : Number(maxLimit),
})

/**
 * Paths of what the call switches on although the product does not offer it; a region that is not
 * offered offers none of its channels.
 */
function switchedOnWithoutOffer(input: SetPreference, product: Product): string[] {
  const paths: string[] = []
  for (const name of ['domestic', 'international'] as const) {
    const sent = input[name]
    const offer = product[name]
    if (sent.isEnabled && !offer.offered) paths.push(name)
    for (const channel of channelNames)
      if (sent[channel]?.isEnabled && !(offer.offered && offer[channel].offered)) paths.push(`${name}.${channel}`)
    if (sent.recurringPayments?.isEnabled && !offer.offered) paths.push(`${name}.recurringPayments`)
  }
  if (input.swipeToPay?.isEnabled && !product.swipeToPay?.offered) paths.push('swipeToPay')
  return paths
}

interface SetChannel {
  path: string
  sent: SentChannel
  after: Channel
  offer: ChannelOffer
}

function sentChannels(input: SetPreference, after: Choices, product: Product): SetChannel[] {
  const channels: SetChannel[] = []
  for (const name of ['domestic', 'international'] as const) {
    for (const channel of channelNames) {
      const sent = input[name][channel]
      if (sent) channels.push({ path: `${name}.${channel}`, sent, after: after[name][channel], offer: product[name][channel] })
    }
  }
  const { swipeToPay: sent } = input
  if (sent) channels.push({ path: 'swipeToPay', sent, after: after.swipeToPay, offer: product.swipeToPay ?? nothingOffered })
  return channels
}

/**
 * No limit is above the product's cap, no daily limit above the channel's own maximum. A channel is
 * checked when the call sets one of its limits or leaves it switched on: one whose product got
 * tighter since can always be switched off, and does not stand in the way of others.
 */
function limitFaults({ path, sent, after, offer }: SetChannel): string[] {
  if (sent.dailyLimit === undefined && sent.maxLimit === undefined && !after.isEnabled) return []
  const faults: string[] = []
  if (after.maxLimit > offer.maxCap) faults.push(`${path}.maxLimit must be at most ${offer.maxCap}`)
  const dailyMax = Math.min(after.maxLimit, offer.dailyCap)
  if (after.dailyLimit > dailyMax) faults.push(`${path}.dailyLimit must be at most ${dailyMax}`)
  return faults
}

/** Every switch and limit whose value differs, limits as text. */
function changesBetween(before: Choices, after: Choices): PreferencesChanged['changes'] {
  const old = new Map(valuesOf(before))
  return valuesOf(after).flatMap(([field, to]) => {
    const from = old.get(field)
    return from === undefined || from === to ? [] : [{ field, from, to }]
  })
}

function valuesOf(state: object, path = ''): [string, boolean | string][] {
  return Object.entries(state).flatMap(([name, value]) =>
    typeof value === 'object'
      ? valuesOf(value, `${path}${name}.`)
      : [[`${path}${name}`, typeof value === 'boolean' ? value : String(value)]],
  )
}
