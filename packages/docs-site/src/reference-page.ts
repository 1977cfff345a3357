// The reference: the OpenAPI document rendered in the browser by Scalar, served from its npm
// package.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { callCount } from './call-index.ts'
import { pageLinks } from './guides.ts'
import { documentOf } from './page.ts'
import { SiteFile } from './site-file.ts'

/**
 * As strict as that of the other pages, but for styles: Scalar writes style elements of its own.
 * Scripts come from this host alone, and nothing of the page can reach another one.
 */
export const referencePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const require = createRequire(import.meta.url)
const distribution = pathToFileURL(require.resolve('@scalar/api-reference/style.css')) // the only files that the package names are in dist/
const { version }: { version: string } = JSON.parse(readFileSync(new URL('../package.json', distribution), 'utf8'))
const bundle = new URL('browser/', distribution)
const bundlePath = `/docs/assets/scalar-${version}/`

/** The page itself. */
export function referencePage(): string {
  return documentOf({
    title: 'Reference',
    summary: `Every call with its fields, examples and errors. ${callCount()}.`,
    path: '/docs/reference',
    links: pageLinks,
    head: `<link rel="stylesheet" href="/docs/assets/reference.css">
<link rel="modulepreload" href="${bundlePath}standalone.esm.js">
<script type="module" src="/docs/assets/reference.js"></script>
`,
    body: `<main id="content"><h1 class="unseen">Reference</h1><div id="reference" data-bundle="${bundlePath}standalone.esm.js"><p class="wait">The reference is being drawn …</p></div>
<noscript><p class="wait">The reference needs JavaScript. Without it, read the <a href="/docs#every-call">list of calls</a> or <a href="/openapi.json">openapi.json</a>.</p></noscript></main>`,
  })
}

/** The files of Scalar's split bundle; browsers load a dozen of them. */
export function bundleFiles(): Map<string, SiteFile> {
  const names = ['standalone.esm.js', ...readdirSync(new URL('chunks/', bundle)).map((name) => `chunks/${name}`)]
  return new Map(
    names
      .filter((name) => name.endsWith('.js'))
      .map((name) => [
        `${bundlePath}${name}`,
        new SiteFile({
          type: 'text/javascript; charset=utf-8',
          content: new URL(name, bundle),
          etag: `"${version}/${name}"`,
          immutable: true,
        }),
      ]),
  )
}
