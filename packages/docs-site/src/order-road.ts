// The road of a card order as a picture and as tables, made from the table that the inventory-order
// service decides by.
import { type OrderOperation, type OrderStatus, orderRoad, orderStatuses, orderStatusesFor } from '@dcms/contract'
import type { Graph } from '@viz-js/viz'
import { escapeHtml } from './html.ts'
import { tableOf } from './markdown.ts'
import { beside, pictureOf, START, shapes } from './picture.ts'

const operations = Object.keys(orderRoad) as OrderOperation[]
const isFinal = (status: OrderStatus): boolean => operations.every((operation) => !orderStatusesFor(operation).includes(status))

interface Taken {
  operation: OrderOperation
  from: OrderStatus
  to: OrderStatus
  event: string | undefined
}
const steps: readonly Taken[] = operations.flatMap((operation) =>
  orderStatusesFor(operation).flatMap((from) => {
    const step = orderRoad[operation][from]
    return 'to' in step ? [{ operation, from, to: step.to, event: step.event }] : []
  }),
)

function graph(): Graph {
  const arrows = new Map<string, { tail: OrderStatus; head: OrderStatus; by: OrderOperation[] }>()
  for (const { operation, from, to } of steps) {
    const arrow = arrows.get(`${from}->${to}`) ?? { tail: from, head: to, by: [] }
    arrows.set(`${from}->${to}`, { ...arrow, by: [...arrow.by, operation] })
  }
  return {
    ...shapes,
    nodes: [
      { name: START, attributes: { shape: 'point', width: 0.15 } },
      ...orderStatuses.map((name) => ({ name, attributes: { class: isFinal(name) ? 'final' : 'passing' } })),
    ],
    edges: [
      { tail: START, head: 'RECEIVED', attributes: {} },
      ...[...arrows.values()].map(({ tail, head, by }) => ({ tail, head, attributes: { label: beside(by), class: 'called' } })),
    ],
  }
}

/** SVG that takes its colours from the page around it. */
export const orderRoadPicture = (): string =>
  pictureOf(graph(), 'Statuses of a card order and what leads from one to another; the tables below say the same')

/** One table: what leads from where to where, and the event that tells it. HTML. */
export const orderRoadTable = (): string =>
  tableOf(
    ['Operation', 'From', 'To', 'Event'],
    steps.map(({ operation, from, to, event }) => [code(operation), code(from), code(to), event === undefined ? 'none' : code(event)]),
  )

/** The other table: the statuses in which an operation is refused, or changes nothing. HTML. */
export function orderRoadRefusals(): string {
  const rows = operations.map((operation) => {
    const byOutcome = new Map<string, OrderStatus[]>()
    for (const status of orderStatuses) {
      const step = orderRoad[operation][status]
      if ('to' in step) continue
      const outcome = 'refusal' in step ? `refused with ${code(step.refusal)}` : 'changes nothing'
      byOutcome.set(outcome, [...(byOutcome.get(outcome) ?? []), status])
    }
    return [code(operation), [...byOutcome].map(([outcome, statuses]) => `${outcome}: ${statuses.join(', ')}`).join('<br>')]
  })
  return tableOf(['Operation', 'In any other status'], rows)
}

const code = (text: string): string => `<code>${escapeHtml(text)}</code>`
