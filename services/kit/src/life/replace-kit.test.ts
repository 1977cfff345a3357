// The rules of replacing: what the new kit is, what becomes of the old one, and what while another
// kit waits to take its place.
import { refuse } from '@dcms/service'
import { describe, expect, test } from '@jest/globals'
import { catalogue, ofProduct } from '../../test/catalogue.ts'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import type { IssuedKit, Kit } from '../kit.ts'
import { decideReplacement, decideReplacementBy, planReplacement, type Replacement } from './replace-kit.ts'

const now = new Date('2026-11-20T10:00:00Z')
const at = { commandId: 'this-command', now }
const NEW = '4240171509'
const order = { entityId: ENTITY, oldKit: KIT_NO, operation: 'REPLACE', cardType: 'VIRTUAL' } as const
const plan = (old: Kit | null, change: Partial<Replacement & { cardType: 'VIRTUAL' | 'PHYSICAL' }> = {}) =>
  planReplacement(old, { ...order, ...change }, catalogue())
const issued = (change: Partial<Kit> = {}) => kit({ status: 'ACTIVE', ...change }) as IssuedKit

describe('the new kit', () => {
  test('has account, name, scheme, tier and plastic of the old one', () => {
    const old = issued({ ...ofProduct('SILVER', 'VIRTUAL'), aliasName: 'ASHA', plasticCode: 'PGIFT' })
    expect(plan(old)).toMatchObject({
      kind: 'successor',
      entityId: ENTITY,
      accountNo: '8642135',
      aliasName: 'ASHA',
      plasticCode: 'PGIFT',
      product: { productId: '2003_SILVER_VIRTUAL' },
    })
  })

  test('of another card type has that product and its plastic', () => {
    const planned = plan(issued({ ...ofProduct('SILVER', 'VIRTUAL'), plasticCode: 'PGIFT' }), { cardType: 'PHYSICAL' })
    expect(planned).toMatchObject({ product: { productId: '2003_SILVER_PHYSICAL' }, deliveryAddress: 'PERMANENT' })
    expect(planned).not.toHaveProperty('plasticCode')
  })

  test('is sent where the order says, else where the old card went', () => {
    const old = issued({ ...ofProduct('SILVER', 'PHYSICAL'), deliveryAddress: 'COMMUNICATION' })
    expect(plan(old, { cardType: 'PHYSICAL' })).toMatchObject({ deliveryAddress: 'COMMUNICATION' })
    expect(plan(old, { cardType: 'PHYSICAL', deliveryAddress: 'PERMANENT' })).toMatchObject({ deliveryAddress: 'PERMANENT' })
  })

  test('hands on the place that the old one was to take and never took', () => {
    const waiting = issued({ ...ofProduct('CLASSIC', 'VIRTUAL'), status: 'BLOCKED', takesOver: '4240171500' })
    expect(plan(waiting)).toMatchObject({ takesOver: '4240171500' })
    expect(plan({ ...waiting, activatedAt: now })).not.toHaveProperty('takesOver')
  })

  test('is none for a product that the bank has not, or a customer whose card it is not', () => {
    expect(plan(issued(ofProduct('PLATINUM', 'VIRTUAL')), { cardType: 'PHYSICAL' })).toEqual(refuse('product.not.found'))
    expect(plan(issued({ productId: 'OF_ANOTHER_RELEASE' }))).toEqual(refuse('product.not.found'))
    expect(plan(issued(), { entityId: 'somebody-else' })).toEqual(refuse('MCC007'))
    expect(plan(null)).toEqual(refuse('MCC007'))
  })
})

const cells = [
  ['ASSIGNED', 'card.status.active', 'REPLACED'],
  ['INACTIVE', 'card.status.active', 'REPLACED'],
  ['ACTIVE', 'REPLACED', 'REPLACED'],
  ['LOCKED', 'REPLACED', 'REPLACED'],
  ['BLOCKED', 'REPLACED', 'card.already.blocked'],
  ['HOTLISTED', 'card.status.active', 'card.status.active'],
  ['REPLACED', 'card.status.active', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active', 'card.status.active'],
  ['CLOSED', 'card.already.closed', 'card.already.closed'],
] as const

describe.each(cells)('a card that is %s', (status, replaced, blockedAndReplaced) => {
  test.each([
    ['REPLACE', replaced],
    ['BLOCK_AND_REPLACE', blockedAndReplaced],
  ] as const)('%s: %s', (operation, outcome) => {
    const old = issued({ ...ofProduct('CLASSIC', 'VIRTUAL'), status })
    const decision = decideReplacement(old, { operation, reason: 'LOST', channel: 'IVR' }, NEW, at)
    if (outcome !== 'REPLACED') {
      expect(decision).toEqual(refuse(outcome))
      return expect(plan(old, { operation })).toEqual(refuse(outcome)) // refused before a kit is made for it
    }
    expect(decision).toEqual({
      kind: 'changed',
      set: {
        status: 'REPLACED',
        changedAt: now,
        steps: [{ commandId: 'this-command', from: status, to: 'REPLACED', newKitNo: NEW }],
        successor: { kitNo: NEW, commandId: 'this-command', at: now },
        successorPendingAt: now,
      },
      events: [
        {
          type: 'KitReplaced',
          kitNo: KIT_NO,
          cardStatus: 'REPLACED',
          entityId: ENTITY,
          previousStatus: status,
          changedAt: '2026-11-20T10:00:00.000Z',
          reason: 'LOST',
          channel: 'IVR',
          newKitNo: NEW,
          operation,
        },
      ],
    })
  })
})

describe('while another kit waits to take the place', () => {
  const waiting = issued({ _id: NEW, status: 'ASSIGNED' })
  const named = { kitNo: NEW, commandId: 'the-upgrade', at: now }

  test('that one is the new kit: it exists, and the card has named it before', () => {
    const decision = decideReplacementBy(waiting, issued({ successor: named }), order, at)
    expect(decision).toMatchObject({ kind: 'changed', set: { status: 'REPLACED' }, events: [{ newKitNo: NEW }] })
    if (decision.kind !== 'changed') throw new Error('nothing changed')
    expect(decision.set).not.toHaveProperty('successorPendingAt')
    expect(decision.set).not.toHaveProperty('successor')
  })

  test('a card that lost its own place names it', () => {
    expect(decideReplacementBy(waiting, issued(), order, at)).toMatchObject({ set: { successor: { kitNo: NEW } } })
  })

  test('nobody else’s card is replaced so', () => {
    expect(decideReplacementBy(waiting, issued(), { ...order, entityId: 'somebody-else' }, at)).toEqual(refuse('MCC007'))
  })
})
