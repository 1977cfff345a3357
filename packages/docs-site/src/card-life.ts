// The life of a card as a picture and as tables, made from the table that the kit service decides
// by.
import { cardLife, type KitOperation, type KitStatus, kitStatuses, statusesFor, stepOf } from '@dcms/contract'
import type { Graph } from '@viz-js/viz'
import { escapeHtml } from './html.ts'
import { tableOf } from './markdown.ts'
import { beside, pictureOf, START, shapes } from './picture.ts'

const operations = Object.keys(cardLife) as KitOperation[]
/** Nothing but closing leads out of these. */
const isFinal = (status: KitStatus): boolean =>
  operations.every((operation) => operation === 'CLOSE' || !statusesFor(operation).includes(status))

/** Where a kit begins: it is not there yet. */
const beginnings: readonly KitStatus[] = ['RESERVED', 'UNALLOCATED']

/** All operations that lead from one status to another stand at one arrow. */
function graph(): Graph {
  const arrows = new Map<string, { from: KitStatus; to: KitStatus; by: KitOperation[] }>()
  for (const operation of operations) {
    for (const from of statusesFor(operation)) {
      const step = stepOf(operation, from)
      if (!('to' in step)) continue
      const key = `${from}->${step.to}`
      const arrow = arrows.get(key) ?? { from, to: step.to, by: [] }
      arrows.set(key, { ...arrow, by: [...arrow.by, operation] })
    }
  }
  return {
    ...shapes,
    nodes: [
      { name: START, attributes: { shape: 'point', width: 0.15 } },
      ...kitStatuses.map((name) => ({ name, attributes: { class: isFinal(name) ? 'final' : name === 'ACTIVE' ? 'usable' : 'passing' } })),
    ],
    edges: [
      ...beginnings.map((head) => ({ tail: START, head, attributes: {} })),
      ...[...arrows.values()].map(({ from, to, by }) => ({
        tail: from,
        head: to,
        attributes: attributesOf(by),
      })),
    ],
  }
}

/**
 * EXPIRE and CLOSE lead out of nearly every status: told by the arrow's kind, their words would
 * hide the others.
 */
function attributesOf(by: readonly KitOperation[]): Record<string, string> {
  const [only, another] = by
  if (another === undefined && (only === 'EXPIRE' || only === 'CLOSE')) return { class: only.toLowerCase(), tooltip: only }
  return { label: beside(by), class: 'called' }
}

/** SVG that takes its colours from the page around it. */
export const cardLifePicture = (): string =>
  pictureOf(graph(), 'Statuses of a card and what leads from one to another; the tables below say the same')

/** One table: what leads from where to where, and the event that tells it. HTML. */
export function cardLifeTable(): string {
  const rows = operations.flatMap((operation) =>
    statusesFor(operation).flatMap((from) => {
      const step = stepOf(operation, from)
      return 'to' in step ? [[operation, from, step.to, step.event].map(code)] : []
    }),
  )
  return tableOf(['Operation', 'From', 'To', 'Event'], rows)
}

/** The other table: what each operation is refused with, by status. HTML. */
export function cardLifeRefusals(): string {
  const rows = operations.map((operation) => {
    const byCode = new Map<string, KitStatus[]>()
    for (const status of kitStatuses) {
      const step = stepOf(operation, status)
      if ('refusal' in step) byCode.set(step.refusal, [...(byCode.get(step.refusal) ?? []), status])
    }
    return [code(operation), [...byCode].map(([refusal, statuses]) => `${code(refusal)}: ${statuses.join(', ')}`).join('<br>')]
  })
  return tableOf(['Operation', 'Refused with'], rows)
}

const code = (text: string): string => `<code>${escapeHtml(text)}</code>`
