// What a bank is told of each event: the right messages in the right order, each as its schema
// says, none with card data.
import { expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { bankMessagesOf, bankStreamTypes, eventTypes } from '../index.ts'

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true })
addFormats.default(ajv)
for (const keyword of ['acceptsNumber', 'padZeros', 'formatText']) ajv.addKeyword(keyword)
const validators = new Map(bankStreamTypes.map(({ eventType, schema }) => [eventType, ajv.compile(closed(schema))]))

/**
 * The schema with nothing allowed that it does not name, as a reader of the documentation takes it.
 */
function closed(schema: object): object {
  const entries = Object.entries(schema).map(([name, value]) => [name, name === 'properties' ? closedMembers(value) : value])
  return { ...Object.fromEntries(entries), ...('properties' in schema && { additionalProperties: false }) }
}
function closedMembers(members: Record<string, object>): object {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, closed(member)]))
}

const exampleOf = (type: string): { type: string } & Record<string, unknown> => {
  const found = eventTypes.find((each) => each.type === type)
  if (!found) throw new Error(`there is no event ${type}`)
  return { ...found.example }
}
const told = (type: string, change: object = {}) => bankMessagesOf({ ...exampleOf(type), ...change }, 'ACME_BANK')

test.each([
  ['KitIssued', ['CARD_STATUS_CHANGED']],
  ['KitActivated', ['CARD_STATUS_CHANGED', 'CARD_ACTIVATED']],
  ['KitLocked', ['CARD_STATUS_CHANGED']],
  ['KitUnlocked', ['CARD_STATUS_CHANGED']],
  ['KitBlocked', ['CARD_STATUS_CHANGED', 'CARD_BLOCKED']],
  ['KitHotlisted', ['CARD_STATUS_CHANGED']],
  ['KitReplaced', ['CARD_STATUS_CHANGED']],
  ['KitExpired', ['CARD_STATUS_CHANGED']],
  ['KitClosed', ['CARD_STATUS_CHANGED']],
  ['KitRenewalDue', []],
  ['PinSet', ['PIN_CHANGED']],
])('%s is told as %j', (type, messages) => {
  expect(told(type).map(({ eventType }) => eventType)).toEqual(messages)
})

test.each(eventTypes.map(({ type }) => type))('every message made of %s is what its schema says, in the name of the bank', (type) => {
  for (const message of told(type)) {
    const validate = validators.get(message.eventType)
    if (!validate) throw new Error(`${message.eventType} is no type of the bank stream`)
    expect({ valid: validate(message), faults: validate.errors ?? [] }).toEqual({ valid: true, faults: [] })
    expect(message.tenantId).toBe('ACME_BANK')
  }
})

test('no message has the card number in any form, or what it begins with', () => {
  for (const { type } of eventTypes) {
    const { maskedCardNumber = 'none', bin = 'none' } = exampleOf(type)
    const text = JSON.stringify(told(type))
    expect(text).not.toContain(String(maskedCardNumber))
    expect(text).not.toContain(`"${bin}"`)
    expect(text).not.toMatch(/masked|cardNumber|XXXX|\bbin\b/i)
  }
})

test('a status is told with what it was, what it is, who changed it, why and when', () => {
  expect(told('KitBlocked')).toEqual([
    {
      eventType: 'CARD_STATUS_CHANGED',
      timestamp: '2026-01-05T10:00:00.000Z',
      tenantId: 'ACME_BANK',
      data: {
        entityId: 'req11',
        kitNo: '4240181649',
        previousStatus: 'ACTIVE',
        currentStatus: 'BLOCKED',
        operation: 'BLOCK',
        channel: 'IVR',
        changer: 'user',
        reason: 'CUSTOMER_REQUEST',
      },
    },
    {
      eventType: 'CARD_BLOCKED',
      timestamp: '2026-01-05T10:00:00.000Z',
      tenantId: 'ACME_BANK',
      data: { entityId: 'req11', kitNo: '4240181649', channel: 'IVR', changer: 'user', reason: 'CUSTOMER_REQUEST' },
    },
  ])
})

test('a new card and an activation of an earlier release are told without the status before', () => {
  for (const [message] of [told('KitIssued'), told('KitActivated', { previousStatus: undefined })])
    expect(message?.data).not.toHaveProperty('previousStatus')
  expect(told('KitActivated')[0]?.data).toMatchObject({ previousStatus: 'INACTIVE', currentStatus: 'ACTIVE', operation: 'ACTIVATE' })
})

test('what took the place of a card is told by how it did, and as blocked where that was part of it', () => {
  const operationOf = (operation?: string) =>
    told('KitReplaced', { operation }).map(({ eventType, data }) => [eventType, 'operation' in data && data.operation])
  expect(operationOf()).toEqual([['CARD_STATUS_CHANGED', 'REPLACE']])
  expect(operationOf('TAKE_OVER')).toEqual([['CARD_STATUS_CHANGED', 'UPGRADE']])
  expect(operationOf('BLOCK_AND_REPLACE')).toEqual([
    ['CARD_STATUS_CHANGED', 'BLOCK_AND_REPLACE'],
    ['CARD_BLOCKED', false],
  ])
})

test('a channel that banks do not know is left out', () => {
  expect(told('KitLocked', { channel: 'OPS' })[0]?.data).not.toHaveProperty('channel')
})

test('the bank is not told of a kit withdrawn from stock, of an event that changes no status, or of one of a later release', () => {
  for (const type of ['KitExpired', 'KitClosed']) expect(told(type, { entityId: undefined })).toEqual([])
  for (const type of ['KitUpgraded', 'KitConverted', 'KitAssigned', 'PreferencesChanged', 'CustomerRegistered'])
    expect(told(type)).toEqual([])
  expect(bankMessagesOf({ type: 'KitPolished' }, 'ACME_BANK')).toEqual([])
})
