// The page about orders shows the table that the inventory-order service decides by: every step,
// every refusal, nothing else.
import { type OrderOperation, orderRoad, orderStatuses, orderStatusesFor } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { orderRoadPicture, orderRoadRefusals, orderRoadTable } from '../src/order-road.ts'
import { testSite, textOf } from './test-site.ts'

const operations = Object.keys(orderRoad) as OrderOperation[]
const steps = operations.flatMap((operation) =>
  orderStatusesFor(operation).flatMap((from) => {
    const step = orderRoad[operation][from]
    return 'to' in step ? [{ operation, from, to: step.to, event: step.event }] : []
  }),
)
const arrow = /<g id="edge\d+"[^>]*>\s*<title>(\w+)(?:-|&#45;)&gt;(\w+)<\/title>([\s\S]*?)<\/g>/g

test('the picture has an arrow for every step of the table, with its operation, and no other', () => {
  const shown = [...orderRoadPicture().matchAll(arrow)].flatMap(([, from, to, drawn = '']) => {
    const by = [...drawn.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, line = '']) => line.replaceAll('&#160;', '').trim())
    return from === 'START' ? [`begins as ${to}`] : by.map((operation) => `${operation}: ${from} to ${to}`)
  })
  expect(shown.toSorted()).toEqual(
    ['begins as RECEIVED', ...steps.map(({ operation, from, to }) => `${operation}: ${from} to ${to}`)].toSorted(),
  )
})

test('the tables have every step, every refusal, and every status in which nothing changes', () => {
  const rows = orderRoadTable().split('<tr>')
  for (const { operation, from, to, event } of steps) {
    const cells = [operation, from, to, ...(event ? [event] : [])].map((text) => `<code>${text}</code></div></td>`)
    expect(rows.some((row) => cells.every((cell) => row.includes(cell)))).toBe(true)
  }
  expect(rows.length - 2).toBe(steps.length)
  const refusals = orderRoadRefusals()
  for (const operation of operations) {
    const row = refusals.split('<tr>').find((each) => each.includes(`<code>${operation}</code>`)) ?? ''
    for (const status of orderStatuses) {
      const step = orderRoad[operation][status]
      const outcome = 'to' in step ? null : 'refusal' in step ? `<code>${step.refusal}</code>` : 'changes nothing'
      if (outcome) expect(row).toMatch(new RegExp(`${outcome}:[^<]*\\b${status}\\b`))
      else expect(row).not.toMatch(new RegExp(`\\b${status}\\b`))
    }
  }
})

test('the page shows them, without a style of its own that the policy would refuse', async () => {
  const page = await textOf(testSite(), '/docs/ordering-cards')
  for (const part of [orderRoadPicture(), orderRoadTable(), orderRoadRefusals()]) expect(page.includes(part.trim())).toBe(true)
  expect(orderRoadPicture()).not.toMatch(/<style|style=|xmlns/)
})
