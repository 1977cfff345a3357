import { expect, test } from '@jest/globals'
import { type Content, cardNumberPattern, notedNearby, passesLuhn, secretsInContext } from './patterns.ts'

const inContext = (text: string, content: Content = 'text') =>
  secretsInContext(text, content).map(({ start, secret: { kind, value } }) => `${kind} ${value} at ${start}`)

test.each([
  ['"cvv":"237"', 'cvv 237 at 7'],
  ['{"cvv": 237}', 'cvv 237 at 8'],
  ['cvv2=2371', 'cvv 2371 at 5'],
  ['pin=1234', 'pin 1234 at 4'],
  ['a call with pin: 123456.', 'pin 123456 at 17'],
  ['PIN 1234', 'pin 1234 at 4'],
  ['PIN is 1234, he said', 'pin 1234 at 7'],
  ['{"newPin":"1234"}', 'pin 1234 at 11'],
  ['"{\\"pin\\":\\"1234\\"}"', 'pin 1234 at 12'],
  ['/v1/x?pin%3D1234&y', 'pin 1234 at 12'],
  ['<pin>1234</pin>', 'pin 1234 at 5'],
  ['\x02pin\0\x05\0\0\x001234\0', 'pin 1234 at 9'],
  ['\x02cardCvv\0\x04\0\0\x00237\0', 'cvv 237 at 13'],
])('%j holds a secret', (text, hit) => expect(inContext(text)).toEqual([hit]))

test.each([
  'PIN001',
  'PIN block of 3 or 13 digits',
  '"pinLength":4, "pinTriesMax":3',
  '"pincode":"600032"',
  'mapping: 1234, shopping 1234, spin=1234',
  '"name":"pin-preference","port":28131',
  '"pin":"1234aBcD+/=="',
  '"pin":"1234+aBcD/=="',
  'pin 2026-11-21',
  '/kit-manager/v2/setPin 12345678-dadf-4a65-b58e-0c7672bcfb9b',
  '/kit-manager/setPin 123456',
  'setPin:4240171508',
  'pin: 12.5',
  '"cvv":"[secret]"',
  '"cvv":12',
  '"pin":{"tries":1}',
  'cvv=12345',
  '\x02pin\0\x06\0\0\x001234\0',
])('%j holds none', (text) => expect(inContext(text)).toEqual([]))

test.each([
  ['{"cvv":"237"}', 'cvv 237 at 8'],
  ['{"newPin":1234,', 'pin 1234 at 10'],
  ['?pin=1234&', 'pin 1234 at 5'],
  ['\x02pin\0\x05\0\0\x001234\0', 'pin 1234 at 9'],
])('%j among raw bytes holds a secret', (text, hit) => expect(inContext(text, 'raw')).toEqual([hit]))

test.each(['/v2/set\x00Pin 1224\x00ec9f-475', 'set\x07Pin:4240\x01171508', 'PIN 1234', '\x01pin=1234&', 'pin=1234\x01'])(
  '%j among raw bytes holds none',
  (text) => expect(inContext(text, 'raw')).toEqual([]),
)

const noted = { pins: new Set(['4821']), cvvs: new Set(['237']) }
test.each([
  ['wrong pin given: 4821', ['pin 4821']],
  ['cvv of the card 237', ['cvv 237']],
  ['wrong pin given: 4822', []],
  ['{"path":"/kit-manager/getCvv","status":237}', []],
  ['{\\"path\\":\\"/kit-manager/getCvv\\", \\"status\\":237}', []],
  ['{"path":"/kit-manager/getCvv","value":237}', ['cvv 237']],
  ['{"field":"cvv","value":"237"}', ['cvv 237']],
  ['{"field":"cvv","status":"237"}', ['cvv 237']],
  ['"cvv","237"', ['cvv 237']],
  ['"pin":{"reference":{"value":"4821"}}', []],
  ['pin-preference on 4821', []],
])('of noted digits %j tells %j', (text, hits) =>
  expect(notedNearby(text, noted).map(({ secret: { kind, value } }) => `${kind} ${value}`)).toEqual(hits),
)

const cardNumbers = (text: string) =>
  cardNumberPattern(['608040', '60804012'])(text).map(({ start, secret }) => `${secret.value} at ${start}`)

test.each([
  ['"6080400000000002"', '6080400000000002 at 1'],
  ['card 6080 4000 0000 0002.', '6080400000000002 at 5'],
  ['6080-4000-0000-0002', '6080400000000002 at 0'],
  [';6080400000000002=3111', '6080400000000002 at 1'],
])('%j holds a card number', (text, hit) => expect(cardNumbers(text)).toEqual([hit]))

test.each([
  '6080400000000006', // wrong check digit
  '608040XXXXXX0005',
  '16080400000000002',
  '608040000000005',
  '60804000000000020000',
  '6080390000022751', // no bank of the tests
])('%j holds none', (text) => expect(cardNumbers(text)).toEqual([]))

test('without BINs no card number is known by its form', () => expect(cardNumberPattern([])('6080400000000002')).toEqual([]))

test('the check digit is that of ISO 7812', () => {
  expect(passesLuhn('6080390000022751')).toBe(true)
  expect(passesLuhn('6080390000022752')).toBe(false)
})
