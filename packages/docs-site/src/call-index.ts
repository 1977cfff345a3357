// Every call of the contract by chapter, with its path, the SDK's method and whether this release
// has it.
import { families, type PublicEndpoint, publicEndpointList, stillToCome } from '@dcms/contract'
import { escapeHtml, slugOf } from './html.ts'
import { tableOf } from './markdown.ts'

const PREFIX = '/v1'

/** The place of a call in the reference. */
export const referenceLink = ({ name, family }: PublicEndpoint): string => `/docs/reference#tag/${slugOf(families[family])}/${name}`

/** The chapters with their calls. HTML. */
export function callIndex(): string {
  const chapters = new Map(
    Object.entries(families).map(([family, title]) => [title, publicEndpointList.filter((each) => each.family === family)]),
  )
  return [...chapters]
    .filter(([, calls]) => calls.length > 0)
    .map(
      ([title, calls]) =>
        `<h3 id="${slugOf(title)}"><a class="anchor" href="#${slugOf(title)}">${escapeHtml(title)}</a></h3>\n${tableFor(calls)}`,
    )
    .join('\n')
}

/** `12 calls, 5 of them planned`. */
export function callCount(): string {
  const planned = publicEndpointList.filter(({ name }) => stillToCome.has(name)).length
  const ready = publicEndpointList.length - planned
  return planned === 0 ? `${ready} calls` : `${publicEndpointList.length} calls: ${ready} in this release, ${planned} planned`
}

const tableFor = (calls: readonly PublicEndpoint[]): string =>
  tableOf(
    ['Call', 'What it does', 'Status'],
    calls.map((call) => [
      `<a href="${referenceLink(call)}"><code>${call.name}</code></a><br><small>${call.method} ${escapeHtml(PREFIX + call.path)}</small>`,
      escapeHtml(call.summary),
      statusTag(call),
    ]),
  )

function statusTag({ name, errors }: PublicEndpoint): string {
  if (stillToCome.has(name)) return '<span class="tag planned">Planned</span>'
  if (errors.includes('endpoint.not.available')) return '<span class="tag planned">Ready in part</span>'
  return '<span class="tag ready">Ready</span>'
}
