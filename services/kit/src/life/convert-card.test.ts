// The rule of conversion: a virtual card gets its plastic, keeps its status, and is sent.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { catalogue, ofProduct } from '../../test/catalogue.ts'
import { ENTITY, KIT_NO, kit } from '../../test/kits.ts'
import { decideConversion } from './convert-card.ts'

const now = new Date('2026-11-20T10:00:00Z')
const at = { commandId: 'this-command', now }
const virtual = ofProduct('CLASSIC', 'VIRTUAL')
const wanted = { entityId: ENTITY, kitNo: KIT_NO, deliveryAddress: 'COMMUNICATION' } as const
const convert = (card: Parameters<typeof decideConversion>[0], conversion: Parameters<typeof decideConversion>[1] = wanted) =>
  decideConversion(card, conversion, catalogue(), at)

test.each(['ASSIGNED', 'INACTIVE', 'ACTIVE', 'LOCKED'] as const)('a card that is %s becomes physical and stays so', (status) => {
  const { productId, productName, tierType, plasticCode } = ofProduct('CLASSIC', 'PHYSICAL')
  expect(convert(kit({ ...virtual, status }))).toEqual({
    kind: 'changed',
    set: {
      status,
      changedAt: now,
      steps: [{ commandId: 'this-command', from: status, to: status }],
      cardType: 'PHYSICAL',
      productId,
      productName,
      tierType,
      plasticCode,
      deliveryAddress: 'COMMUNICATION',
      convertedAt: now,
      shipmentDueAt: now,
    },
    events: [
      {
        type: 'KitConverted',
        kitNo: KIT_NO,
        cardStatus: status,
        entityId: ENTITY,
        cardType: 'PHYSICAL',
        previousProductId: virtual.productId,
        productId,
        productName,
        tierType,
        deliveryAddress: 'COMMUNICATION',
        convertedAt: '2026-11-20T10:00:00.000Z',
      },
    ],
  })
})

test.each([
  ['BLOCKED', 'card.blocked'],
  ['HOTLISTED', 'card.blocked'],
  ['REPLACED', 'card.status.active'],
  ['EXPIRED_CARD', 'card.status.active'],
  ['CLOSED', 'card.status.active'],
  ['RESERVED', 'MCC007'],
] as const)('a card that is %s: %s', (status, code) => {
  expect(convert(kit({ ...virtual, status }))).toEqual(refuse(code))
})

test('what cannot be converted says why', () => {
  expect(convert(kit({ ...ofProduct('CLASSIC', 'PHYSICAL'), status: 'ACTIVE' }))).toEqual(
    refuse('invalid.kit.info', [`kit ${KIT_NO} is already PHYSICAL`]),
  )
  // The highest tier has no physical product.
  expect(convert(kit({ ...ofProduct('PLATINUM', 'VIRTUAL'), status: 'ACTIVE' }))).toEqual(refuse('product.not.found'))
  expect(convert(kit({ ...virtual, productId: 'OF_ANOTHER_RELEASE', status: 'ACTIVE' }))).toEqual(refuse('product.not.found'))
  const somebodyElses = { ...wanted, entityId: 'somebody-else' }
  expect(convert(kit({ ...virtual, status: 'ACTIVE' }), somebodyElses)).toEqual(refuse('MCC007'))
  expect(convert(null)).toEqual(refuse('MCC007'))
})
