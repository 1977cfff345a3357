// Text as bodies bring it: printable, well-formed, and stricter where a machine embosses or mails
// it. Rule: docs/rules.md#free-text.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { publicEndpoints, type Register, validatorOf } from '../index.ts'
import { embossedText, filledText, freeText, isEmailAddress } from './text.ts'

const fits = ({ pattern }: { pattern: string }, text: string): boolean => new RegExp(pattern, 'u').test(text)

const register = validatorOf<Register>(publicEndpoints.register.request)
const sample = () => structuredClone(publicEndpoints.register.examples[0].request) as Record<string, unknown>
const faultsOf = (change: object): string[] => {
  const validated = register({ ...sample(), ...change })
  return validated.valid ? [] : validated.fieldError
}
const first = (list: string, change: object): object => {
  const [member] = sample()[list] as object[]
  return { [list]: [{ ...member, ...change }] }
}

const unprintable = ['\u0000', '\r\n', '\u0001', '\u007f', '\u0085', '\u2028', '\u2029', '\u202a', '\u202e', '\u2066', '\u2069']
const freeTexts: [string, (text: string) => object][] = [
  ...[
    'firstName',
    'middleName',
    'lastName',
    'business',
    'businessType',
    'businessId',
    'cifNumber',
    'referralEntityId',
    'maritalStatus',
  ].map((name): [string, (text: string) => object] => [name, (text) => ({ [name]: text })]),
  ...['address1', 'address2', 'city', 'state', 'country', 'district'].map((name): [string, (text: string) => object] => [
    `addressInfo[0].${name}`,
    (text) => first('addressInfo', { [name]: text }),
  ]),
  ['kycInfo[0].documentNo', (text) => first('kycInfo', { documentNo: text })],
  ['kycInfo[0].documentPath', (text) => first('kycInfo', { documentPath: text })],
  ['nomineeInfo[0].nomineeName', (text) => ({ nomineeInfo: [{ nomineeName: text }] })],
]

test.each(freeTexts)('%s takes no control characters, separators and direction overrides, and no lone surrogates', (path, change) => {
  for (const sign of unprintable) {
    const [sentence, ...more] = faultsOf(change(`Asha${sign}Rao`))
    expect(sentence).toContain(`${path} has a wrong format: `)
    expect(more).toEqual([])
  }
  expect(faultsOf(change('Asha\ud83d'))).toEqual([`${path} must be well-formed Unicode text`])
})

test.each([
  'आशा राव',
  'ஆஷா',
  'မြန်မာ',
  'Ame\u0301lie',
  'क्\u200dष',
  'नम\u200cस्ते',
  '👩‍👩‍👧',
  'عائشة',
  'O’Brien',
  'Null',
  '<b>',
  "Robert'); DROP TABLE",
])('the name %s is taken as it is', (name) => {
  expect(register({ ...sample(), firstName: name, lastName: name })).toMatchObject({
    valid: true,
    value: { firstName: name, lastName: name },
  })
})

test('what is required is not blank, what may be left out may be', () => {
  for (const blank of [' ', '\u00a0', '\u200d', '\u3000\u200c']) {
    expect(faultsOf({ firstName: blank })).toEqual([
      'firstName has a wrong format: not blank; no control characters, line breaks and direction overrides',
    ])
    expect(faultsOf({ middleName: blank })).toEqual([])
  }
  expect(faultsOf({ lastName: '' })).toContain('lastName must not be empty')
})

test('the reason of a managed kit is free text as well', () => {
  const manage = validatorOf(publicEndpoints.manageKit.request)
  const body = { entityId: 'a', oldKit: '1', operation: 'LOCK' }
  expect(manage({ ...body, reason: 'lost\nstolen' }).valid).toBe(false)
  expect(manage({ ...body, reason: 'खो गया' }).valid).toBe(true)
})

/** Every code point; `unit: 'binary'` would first make a table of the million. */
const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())
const anyText = fc.array(fc.oneof(anyCharacter, fc.constantFrom(...unprintable, ' '))).map((signs) => signs.join(''))

test('text is taken as free text when, and only when, it has none of the signs that are not printed', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.string({ unit: 'grapheme' })), (text) => {
      const bad = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(text)
      expect(fits(freeText, text)).toBe(!bad)
      if (fits(filledText, text)) expect(text.trim()).not.toBe('')
    }),
    { numRuns: 200 },
  )
})

test.each([
  'आशा',
  'A🙂',
  'A\u0000B',
  'A\nB',
  '=CMD()',
  ' ',
  '6080401234567890',
  '',
  'A 6080 4012 3456 7890',
  'A6080-4012-3456',
  '123',
  'ÉLAN',
  'A_B',
])('what is embossed is not %j', (aliasName) => {
  const faults = faultsOf({ kitInfo: [{ cardType: 'VIRTUAL', aliasName }] })
  expect(faults.length).toBeGreaterThan(0)
  for (const sentence of faults) expect(sentence).toMatch(/^kitInfo\[0\]\.aliasName (must|has a wrong)/)
})

test('what is embossed is raised to capitals', () => {
  for (const aliasName of ["Asha O'Brien-Rao Jr.", 'sample', 'A/B 42'])
    expect(register({ ...sample(), kitInfo: [{ cardType: 'VIRTUAL', aliasName }] })).toMatchObject({
      valid: true,
      value: { kitInfo: [{ aliasName: aliasName.toUpperCase() }] },
    })
  fc.assert(fc.property(fc.string(), (text) => !fits(embossedText, text) || /^[A-Z0-9 .'/-]+$/.test(text)))
})

const indian = ['INDIA', 'India', ' india ', 'IN', 'ind', 'Bharat', 'Republic of India']
test.each(['60003', '6000321', '600 032', '600032 ', 'ABCDEF', '1e5', '-60003', '000000', '012345'])(
  '%j is no postal code of India',
  (pincode) => {
    for (const country of indian)
      expect(faultsOf(first('addressInfo', { country, pincode }))).toContainEqual(
        expect.stringMatching(/^addressInfo\[0\]\.pincode has a wrong format/),
      )
    expect(faultsOf(first('addressInfo', { country: 'somewhere', isoCountryCode: 'IN', pincode }))).not.toEqual([])
    const [address] = sample().addressInfo as object[]
    const poa = validatorOf(publicEndpoints.updateProofOfAddress.request)({ entityId: 'a', addressInfo: [{ ...address, pincode }] })
    expect(poa).toMatchObject({ valid: false, fieldError: expect.arrayContaining([expect.stringContaining('addressInfo[0].pincode')]) })
  },
)

test('postal codes of other countries are as they are there, and six digits are right in India', () => {
  expect(register({ ...sample(), ...first('addressInfo', { country: 'USA', pincode: '02139' }) })).toMatchObject({
    valid: true,
    value: { addressInfo: [{ pincode: '02139' }] },
  })
  expect(faultsOf(first('addressInfo', { country: 'UNITED KINGDOM', pincode: 'SW1A 1AA' }))).toEqual([])
  for (const country of indian) expect(faultsOf(first('addressInfo', { country, pincode: 600032 }))).toEqual([])
})

test.each([
  ['asha@example.com', true],
  [`${'a'.repeat(64)}@example.com`, true],
  [`${'a'.repeat(65)}@example.com`, false],
  ['asha@bücher.example', true],
  ['asha@डाक.भारत', true],
  ['आशा@example.com', false],
  ['asha@example', false],
  ['asha@exa mple.com', false],
  ['asha@-example.com', false],
  [`asha@${'a'.repeat(64)}.com`, false],
  ['asha@example.com\r\nbcc: x@y.z', false],
  ['asha@ex%61mple.com', false],
  ['a..b@example.com', false],
  ['@example.com', false],
])('%j as an e-mail address: %s', (address, fits) => {
  expect(isEmailAddress(address)).toBe(fits)
  expect(faultsOf(first('communicationInfo', { emailId: address }))).toEqual(
    fits ? [] : ['communicationInfo[0].emailId must be a valid e-mail address'],
  )
})

test.each(['1999-02-29', '1900-02-29', '2001-02-31', '01-02-1990', '1990-1-1', ''])('%j is no date', (dob) => {
  expect(faultsOf({ dob })).toEqual(['dob must be a valid date, YYYY-MM-DD'])
})
