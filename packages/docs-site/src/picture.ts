// Pictures of statuses and what leads from one to another: drawn by viz.js, coloured by the page.
import { type Graph, instance } from '@viz-js/viz'

/** The node where everything begins. */
export const START = 'START'
/** Keeps the words off their arrow. */
const BESIDE = '\u00a0\u00a0'
const words = { fontname: 'sans-serif', fontsize: 12 } as const

/** What all pictures look like. */
export const shapes = {
  directed: true,
  graphAttributes: { rankdir: 'TB', bgcolor: 'transparent', nodesep: 0.12, ranksep: 0.75 },
  nodeAttributes: { ...words, shape: 'box', style: 'rounded', margin: '0.15,0.08' },
  edgeAttributes: { ...words, fontsize: 11, arrowsize: 0.7 },
} as const satisfies Graph

/** Words beside an arrow, one to a line. */
export const beside = (lines: readonly string[]): string => lines.map((line) => `${BESIDE}${line}`).join('\n')

const viz = await instance()

/** @param label what the picture shows, for those who do not see it */
export function pictureOf(graph: Graph, label: string): string {
  const drawn = viz.renderString(graph, { format: 'svg', engine: 'dot' })
  const svg = drawn
    .slice(drawn.indexOf('<svg'))
    .replaceAll(/<!--[\s\S]*?-->\n?/g, '')
    .replace(/ width="[^"]*" height="[^"]*"/, '')
    .replaceAll(/ xmlns(:xlink)?="[^"]*"/g, '')
    .replaceAll('"black"', '"currentColor"')
    .replaceAll('<text ', '<text fill="currentColor" ')
    .replace('<svg ', `<svg role="img" aria-label="${label}" `)
  return `<figure class="picture" tabindex="0">${svg.trim()}</figure>`
}
