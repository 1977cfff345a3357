// The page of a card's life shows the table that the kit service decides by: every step, every
// refusal, nothing else.
import { cardLife, type KitOperation, kitStatuses, stepOf } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { cardLifePicture, cardLifeRefusals, cardLifeTable } from '../src/card-life.ts'
import { testSite, textOf } from './test-site.ts'

const operations = Object.keys(cardLife) as KitOperation[]
const steps = operations.flatMap((operation) =>
  kitStatuses.flatMap((from) => {
    const step = stepOf(operation, from)
    return 'to' in step ? [{ operation, from, to: step.to, event: step.event }] : []
  }),
)

/**
 * Arrows of the picture: from, to, and the lines beside them, or what a quiet one says under the
 * pointer.
 */
const arrows = [...cardLifePicture().matchAll(/<g id="edge\d+"[^>]*>\s*<title>(\w+)(?:-|&#45;)&gt;(\w+)<\/title>([\s\S]*?)<\/g>/g)].map(
  ([, from = '', to = '', drawn = '']) => ({
    from,
    to,
    by: [...drawn.matchAll(/<text [^>]*>([^<]*)<\/text>|xlink:title="(EXPIRE|CLOSE)"/g)].map(([, line = '', quiet]) =>
      (quiet ?? line).replaceAll('&#160;', '').trim(),
    ),
  }),
)

test('the picture has an arrow for every step of the table, with its operation, and no other', () => {
  const shown = arrows.flatMap(({ from, to, by }) => by.map((operation) => `${operation}: ${from} to ${to}`))
  expect(shown.toSorted()).toEqual(steps.map(({ operation, from, to }) => `${operation}: ${from} to ${to}`).toSorted())
  expect(arrows.filter(({ by }) => by.length === 0).map(({ from }) => from)).toEqual(['START', 'START'])
})

test('the picture has every status once', () => {
  const nodes = [...cardLifePicture().matchAll(/<g id="node\d+"[^>]*>\s*<title>(\w+)<\/title>/g)].map(([, name]) => name)
  expect(nodes.toSorted()).toEqual(['START', ...kitStatuses].toSorted())
})

test('the tables have every step and every refusal', () => {
  const table = cardLifeTable()
  for (const { operation, from, to, event } of steps) {
    const cells = [operation, from, to, event].map((text) => `<code>${text}</code></div></td>`)
    expect(table.split('<tr>').filter((row) => cells.every((cell) => row.includes(cell))).length).toBeGreaterThanOrEqual(1)
  }
  expect(table.split('<tr>').length - 2).toBe(steps.length)
  const refusals = cardLifeRefusals()
  for (const operation of operations) {
    const row = refusals.split('<tr>').find((each) => each.includes(`<code>${operation}</code>`)) ?? ''
    for (const status of kitStatuses) {
      const step = stepOf(operation, status)
      if ('refusal' in step) expect(row).toMatch(new RegExp(`<code>${step.refusal.replaceAll('.', '\\.')}</code>:[^<]*\\b${status}\\b`))
      else expect(row).not.toMatch(new RegExp(`\\b${status}\\b`))
    }
  }
})

test('the page shows them, without a style of its own that the policy would refuse', async () => {
  const page = await textOf(testSite(), '/docs/card-life')
  for (const part of [cardLifePicture(), cardLifeTable(), cardLifeRefusals()]) expect(page.includes(part.trim())).toBe(true)
  expect(cardLifePicture()).not.toMatch(/<style|style=|xmlns/)
})
