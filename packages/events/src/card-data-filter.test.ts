// The filter in front of logs and dead letters: no card number and no token gets through,
// everything else stays as it is.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { withoutCardData } from './card-data-filter.ts'

const digits = (min: number, max: number) => fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`))
const wordWithoutDigits = fc.string().filter((text) => !/\d/.test(text))

test('a card number is shown by its first six and last four digits', () => {
  expect(withoutCardData('pan 6080401234566954 refused')).toBe('pan 608040XXXXXX6954 refused')
  expect(withoutCardData('6080 4012 3456 6954')).not.toMatch(/1234|2 3456/)
  expect(withoutCardData('6080-4012-3456-6954')).not.toMatch(/4012-3456/)
})

test('a card number never gets through, whatever stands around it', () => {
  fc.assert(
    fc.property(digits(12, 19), wordWithoutDigits, wordWithoutDigits, (pan, before, after) => {
      expect(withoutCardData(`${before}${pan}${after}`)).not.toContain(pan)
    }),
  )
})

test('a card number never gets through next to other numbers', () => {
  fc.assert(
    fc.property(
      digits(16, 19),
      digits(1, 12),
      digits(1, 12),
      fc.constantFrom(' ', '-', ',', '/', '=', '  '),
      (pan, before, after, between) => {
        expect(withoutCardData([before, pan, after].join(between))).not.toContain(pan)
      },
    ),
  )
})

test('a card number written in groups never gets through', () => {
  fc.assert(
    fc.property(digits(16, 16), fc.constantFrom(' ', '-'), wordWithoutDigits, (pan, between, around) => {
      const grouped = pan.replace(/(?<=^(?:.{4})+)(?=.)/g, between)
      expect(withoutCardData(`${around}${grouped}${around}`)).not.toContain(grouped)
    }),
  )
})

test('no card number gets through inside JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), digits(16, 16), (value, pan) => {
      expect(withoutCardData(JSON.stringify({ value, nested: [{ pan, number: Number(pan) }] }))).not.toContain(pan)
    }),
  )
})

test('a token never gets through, signed or sealed', () => {
  const part = fc.stringMatching(/^[A-Za-z0-9_-]{8,40}$/)
  fc.assert(
    fc.property(part, fc.array(part, { minLength: 2, maxLength: 4 }), wordWithoutDigits, (head, parts, before) => {
      const token = `eyJ${[head, ...parts].join('.')}`
      const filtered = withoutCardData(`${before} ${token}`)
      expect(filtered).not.toContain(token)
      for (const each of parts) expect(filtered.endsWith(each)).toBe(false)
    }),
  )
  expect(withoutCardData('Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln failed')).toBe('Bearer [token] failed')
})

test('text without a run of twelve digits and without a token stays as it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/\d(?:[ -]?\d){11}/.test(text) && !text.includes('eyJ'))
      expect(withoutCardData(text)).toBe(text)
    }),
  )
  for (const text of ['kit 4240171508 of 675676', '608040XXXXXX6954', '2026-11-20T10:00:00.123Z', 'account 8642135'])
    expect(withoutCardData(text)).toBe(text)
})

test('filtering twice is filtering once', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9 -]{0,60}$/), (text) => {
      const once = withoutCardData(text)
      expect(once).not.toMatch(/(?<!\d)\d{12,19}(?!\d)/)
      expect(withoutCardData(once)).toBe(once)
    }),
  )
})

test('a line of JSON stays JSON when a bare number in it is masked', () => {
  const line = withoutCardData(JSON.stringify({ pan: 6080390000022751, list: [6080390000022751], text: '6080390000022751' }))
  expect(JSON.parse(line)).toEqual({ pan: '608039XXXXXX2751', list: ['608039XXXXXX2751'], text: '608039XXXXXX2751' })
})
