// The frame of every page: head, top bar, navigation, contents of the page, footer.
import { escapeHtml } from './html.ts'
import type { Heading } from './markdown.ts'

/** Only what this host serves; no inline script or style. */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Where a page stands in the navigation. */
export interface PageLink {
  readonly path: string
  readonly title: string
  readonly summary: string
}

export interface PageContent {
  readonly path: string
  readonly title: string
  readonly summary: string
  readonly html: string
  readonly headings: readonly Heading[]
}

/** A page of text with the navigation beside it. */
export function textPage(page: PageContent, links: readonly PageLink[]): string {
  const position = links.findIndex(({ path }) => path === page.path)
  const sections = page.headings.filter(({ depth }) => depth === 2)
  const contents =
    sections.length < 2
      ? ''
      : `<nav class="contents" aria-label="On this page"><p>On this page</p><ul>${sections
          .map(({ id, text }) => `<li><a href="#${id}">${text}</a></li>`)
          .join('')}</ul></nav>`
  const body = `<div class="layout">
<nav class="sidebar" aria-label="Guides">${navigation(page.path, links)}</nav>
<main id="content"><article>${page.html}</article>${position < 0 ? '' : steps(links[position - 1], links[position + 1])}</main>
${contents}
</div>
<footer><p>DCMS is open source under the Apache License 2.0. The reference is rendered by Scalar (MIT License). Made from the contract of the running release:
<a href="/openapi.json">openapi.json</a>, <a href="/asyncapi.json">asyncapi.json</a>, <a href="/postman.json">postman.json</a>.</p></footer>`
  return documentOf({
    title: page.title,
    summary: page.summary,
    path: page.path,
    links,
    body,
    head: ['site', 'text', 'tables'].map((name) => `<link rel="stylesheet" href="/docs/assets/${name}.css">\n`).join(''),
  })
}

interface DocumentParts {
  readonly title: string
  readonly summary: string
  readonly path: string
  readonly links: readonly PageLink[]
  readonly body: string
  readonly head: string
}

/** The whole HTML document with the top bar. */
export function documentOf({ title, summary, path, links, body, head }: DocumentParts): string {
  const fullTitle = title === 'DCMS' ? 'DCMS documentation' : `${title} · DCMS`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(fullTitle)}</title>
<meta name="description" content="${escapeHtml(summary)}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/docs/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/assets/base.css">
<link rel="stylesheet" href="/docs/assets/bar.css">
<script src="/docs/assets/theme.js"></script>
<script src="/docs/assets/site.js" defer></script>
${head}</head>
<body${path === '/docs/reference' ? ' class="whole"' : ''}>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar">
<a class="brand" href="/docs"><img src="/docs/assets/icon.svg" alt="" width="24" height="24">DCMS</a>
<div class="search" role="search"><input type="search" id="search" placeholder="Search" aria-label="Search guides, calls, errors and events" autocomplete="off" spellcheck="false"><div class="results" id="results" aria-live="polite" hidden></div></div>
<a class="bar-link" href="/docs/reference"${path === '/docs/reference' ? ' aria-current="page"' : ''}>Reference</a>
<button type="button" class="theme" id="theme" aria-label="Switch between light and dark"><svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path d="M12 3a9 9 0 1 0 0 18z" fill="currentColor"/><circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="2"/></svg></button>
<details class="menu"><summary aria-label="Pages">Menu</summary><nav aria-label="Pages">${navigation(path, links)}</nav></details>
</header>
${body}
</body>
</html>
`
}

const navigation = (current: string, links: readonly PageLink[]): string =>
  `<ul>${links
    .map(({ path, title }) => `<li><a href="${path}"${path === current ? ' aria-current="page"' : ''}>${escapeHtml(title)}</a></li>`)
    .join('')}</ul>`

const steps = (before: PageLink | undefined, after: PageLink | undefined): string =>
  `<nav class="steps" aria-label="Before and after">${step(before, 'Before', 'prev')}${step(after, 'Next', 'next')}</nav>`

const step = (link: PageLink | undefined, label: string, rel: string): string =>
  link === undefined ? '<span></span>' : `<a rel="${rel}" href="${link.path}"><small>${label}</small>${escapeHtml(link.title)}</a>`
