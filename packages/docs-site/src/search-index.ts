// What the search finds: sections of the guides, calls, error codes, events.
import { errorCatalogue, families, isErrorCode, publicEndpointList, stillToCome } from '@dcms/contract'
import { referenceLink } from './call-index.ts'
import { eventHeadings } from './event-catalogue.ts'
import type { PageContent } from './page.ts'

export interface SearchEntry {
  readonly title: string
  readonly kind: string
  readonly text: string
  readonly href: string
}

/** Everything that can be found; small enough to be sent whole. */
export const searchIndex = (pages: readonly PageContent[]): SearchEntry[] => [
  ...pages.flatMap(sectionsOf),
  ...publicEndpointList.map((call) => ({
    title: call.name,
    kind: `Call · ${families[call.family]}${stillToCome.has(call.name) ? ' · planned' : ''}`,
    text: `${call.method} ${call.path} ${call.summary}`,
    href: referenceLink(call),
  })),
  ...Object.keys(errorCatalogue)
    .filter(isErrorCode)
    .map((code) => ({
      title: code,
      kind: `Error · HTTP ${errorCatalogue[code].status}`,
      text: `${errorCatalogue[code].shortMessage} ${errorCatalogue[code].when} ${errorCatalogue[code].reasonCode ?? ''}`,
      href: `/docs/errors#${code}`,
    })),
  ...eventHeadings().map(({ id, text }) => ({ title: text, kind: 'Event', text: '', href: `/docs/events#${id}` })),
]

/** A page and its sections with the words that stand in them. */
function sectionsOf({ path, title, summary, html, headings }: PageContent): SearchEntry[] {
  const sections = headings
    .filter(({ depth }) => depth > 1)
    .map(({ id, text }) => ({ title: plain(text), kind: `Guide · ${title}`, text: wordsAfter(html, id), href: `${path}#${id}` }))
  return [{ title, kind: 'Guide', text: summary, href: path }, ...sections]
}

const WORDS_MAX_LENGTH = 600
function wordsAfter(html: string, id: string): string {
  const begin = html.indexOf('>', html.indexOf(`id="${id}"`)) + 1
  const end = html.slice(begin).search(/<h[1-6] /)
  return plain(end < 0 ? html.slice(begin) : html.slice(begin, begin + end)).slice(0, WORDS_MAX_LENGTH)
}

const plain = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim()
