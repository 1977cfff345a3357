// Finding customers by a masked card number.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CustomerBank } from '../test/customer-bank.ts'

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
afterAll(() => bank.close())

const MASK = '123456XXXXXX6789'
const find = (maskedCardNo: unknown) => bank.run('fetchCifByMaskedCard', { maskedCardNo })
const notFound = { status: 400, result: null, code: 'MCC007', fieldError: ['Invalid masked card number format'] }

test('all customers with such a card are listed, each once, from the card’s first moment on', async () => {
  expect(await find(MASK)).toEqual(notFound)
  bank.issue('ravi', { cardNumber: MASK })
  bank.issue('asha', { cardNumber: MASK, cardStatus: 'REPLACED' })
  bank.issue('asha', { cardNumber: MASK })
  expect(await find(MASK)).toEqual({ status: 200, result: { entityId: ['asha', 'ravi'] } })
})

test('a mask of another form is answered as one that no card has', async () => {
  for (const mask of ['123456XXXX6789', '123456XXXXXXXXXX6789', '123456xxxxxx6789', '12345XXXXXXX6789', '1234560000006789'])
    expect([mask, await find(mask)]).toEqual([mask, notFound])
})

test('a body without a mask is refused, and while the kit context is away nothing is told', async () => {
  expect(await bank.run('fetchCifByMaskedCard', {})).toMatchObject({
    code: 'invalid.input.request',
    fieldError: ['maskedCardNo is required'],
  })
  expect(await find('')).toMatchObject({ code: 'invalid.input.request' })
  bank.isKitAway = true
  expect(await find(MASK)).toMatchObject({ status: 503, code: 'service.unavailable' })
})
