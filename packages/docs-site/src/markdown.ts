// Markdown to HTML: headings that can be linked to, code with colours, tables that fit a phone.
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import http from 'highlight.js/lib/languages/http'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import python from 'highlight.js/lib/languages/python'
import typescript from 'highlight.js/lib/languages/typescript'
import { Marked, type Tokens } from 'marked'
import { escapeHtml, slugOf } from './html.ts'

for (const [name, language] of Object.entries({ bash, http, javascript, json, python, typescript })) hljs.registerLanguage(name, language)

/** Long hexadecimal and base64url text: wrapped anywhere instead of scrolled. */
const VALUE = 'value'
/** Inline code of this length may break inside a word in a table. */
const LONG_FROM = 40

export interface Heading {
  readonly depth: number
  readonly id: string
  readonly text: string
}
export interface Rendered {
  readonly html: string
  readonly headings: readonly Heading[]
}

/** Renders a guide. The Markdown is ours: HTML in it is kept as it is. */
export function renderMarkdown(markdown: string): Rendered {
  const headings: Heading[] = []
  const used = new Map<string, number>()
  const marked = new Marked({ gfm: true })
  marked.use({
    renderer: {
      heading({ tokens, depth }: Tokens.Heading): string {
        const html = this.parser.parseInline(tokens)
        const text = this.parser.parseInline(tokens, this.parser.textRenderer)
        const id = uniqueId(slugOf(text), used)
        headings.push({ depth, id, text })
        return depth === 1
          ? `<h1 id="${id}">${html}</h1>\n`
          : `<h${depth} id="${id}"><a class="anchor" href="#${id}">${html}</a></h${depth}>\n`
      },
      codespan: ({ text }: Tokens.Codespan): string => `<code${text.length > LONG_FROM ? ' class="long"' : ''}>${escapeHtml(text)}</code>`,
      checkbox: (): string => '<span class="check" aria-hidden="true"></span>',
      code: ({ text, lang }: Tokens.Code): string => codeBlock(text, lang ?? ''),
      table({ header, rows }: Tokens.Table): string {
        const cells = (row: Tokens.TableCell[]): string[] => row.map((cell) => this.parser.parseInline(cell.tokens))
        const labels = header.map((cell) => this.parser.parseInline(cell.tokens, this.parser.textRenderer))
        return tableOf(cells(header), rows.map(cells), labels)
      },
    },
  })
  const html = marked.parse(markdown, { async: false })
  return { html, headings }
}

/**
 * A table whose rows become blocks on a phone, each cell under the name of its column. Cells are
 * HTML.
 */
export function tableOf(header: readonly string[], rows: readonly (readonly string[])[], labels: readonly string[] = header): string {
  const head = header.map((cell) => `<th scope="col">${cell}</th>`).join('')
  const body = rows.map(
    (row) => `<tr>${row.map((cell, column) => `<td data-label="${labels[column] ?? ''}"><div>${cell}</div></td>`).join('')}</tr>`,
  )
  return `<div class="table"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>\n`
}

/** A block of code with colours where the language is known. */
export function codeBlock(text: string, language: string): string {
  if (language === VALUE) return `<pre class="value" tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`
  const html = hljs.getLanguage(language) ? hljs.highlight(text, { language }).value : escapeHtml(text)
  return `<pre tabindex="0"><code class="hljs">${html}</code></pre>\n`
}

function uniqueId(id: string, used: Map<string, number>): string {
  const count = used.get(id) ?? 0
  used.set(id, count + 1)
  return count === 0 ? id : `${id}-${count + 1}`
}
