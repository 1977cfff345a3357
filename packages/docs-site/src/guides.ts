// The guides: Markdown files, with what is generated put in its places.
import { readFileSync } from 'node:fs'
import { failure, problemOf, statusOf } from '@dcms/contract'
import { callCount, callIndex } from './call-index.ts'
import { cardLifePicture, cardLifeRefusals, cardLifeTable } from './card-life.ts'
import { deliveryTable } from './delivery-steps.ts'
import { businessErrorTable, doorErrorTable } from './error-tables.ts'
import { bankStreamCatalogue, eventCatalogue } from './event-catalogue.ts'
import { idempotencyTable } from './idempotency-table.ts'
import { renderMarkdown } from './markdown.ts'
import { orderRoadPicture, orderRoadRefusals, orderRoadTable } from './order-road.ts'
import type { PageContent, PageLink } from './page.ts'
import { sealingExample } from './sealing-example.ts'
import { valueTable } from './value-examples.ts'
import { vendorTable } from './vendor-tables.ts'

interface Guide extends PageLink {
  readonly file: string
}

const guides: readonly Guide[] = [
  { path: '/docs', file: 'overview', title: 'Overview', summary: 'What DCMS is, and every call at a glance.' },
  {
    path: '/docs/getting-started',
    file: 'getting-started',
    title: 'Getting started',
    summary: 'From nothing to an activated card, with curl and with the SDK.',
  },
  {
    path: '/docs/sealing',
    file: 'sealing',
    title: 'Sealing',
    summary: 'How bodies are encrypted, step by step, with every value to recompute.',
  },
  {
    path: '/docs/card-life',
    file: 'card-life',
    title: 'A card’s life',
    summary: 'Every status, what leads from one to another, and what is refused.',
  },
  {
    path: '/docs/ordering-cards',
    file: 'ordering-cards',
    title: 'Ordering cards',
    summary: 'From an order to kits in a branch, and what happens when the card management system is away.',
  },
  {
    path: '/docs/branch-stock',
    file: 'branch-stock',
    title: 'Branch stock',
    summary: 'Where kits are, how they move, and what their ledger says.',
  },
  {
    path: '/docs/transit-wallet',
    file: 'transit-wallet',
    title: 'Transit wallet',
    summary: 'Two balances, loads that are done once, and what happens when core banking does not answer.',
  },
  {
    path: '/docs/values',
    file: 'values',
    title: 'Values',
    summary: 'What texts, numbers and days have to look like, with examples.',
  },
  { path: '/docs/errors', file: 'errors', title: 'Errors', summary: 'Every code, both forms, and what to repeat.' },
  {
    path: '/docs/idempotency',
    file: 'idempotency',
    title: 'Idempotency',
    summary: 'How to repeat a call safely when its answer was lost.',
  },
  { path: '/docs/events', file: 'events', title: 'Events', summary: 'What DCMS tells other systems, and how to follow it.' },
  { path: '/docs/going-live', file: 'going-live', title: 'Going live', summary: 'What to check before production traffic.' },
]
const SAMPLE_REQUEST_ID = '0b2f6c1e-5a0b-4d0e-9c53-2f3c9c1b7a10'

/** The places of the navigation, in order. */
export const pageLinks: readonly PageLink[] = [
  ...guides.map(({ path, title, summary }) => ({ path, title, summary })),
  { path: '/docs/reference', title: 'Reference', summary: 'Every call with its fields, examples and errors.' },
]

/** The guides as pages. Throws when a guide names a place that nothing fills. */
export function renderGuides(): PageContent[] {
  const places = placesOf()
  return guides.map(({ file, path, title, summary }) => {
    const markdown = readFileSync(new URL(`../guides/${file}.md`, import.meta.url), 'utf8')
    return { path, title, summary, ...renderMarkdown(fill(markdown, places)) }
  })
}

/** `{{request.zHex}}` becomes the value of that name. */
export function fill(markdown: string, places: ReadonlyMap<string, string>): string {
  return markdown.replace(/\{\{([\w.]+)\}\}/g, (_place, name: string) => {
    const value = places.get(name)
    if (value === undefined) throw new Error(`nothing fills {{${name}}}`)
    return value
  })
}

function placesOf(): Map<string, string> {
  const refused = failure('card.already.active')
  const malformed = failure('invalid.input.request', ['entityId is required', 'kitInfo[0].cardType must be one of PHYSICAL, VIRTUAL'])
  const problem = refused.exception && problemOf(refused.exception, statusOf('card.already.active'), SAMPLE_REQUEST_ID)
  const json = (value: unknown): string => JSON.stringify(value, null, 2)
  return new Map([
    ['calls', callIndex()],
    ['callCount', callCount()],
    ['cards', cards()],
    ['cardLifePicture', cardLifePicture()],
    ['cardLifeTable', cardLifeTable()],
    ['cardLifeRefusals', cardLifeRefusals()],
    ['orderRoadPicture', orderRoadPicture()],
    ['orderRoadTable', orderRoadTable()],
    ['orderRoadRefusals', orderRoadRefusals()],
    ['deliveryTable', deliveryTable()],
    ['persoFields', vendorTable('PERSO')],
    ['pinMailerFields', vendorTable('PIN_MAILER')],
    ['returnFields', vendorTable('RETURN')],
    ['doorErrors', doorErrorTable()],
    ['businessErrors', businessErrorTable()],
    ['valueTable', valueTable()],
    ['errorEnvelope', json(refused)],
    ['errorProblem', json(problem)],
    ['fieldErrors', json(malformed.exception?.fieldError)],
    ['events', eventCatalogue()],
    ['bankStream', bankStreamCatalogue()],
    ['idempotencyTable', idempotencyTable()],
    ['gateway', '$GATEWAY'],
    ...leaves('', sealingExample()),
  ])
}

const cards = (): string =>
  `<div class="cards">${pageLinks
    .slice(1)
    .map(({ path, title, summary }) => `<a href="${path}"><strong>${title}</strong><span>${summary}</span></a>`)
    .join('')}</div>`

/**
 * Every member by its dotted name; texts as they are, keys as JSON, so that both a value and a
 * whole JWK can be shown.
 */
function leaves(path: string, value: object): [string, string][] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]): [string, string][] => {
    const fullName = path === '' ? name : `${path}.${name}`
    if (typeof member === 'string') return [[fullName, member]]
    if (typeof member !== 'object' || member === null) return []
    return [[fullName, JSON.stringify(member, null, 2)], ...leaves(fullName, member)]
  })
}
