// The events of the contract, each with its payload and an example; and the types of the bank
// stream.
import { bankStreamTypes, type EventType, eventTypes, topicOf } from '@dcms/contract'
import { emittedEvents, emittedMessages } from './emitted-events.ts'
import { escapeHtml, slugOf } from './html.ts'
import { codeBlock, type Heading, tableOf } from './markdown.ts'

interface Schema {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly description?: string
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}
interface Shown {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly summary: string
  readonly isPlanned: boolean
  readonly schema: Schema
  readonly example: object
}

const shownEvent = ({ type, version, summary, schema, example }: EventType): Shown => ({
  id: slugOf(version === 1 ? type : `${type}-v${version}`),
  name: type,
  version,
  summary,
  isPlanned: !emittedEvents.has(type),
  schema,
  example,
})
const shownMessages: readonly Shown[] = bankStreamTypes.map(({ eventType, ...rest }) => ({
  id: slugOf(eventType),
  name: eventType,
  isPlanned: !emittedMessages.has(eventType),
  ...rest,
}))

/** Headings of the catalogue, for the search. */
export const eventHeadings = (): Heading[] =>
  [...eventTypes.map(shownEvent), ...shownMessages].map(({ id, name, isPlanned }) => ({
    depth: 4,
    id,
    text: isPlanned ? `${name} (planned)` : name,
  }))

/** The events by topic, each to be opened for its members and an example. HTML. */
export function eventCatalogue(): string {
  const owners = [...new Set(eventTypes.map(({ owner }) => owner))]
  return owners.map((owner) => topic(topicOf(owner), eventTypes.filter((each) => each.owner === owner).map(shownEvent))).join('\n')
}

/** The messages of the bank stream. HTML. */
export const bankStreamCatalogue = (): string => shownMessages.map(entry).join('\n')

const topic = (name: string, events: readonly Shown[]): string =>
  `<h3 id="${slugOf(name)}"><a class="anchor" href="#${slugOf(name)}"><code>${escapeHtml(name)}</code></a></h3>\n${events.map(entry).join('\n')}`

const entry = ({ id, name, version, summary, isPlanned, schema, example }: Shown): string =>
  `<details class="entry" id="${id}"><summary><code>${escapeHtml(name)}</code>${version === 1 ? '' : ` version ${version}`} ${
    isPlanned ? '<span class="tag planned">Planned</span>' : '<span class="tag ready">Ready</span>'
  }<small>${escapeHtml(summary)}</small></summary>
${tableOf(['Member', 'Type', 'Meaning'], members(schema))}
${codeBlock(JSON.stringify(example, null, 2), 'json')}</details>`

/** One row per member, members of objects inside with their path. */
function members(schema: Schema, path = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const fullName = `${path}${name}`
    const optional = schema.required?.includes(name) ? '' : 'optional'
    const meaning = [member.description ?? '', optional].filter(Boolean).join('; ')
    const row = [`<code>${escapeHtml(fullName)}</code>`, escapeHtml(typeOf(member)), escapeHtml(meaning)]
    const inside = member.items?.properties ? members(member.items, `${fullName}[].`) : members(member, `${fullName}.`)
    return [row, ...inside]
  })
}

function typeOf({ type, const: constant, enum: values, format, items }: Schema): string {
  if (constant !== undefined) return JSON.stringify(constant)
  if (values) return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' | ')
  if (format !== undefined) return format
  if (items) return `list of ${typeOf(items)}`
  return typeof type === 'string' ? type : (type?.join(' or ') ?? 'any')
}
