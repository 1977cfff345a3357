import { expect, test } from '@jest/globals'
import { asciiDialect, dialectOf } from './dialect.ts'
import { alwaysSecret } from './field-table.ts'
import { shownMessage } from './shown-message.ts'

const message = {
  mti: '0200',
  fields: {
    2: '6080400000000006',
    3: '280000',
    4: '000000010000',
    11: '123456',
    35: '6080400000000006=2907',
    37: '407317123456',
    48: '08200201',
    52: '0123456789ABCDEF',
    55: '5A086080400000000006',
    63: 'private',
  },
}

test('secret fields keep their place and nothing else, and no mask of a card number is left', () => {
  expect(shownMessage(message, dialectOf(asciiDialect))).toEqual({
    mti: '0200',
    fields: {
      2: '***',
      3: '280000',
      4: '000000010000',
      11: '123456',
      35: '***',
      37: '407317123456',
      48: '***',
      52: '***',
      55: '***',
      63: '***',
    },
  })
})

test('a dialect hides further fields, and shows those for private use that hold nothing', () => {
  const dialect = dialectOf({ ...asciiDialect, fields: { 37: { secret: true }, 63: { secret: false } } })
  expect(shownMessage(message, dialect).fields).toMatchObject({ 37: '***', 63: 'private', 48: '***' })
})

test('no dialect shows card data', () => {
  const fields = Object.fromEntries(alwaysSecret.map((field) => [field, { secret: false }]))
  const shown = shownMessage(message, dialectOf({ ...asciiDialect, fields }))
  expect(shown.fields).toMatchObject({ 2: '***', 35: '***', 52: '***', 55: '***' })
  expect(JSON.stringify(shown)).not.toContain('608040')
})

test('a field that the dialect does not have is not shown', () => {
  expect(shownMessage({ mti: '0200', fields: { 65: '6080400000000006' } }, dialectOf(asciiDialect)).fields).toEqual({ 65: '***' })
})
