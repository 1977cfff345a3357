// The whole site: pages, their assets, the worked example, the generated documents.
import { readFileSync } from 'node:fs'
import { pageLinks, renderGuides } from './guides.ts'
import { type PageContent, pagePolicy, textPage } from './page.ts'
import { bundleFiles, referencePage, referencePolicy } from './reference-page.ts'
import { sealingExample } from './sealing-example.ts'
import { searchIndex } from './search-index.ts'
import { SiteFile } from './site-file.ts'

/** The documents that are made from the contract, as JSON values. */
export interface SiteDocuments {
  readonly openApi: object
  readonly asyncApi: object
}

/** Files by the path they are served under. */
export interface Site {
  readonly files: ReadonlyMap<string, SiteFile>
  /** Answers pages that do not exist, status 404. */
  readonly notFound: SiteFile
}

const assets: Readonly<Record<string, string>> = {
  'bar.css': 'text/css; charset=utf-8',
  'base.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'reference.css': 'text/css; charset=utf-8',
  'reference.js': 'text/javascript; charset=utf-8',
  'site.css': 'text/css; charset=utf-8',
  'site.js': 'text/javascript; charset=utf-8',
  'tables.css': 'text/css; charset=utf-8',
  'text.css': 'text/css; charset=utf-8',
  'theme.js': 'text/javascript; charset=utf-8',
}
const examples: Readonly<Record<string, string>> = {
  'recompute.mjs': 'text/javascript; charset=utf-8',
  'recompute.py': 'text/x-python; charset=utf-8',
}

/** Builds the site once, at the start of a process. */
export function buildSite(documents: SiteDocuments): Site {
  const guides = renderGuides()
  const files = new Map<string, SiteFile>([
    ['/openapi.json', jsonFile(documents.openApi)],
    ['/asyncapi.json', jsonFile(documents.asyncApi)],
    ...guides.map((guide): [string, SiteFile] => [guide.path, page(guide)]),
    ['/docs/reference', html(referencePage(), referencePolicy)],
    ['/docs/search.json', jsonFile(searchIndex(guides))],
    ['/docs/sealing-example.json', jsonFile(sealingExample(), 2)],
    ...fixed('assets', assets, '/docs/assets/'),
    ...fixed('examples', examples, '/docs/'),
    ...bundleFiles(),
  ])
  return { files, notFound: page(missing) }
}

const missing: PageContent = {
  path: '',
  title: 'No such page',
  summary: 'This page does not exist.',
  html: '<h1>No such page</h1><p>Nothing stands here. Go to the <a href="/docs">overview</a>, or search above.</p>',
  headings: [],
}

const page = (content: PageContent): SiteFile => html(textPage(content, pageLinks), pagePolicy)

const html = (text: string, policy: string): SiteFile =>
  new SiteFile({ type: 'text/html; charset=utf-8', content: Buffer.from(text), policy })

/** A JSON value as a file of the site. */
export const jsonFile = (value: unknown, indent = 0): SiteFile =>
  new SiteFile({ type: 'application/json; charset=utf-8', content: Buffer.from(JSON.stringify(value, null, indent)) })

const fixed = (folder: string, types: Readonly<Record<string, string>>, prefix: string): [string, SiteFile][] =>
  Object.entries(types).map(([name, type]) => [
    `${prefix}${name}`,
    new SiteFile({ type, content: readFileSync(new URL(`../${folder}/${name}`, import.meta.url)) }),
  ])
