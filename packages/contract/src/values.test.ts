// The rules for values, member by member over all endpoints: what is required, what a text may
// hold, what may stand for a number or a switch.
import { expect, test } from '@jest/globals'
import { publicEndpointList, publicEndpoints, validatorOf } from './index.ts'

interface Member {
  type?: string | readonly string[]
  enum?: readonly unknown[]
  const?: unknown
  pattern?: string
  format?: string
  maxLength?: number
  maxItems?: number
  required?: readonly string[]
  properties?: Readonly<Record<string, Member>>
  additionalProperties?: boolean | Member
  items?: Member
  acceptsNumber?: boolean
  acceptsText?: boolean
  acceptsOne?: boolean
  anyCase?: boolean
}

/** Where a member stands in a body, and whether it has to. */
interface Place {
  steps: readonly (string | number)[]
  path: string
  schema: Member
  isRequired: boolean
}

/** The members of a body that is there, and those that could be beside them. */
function* placesIn(schema: Member, body: unknown, steps: readonly (string | number)[] = [], path = ''): Generator<Place> {
  if (Array.isArray(body) && schema.items) {
    for (const [position, each] of body.entries()) yield* placesIn(schema.items, each, [...steps, position], `${path}[${position}]`)
    return
  }
  if (typeof body !== 'object' || body === null) return
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const place = path === '' ? name : `${path}.${name}`
    yield { steps: [...steps, name], path: place, schema: member, isRequired: schema.required?.includes(name) ?? false }
    yield* placesIn(member, (body as Record<string, unknown>)[name], [...steps, name], place)
  }
}

const changed = (body: unknown, [step, ...steps]: readonly (string | number)[], value: unknown): unknown => {
  if (step === undefined) return value
  const copy = (Array.isArray(body) ? [...body] : { ...(body as object) }) as Record<string | number, unknown>
  const inner = changed(copy[step], steps, value)
  if (inner === undefined) delete copy[step]
  else copy[step] = inner
  return copy
}

const typesOf = ({ type }: Member): readonly string[] => [type ?? []].flat() as string[]
const isText = (schema: Member): boolean => typesOf(schema).includes('string')
const takesNull = (schema: Member): boolean => typesOf(schema).includes('null') || (schema.enum ?? []).includes(null)

/** The use case reads these, and refuses them with a code of its own; `content` is a whole file. */
const readByUseCase = /^(pin|maskedCardNo|operation|content)$/

const places = publicEndpointList.flatMap(({ name, request, examples }) =>
  [...placesIn(request as Member, examples[0].request)].map((place): [string, Place, unknown, object] => [
    `${name}: ${place.path}`,
    place,
    examples[0].request,
    request,
  ]),
)
const validators = new Map(publicEndpointList.map(({ request }) => [request, validatorOf(request)]))
function faultsAfter(request: object, body: unknown, { steps }: Place, value: unknown): string[] {
  const validated = validators.get(request)?.(structuredClone(changed(body, steps, value)))
  return validated === undefined || validated.valid ? [] : validated.fieldError
}
const told = (faults: string[], { path }: Place): boolean => faults.length > 0 && faults.some((each) => each.startsWith(path))

test('the examples are right as they stand', () => {
  for (const { name, request, examples } of publicEndpointList)
    expect([name, validators.get(request)?.(structuredClone(examples[0].request)).valid]).toEqual([name, true])
  expect(places.length).toBeGreaterThan(200)
})

const wrong = (what: string, of: (place: Place) => readonly unknown[]): void =>
  test(what, () => {
    const taken = places.flatMap(([name, place, body, request]) =>
      of(place).flatMap((value) => (told(faultsAfter(request, body, place, value), place) ? [] : [`${name} = ${JSON.stringify(value)}`])),
    )
    expect(taken).toEqual([])
  })

wrong('what is required is not left out, not null and not empty', ({ schema, isRequired, path }) => {
  if (!isRequired) return []
  const absent = [undefined, ...(takesNull(schema) ? [] : [null])]
  return isText(schema) && !readByUseCase.test(path) ? [...absent, '', ' '] : absent
})

wrong('null stands only where it says so', ({ schema }) => (takesNull(schema) ? [] : [null]))

wrong('text has no control characters, no line breaks, and an end', ({ schema, path }) =>
  !isText(schema) || readByUseCase.test(path)
    ? []
    : ['A\u0000B', 'A\nB', 'A\u2028B', 'A\u202eB', '\n', `${'1'.repeat(schema.maxLength ?? 0)}1`],
)

wrong('text is text, and a number only where it says so, whole and not negative', ({ schema }) => {
  if (!isText(schema)) return []
  const never = [true, {}, ['1'], -1, 1.5, 2 ** 53]
  return schema.acceptsNumber ? never : [...never, 1]
})

wrong('a number or a switch is not text, unless it says so', ({ schema }) => {
  const types = typesOf(schema)
  if (types.includes('boolean')) return [0, 1, 'yes', 'TRUE', '', ...(schema.acceptsText ? [] : ['true'])]
  if (types.includes('integer')) return [1.5, -1, 1e21, '1.0', ' 1', '0x1', '', ...(schema.acceptsText ? [] : ['1'])]
  return types.includes('number') ? [-1, 1e21, ' 1', '0x1', '', ...(schema.acceptsText ? [] : ['1'])] : []
})

wrong('a word of a list is written as it stands there, unless any case is taken', ({ schema }) => {
  const words = (schema.enum ?? []).filter((each) => typeof each === 'string')
  return words.length === 0 ? [] : ['', 'NONE_OF_THESE', ` ${words[0]}`, ...(schema.anyCase ? [] : [words[0]?.toLowerCase()])]
})

wrong('a list is a list with an end, and an object is one', ({ schema }) => {
  const types = typesOf(schema)
  if (types.includes('array')) return ['', 1, ...(schema.acceptsOne ? [] : [{}])]
  return types.includes('object') ? ['', 1, []] : []
})

test('every text, list and map of a request has an end', () => {
  const endless = places.filter(
    ([, { schema }]) =>
      (isText(schema) && !schema.enum && schema.const === undefined && schema.maxLength === undefined) ||
      (typesOf(schema).includes('array') && schema.maxItems === undefined),
  )
  expect(endless.map(([name]) => name)).toEqual([])
})

const check = <Name extends keyof typeof publicEndpoints>(name: Name, change: object): string[] => {
  const { request, examples } = publicEndpoints[name]
  const validated = validators.get(request)?.({ ...structuredClone(examples[0].request as object), ...change })
  return validated === undefined || validated.valid ? [] : validated.fieldError
}

const withExpiry = [
  'setPin',
  'setPinV2',
  'validatePin',
  'validatePinV2',
  'validateCard',
  'validateCardEnding',
  'validateCardEndingV2',
] as const
test.each(withExpiry)('%s takes an expiry of a real month, MMYY, text or number', (name) => {
  for (const right of ['0729', '1229', '129', 729, 1229, 100]) expect([right, check(name, { expiryDate: right })]).toEqual([right, []])
  for (const wrong of ['0029', '1329', '2912', '072029', '07/29', '7-29', '٠٧٢٩', ' 0729', '0729\n', 29, 0, 1329, 10729])
    expect([wrong, check(name, { expiryDate: wrong })]).toEqual([wrong, ['expiryDate has a wrong format: MMYY']])
})

test.each(['activateKit', 'setPin', 'upgradeCard', 'applyForCard', 'kitTracking', 'getCvv', 'setPreference', 'processOptIn'] as const)(
  '%s knows a kit number when it sees one',
  (name) => {
    for (const right of ['4240171508', 4240171508, 'KIT001']) expect(check(name, { kitNo: right })).toEqual([])
    for (const wrong of ['kit001', '424 017', '4240-171508', '4'.repeat(21), '٤٢٤٠', '4240171508 '])
      expect([wrong, check(name, { kitNo: wrong })]).toEqual([wrong, [expect.stringMatching(/^kitNo /)]])
  },
)

const mobileNumbers = ['validateCard', 'validateCardEnding', 'validateCardEndingV2', 'manageAllKits'] as const
test.each(mobileNumbers)('%s takes a mobile number with or without its country code, and nothing between the digits', (name) => {
  for (const right of ['9876543210', 9876543210, '+919876543210', '00919876543210', '09876543210'])
    expect(check(name, { mobileNo: right })).toEqual([])
  for (const wrong of ['98765 43210', '98765-43210', '1234567', '1'.repeat(16), '++919876543210', '९८७६५४३२१०', '9876543210x'])
    expect([wrong, check(name, { mobileNo: wrong })]).toEqual([wrong, [expect.stringMatching(/^mobileNo has a wrong format/)]])
})

test.each(['validateCard', 'validateCardEnding', 'validateCardEndingV2'] as const)('%s wants six digits of the card number', (name) => {
  for (const right of ['000507', 507]) expect(check(name, { cardNoLastSix: right })).toEqual([])
  for (const wrong of ['507', '0005071', '00 507', 1000507, 'ABCDEF'])
    expect([wrong, check(name, { cardNoLastSix: wrong })]).toEqual([wrong, ['cardNoLastSix has a wrong format: six digits']])
})

test('limits are whole rupees', () => {
  const limit = (dailyLimit: unknown) => check('setPreference', { domestic: { pos: { dailyLimit } } })
  for (const right of ['0', 20000, '20000', 0]) expect(limit(right)).toEqual([])
  for (const wrong of ['020000', '20,000', '20000.00', '2e4', '', 20000.5, -1, '-1', '+1', '12345678901'])
    expect([wrong, limit(wrong)]).toEqual([wrong, [expect.stringMatching(/^domestic\.pos\.dailyLimit /)]])
})

test('what an account was opened with is a whole amount, given back as it came', () => {
  const account = { accountNo: '8642135', accountType: 'SAVING', schemeCode: '2003' }
  for (const name of ['register', 'updateAccount'] as const) {
    const opened = (initialFunding: unknown) => check(name, { accountInfo: [{ ...account, initialFunding }] })
    for (const right of ['8000', 8000, '0', '08000']) expect(opened(right)).toEqual([])
    for (const wrong of ['8000.50', 8000.5, '8,000', '-1', '', '8e3', '1'.repeat(16)])
      expect([wrong, opened(wrong)]).toEqual([wrong, [expect.stringMatching(/^accountInfo\[0\]\.initialFunding /)]])
  }
})

test('a currency has three digits, a CVV three, a card number 16 to 19', () => {
  for (const wrong of ['INR', '56', '5640', ' 564'])
    expect(check('regeneratePinMailer', { homeCurrencyCode: wrong })).toEqual(['homeCurrencyCode has a wrong format: three digits'])
  for (const wrong of ['23', '2370', '23A', ''])
    expect(check('validateCardEnding', { cvv: wrong })).toEqual(['cvv has a wrong format: three digits'])
  for (const name of ['fetchAccountsByCardNo', 'fetchAccountsByCardNoViaMapping'] as const)
    for (const wrong of ['672960000007747', '6729 6000 0007 7473', '67296000000774730000', '6729600000O77473'])
      expect(check(name, { cardNumber: wrong })).toEqual(['cardNumber has a wrong format: 16 to 19 digits'])
})
