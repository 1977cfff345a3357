// The rules of upgrading: which card comes next, what becomes of the old one, and what a further
// order means while a card waits.
import { refuse, unchanged } from '@dcms/service'
import { describe, expect, test } from '@jest/globals'
import { catalogue, ofProduct } from '../../test/catalogue.ts'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import type { IssuedKit, Kit } from '../kit.ts'
import type { Successor } from './succession.ts'
import { decideFurtherUpgrade, decideUpgrade, planUpgrade } from './upgrade-card.ts'

const now = new Date('2026-11-20T10:00:00Z')
const at = { commandId: 'this-command', now }
const NEW = '4240171509'
const order = { entityId: ENTITY, kitNo: KIT_NO }
const issued = (change: Partial<Kit> = {}) => kit({ status: 'ACTIVE', ...ofProduct('CLASSIC', 'VIRTUAL'), ...change }) as IssuedKit
type Wanted = NonNullable<Parameters<typeof planUpgrade>[1]['kitInfo']>[number]
const plan = (old: Kit | null, wanted: Wanted = {}, settings: Parameters<typeof catalogue>[0] = {}) =>
  planUpgrade(old, { ...order, kitInfo: [wanted] }, catalogue(settings))
const successor = (old: Kit, wanted: Wanted = {}): Successor => {
  const planned = plan(old, wanted)
  if (planned.kind === 'refused') throw new Error(`refused: ${planned.code}`)
  return planned
}

describe('the next card', () => {
  test('is of the next tier, has the name and account of the old one, and takes its place when it is activated', () => {
    expect(plan(issued({ aliasName: 'ASHA' }))).toMatchObject({
      operation: 'ISSUE_UPGRADE',
      entityId: ENTITY,
      accountNo: '8642135',
      aliasName: 'ASHA',
      takesOver: KIT_NO,
      product: { productId: '2003_SILVER_VIRTUAL' },
    })
  })

  test('is what the caller says: tier, type, name, plastic', () => {
    const wanted = { tierType: 'SILVER', cardType: 'PHYSICAL', aliasName: 'A DEVI', plasticCode: 'PGIFT' } as const
    expect(plan(issued(), wanted)).toMatchObject({
      product: { productId: '2003_SILVER_PHYSICAL' },
      aliasName: 'A DEVI',
      plasticCode: 'PGIFT',
      deliveryAddress: 'PERMANENT',
    })
  })

  test('takes nobody’s place later where the bank replaces at once', () => {
    expect(plan(issued(), {}, { upgradeReplaceAtOnce: true })).not.toHaveProperty('takesOver')
  })

  test.each([
    ['a tier that the bank has not', issued(), { tierType: 'DIAMOND' }, 'tier.not.found'],
    ['a plastic that it has not', issued(), { plasticCode: 'PWOOD' }, 'plastic.not.found'],
    ['no tier above the highest', issued(ofProduct('PLATINUM', 'VIRTUAL')), {}, 'tier.not.found'],
    ['a tier without that card type', issued(), { tierType: 'PLATINUM', cardType: 'PHYSICAL' }, 'product.not.found'],
    ['a card of a product that is gone', issued({ productId: 'GONE' }), {}, 'product.not.found'],
    ['somebody else’s card', issued({ entityId: 'somebody-else' }), {}, 'MCC007'],
    ['no card', null, {}, 'MCC007'],
    ['a card never activated', issued({ status: 'INACTIVE' }), {}, 'card.status.active'],
    ['a blocked card', issued({ status: 'BLOCKED' }), {}, 'card.blocked'],
    ['a closed card', issued({ status: 'CLOSED' }), {}, 'card.status.active'],
  ] as const)('%s: refused', (_what, old, wanted, code) => {
    expect(plan(old, wanted)).toEqual(refuse(code))
  })
})

describe('the old card', () => {
  test.each(['ACTIVE', 'LOCKED'] as const)('that is %s stays so and names the new one', (status) => {
    const old = issued({ status })
    expect(decideUpgrade(old, NEW, successor(old), false, at)).toEqual({
      kind: 'changed',
      set: {
        status,
        changedAt: now,
        steps: [{ commandId: 'this-command', from: status, to: status, newKitNo: NEW }],
        successor: {
          kitNo: NEW,
          commandId: 'this-command',
          at: now,
          ordered: { productId: '2003_SILVER_VIRTUAL', plasticCode: 'PSILV' },
        },
        successorPendingAt: now,
      },
      events: [
        {
          type: 'KitUpgraded',
          kitNo: KIT_NO,
          entityId: ENTITY,
          newKitNo: NEW,
          productId: '2003_CLASSIC_VIRTUAL',
          newProductId: '2003_SILVER_VIRTUAL',
          newTierType: 'SILVER',
          upgradedAt: '2026-11-20T10:00:00.000Z',
        },
      ],
    })
  })

  test('is replaced in the same update where the bank wants it so, and both are told in order', () => {
    const old = issued()
    const decision = decideUpgrade(old, NEW, successor(old), true, at)
    expect(decision).toMatchObject({ set: { status: 'REPLACED', successor: { kitNo: NEW } } })
    expect(decision.kind === 'changed' && decision.events.map(({ type }) => type)).toEqual(['KitUpgraded', 'KitReplaced'])
  })
})

describe('a further order while a card waits', () => {
  const ordered = { productId: '2003_SILVER_VIRTUAL', plasticCode: 'PSILV' }
  const old = issued({ successor: { kitNo: NEW, commandId: 'the-first', at: now, ordered } })
  const waiting = issued({ _id: NEW, status: 'ASSIGNED', ...ofProduct('SILVER', 'VIRTUAL') })

  test('for the same card means the one that waits', () => {
    expect(decideFurtherUpgrade(successor(old), old, waiting)).toEqual(unchanged)
    expect(decideFurtherUpgrade(successor(old), issued(), waiting)).toEqual(unchanged) // one who lost the place compares with what waits
  })

  test.each([
    ['another tier', { tierType: 'PLATINUM' }],
    ['another type', { cardType: 'PHYSICAL' }],
    ['another name', { aliasName: 'A DEVI' }],
    ['another plastic', { plasticCode: 'PGIFT' }],
  ] as const)('for %s is refused', (_what, wanted) => {
    expect(decideFurtherUpgrade(successor(old, wanted), old, waiting)).toEqual(refuse('card.status.active'))
  })

  test('that is refused by itself stays so', () => {
    expect(decideFurtherUpgrade(refuse('tier.not.found'), old, waiting)).toEqual(refuse('tier.not.found'))
  })
})
