// Limits after any sequence of calls that set preferences: properties.
// Rule: docs/rules.md#limits-of-preferences.
import type { Product, SetPreference } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { product } from '../test/products.ts'
import { channelNames, choicesOf, defaultsOf, type Kept } from './preference.ts'
import { decideSetPreference } from './set-preference.ts'

const facts = { entityId: 'req7', productId: product.productId, cardType: 'VIRTUAL', cardStatus: 'ACTIVE', expiry: '2907' } as const

/** What is kept once the call is through. */
function after(call: Pick<SetPreference, 'domestic' | 'international' | 'swipeToPay'>, kept: Kept = {}, of: Product = product): Kept {
  const input = { ...call, entityId: 'req7', kitNo: '4240171508' }
  const decision = decideSetPreference({ card: { _id: '4240171508', ...kept }, facts, product: of }, input, new Date())
  return decision.kind === 'changed' && decision.set.chosen ? { ...kept, chosen: decision.set.chosen } : kept
}

const amounts = fc.integer({ min: 0, max: 3_000 })
const offers = fc
  .record({
    offered: fc.boolean(),
    onAtIssue: fc.boolean(),
    dailyCap: amounts,
    maxCap: amounts,
    dailyDefault: amounts,
    maxDefault: amounts,
  })
  .map(({ dailyDefault, maxDefault, ...rest }) => (dailyDefault % 2 ? rest : { ...rest, dailyDefault, maxDefault }))
const regionOffers = fc.record({
  offered: fc.boolean(),
  onAtIssue: fc.boolean(),
  ...Object.fromEntries(channelNames.map((name) => [name, offers])),
}) as unknown as fc.Arbitrary<Product['domestic']>
const sentChannels = fc.record(
  { isEnabled: fc.boolean(), dailyLimit: amounts.map(String), maxLimit: amounts.map(String) },
  { requiredKeys: [] },
)
const sentRegions: fc.Arbitrary<SetPreference['domestic']> = fc.record(
  { isEnabled: fc.boolean(), ...Object.fromEntries(channelNames.map((name) => [name, sentChannels])) },
  { requiredKeys: [] },
)
const calls = fc.record(
  { domestic: sentRegions, international: sentRegions, swipeToPay: sentChannels },
  { requiredKeys: ['domestic', 'international'] },
)

test('after any calls no limit of a channel is above what the product allows, and nothing is on that it does not offer', () => {
  fc.assert(
    fc.property(regionOffers, regionOffers, offers, fc.array(calls, { maxLength: 8 }), (domestic, international, swipeToPay, sequence) => {
      const any: Product = { ...product, domestic, international, swipeToPay }
      let kept: Kept = { issued: defaultsOf(any) }
      for (const call of sequence) {
        kept = after(call, kept, any)
        const choices = choicesOf(kept, any)
        const channels = [
          { channel: choices.swipeToPay, of: swipeToPay },
          ...channelNames.flatMap((name) => [
            { channel: choices.domestic[name], of: domestic[name] },
            { channel: choices.international[name], of: international[name] },
          ]),
        ]
        // One `expect` for all: hundreds of thousands of them take longer than what they check.
        expect({
          above: channels.filter(
            ({ channel, of }) => !(channel.dailyLimit <= Math.min(channel.maxLimit, of.dailyCap) && channel.maxLimit <= of.maxCap),
          ),
          onButNotOffered: [
            ...channels.filter(({ channel, of }) => channel.isEnabled && !of.offered),
            ...(['domestic', 'international'] as const).filter((name) => choices[name].isEnabled && !any[name].offered),
          ],
        }).toEqual({ above: [], onButNotOffered: [] })
      }
    }),
    { numRuns: 300 },
  )
})

test('a call is either refused, or changes nothing but what it names', () => {
  fc.assert(
    fc.property(calls, calls, (first, second) => {
      const kept = after(first)
      const before = choicesOf(kept, product)
      const choices = choicesOf(after(second, kept), product)
      for (const region of ['domestic', 'international'] as const) {
        if (second[region].isEnabled === undefined) expect(choices[region].isEnabled).toBe(before[region].isEnabled)
        for (const name of channelNames) if (second[region][name] === undefined) expect(choices[region][name]).toEqual(before[region][name])
      }
      expect(choices.dynamicAuth).toEqual(before.dynamicAuth)
    }),
  )
})
