// What stands on the pages: links that lead somewhere, nothing from outside, tables that are
// complete.
import { readdirSync, readFileSync } from 'node:fs'
import {
  bankMessagesOf,
  bankStreamTypes,
  cardLife,
  errorCatalogue,
  eventTypes,
  manageKitEndpoint,
  orderRoad,
  publicEndpointList,
  registerEndpoint,
  stillToCome,
  validatorOf,
} from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { emittedEvents, emittedMessages } from '../src/emitted-events.ts'
import { fill, pageLinks } from '../src/guides.ts'
import { isBundle, isPage, testSite, textOf } from './test-site.ts'

const site = testSite()
const pages = [...site.files].filter(isPage).map(([path]) => path)
/** What the gateway serves beside the site. */
const elsewhere = ['/.well-known/jwks.json', '/postman.json']

const idsOf = (html: string): Set<string> => new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id))
const row = (html: string, id: string): string => html.slice(html.indexOf(`id="${id}"`)).split('</tr>')[0] ?? ''

test('there is a page for every place of the navigation', () => {
  expect(pages.toSorted()).toEqual(pageLinks.map(({ path }) => path).toSorted())
})

test('every link inside leads to a page and to a place on it', async () => {
  const operations = new Set(publicEndpointList.map(({ name }) => name))
  const faults: string[] = []
  for (const path of pages) {
    const html = await textOf(site, path)
    for (const [, link = ''] of html.matchAll(/\s(?:href|src|data-bundle)="([^"]*)"/g)) {
      const [target = '', place] = link.startsWith('#') ? [path, link.slice(1)] : link.split('#')
      if (elsewhere.includes(target)) continue
      if (!site.files.has(target)) faults.push(`${path}: ${link}`)
      else if (place !== undefined && target === '/docs/reference' && target !== path) {
        if (!operations.has(place.split('/').at(-1) ?? '')) faults.push(`${path}: ${link}`)
      } else if (place !== undefined && !idsOf(await textOf(site, target)).has(place)) faults.push(`${path}: ${link}`)
    }
  }
  expect(faults).toEqual([])
})

test('what the search finds is there', async () => {
  const entries: { title: string; href: string }[] = JSON.parse(await textOf(site, '/docs/search.json'))
  for (const { href } of entries) {
    const [target = '', place] = href.split('#')
    expect({ href, found: site.files.has(target) }).toEqual({ href, found: true })
    if (place !== undefined && target !== '/docs/reference') expect(idsOf(await textOf(site, target))).toContain(place)
  }
  const titles = entries.map(({ title }) => title)
  for (const { name } of publicEndpointList) expect(titles).toContain(name)
  for (const code of Object.keys(errorCatalogue)) expect(titles).toContain(code)
})

test('no file names a host but those of examples, of standards and of this machine', async () => {
  // The last one stands in the licence notice of the cryptographic library inside the collection.
  const allowed = /^(127\.0\.0\.1|localhost|www\.w3\.org|json-schema\.org|schema\.getpostman\.com|paulmillr\.com)$/
  const found = new Set<string>()
  for (const path of site.files.keys()) {
    if (isBundle(path)) continue
    for (const [, host = ''] of (await textOf(site, path)).matchAll(/\b(?:https?|wss?):\/\/([A-Za-z0-9.-]+)/g))
      if (!allowed.test(host)) found.add(`${path}: ${host}`)
  }
  expect([...found]).toEqual([])
})

test('no page has a script or a style of its own inside', async () => {
  for (const path of pages) {
    const html = await textOf(site, path)
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle="|\son[a-z]+="|javascript:/)
    expect(site.files.get(path)?.policy).toMatch(/^default-src 'none'; script-src 'self';/)
  }
})

test('the error tables have every code once, with status and advice', async () => {
  const html = await textOf(site, '/docs/errors')
  for (const [code, { status }] of Object.entries(errorCatalogue)) {
    expect(html.split(`id="${code}"`).length).toBe(2)
    expect(row(html, code)).toContain(`>${status}<`)
  }
})

test.each([
  ['rate.limit.exceeded', /Repeat after/],
  ['service.unavailable', /Repeat after/],
  ['service.timeout', /same key/],
  ['internal.error', /three tries/],
  ['auth.token.expired', /Log in again/],
  ['encryption.key.not.found', /new session/],
  ['endpoint.not.available', /Do not repeat/],
  ['auth.forbidden', /Do not repeat/],
])('the advice on %s matches %s', async (code, advice) => {
  expect(row(await textOf(site, '/docs/errors'), code)).toMatch(advice)
})

test('every call stands in the overview, planned ones marked as such', async () => {
  const html = await textOf(site, '/docs')
  for (const { name, path } of publicEndpointList) {
    const line = html.slice(html.indexOf(`<code>${name}</code></a>`)).split('</tr>')[0] ?? ''
    expect(line).toContain(path)
    expect({ name, planned: line.includes('>Planned<') }).toEqual({ name, planned: stillToCome.has(name) })
  }
})

test('every event and every bank message is in the catalogue, with an example', async () => {
  const html = await textOf(site, '/docs/events')
  const entryOf = (name: string): string => html.slice(html.indexOf(`<summary><code>${name}</code>`)).split('</details>')[0] ?? ''
  for (const { type } of eventTypes) {
    expect(entryOf(type)).toContain('class="hljs"')
    expect({ type, planned: entryOf(type).includes('>Planned<') }).toEqual({ type, planned: !emittedEvents.has(type) })
  }
  for (const { eventType } of bankStreamTypes)
    expect({ eventType, planned: entryOf(eventType).includes('>Planned<') }).toEqual({
      eventType,
      planned: !emittedMessages.has(eventType),
    })
})

test('messages of the bank stream are called ready when, and only when, an event that is ready leads to them', () => {
  const ready = eventTypes.filter(({ type }) => emittedEvents.has(type))
  const messages = ready.flatMap(({ example }) => bankMessagesOf(example, 'ACME_BANK').map(({ eventType }) => eventType))
  expect([...new Set<string>(messages)].toSorted()).toEqual([...emittedMessages].toSorted())
})

test('events are called ready when, and only when, the service that owns them names them', () => {
  const services = new URL('../../../services/', import.meta.url)
  const sourcesOf = (service: string): string[] =>
    readdirSync(services).includes(service)
      ? readdirSync(new URL(`${service}/src/`, services), { encoding: 'utf8', recursive: true })
          .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
          .map((file) => readFileSync(new URL(`${service}/src/${file}`, services), 'utf8'))
      : []
  // Operations of a card's life, or of an order's road, that an event tells: a command names the
  // operation, or its caller does, and the table names the event.
  const request = manageKitEndpoint.request as unknown as { properties: { operation: { enum: string[] } } }
  const ofCallers: readonly string[] = request.properties.operation.enum
  const tables: Partial<Record<string, Readonly<Record<string, object>>>> = { kit: cardLife, 'inventory-order': orderRoad }
  const operationsOf = (type: string, owner: string): string[] =>
    Object.entries(tables[owner] ?? {}).flatMap(([operation, row]) =>
      Object.values(row).some((step) => 'event' in step && step.event === type) ? [operation] : [],
    )
  const named = eventTypes.filter(({ type, owner }) => {
    const operations = operationsOf(type, owner)
    if (operations.some((operation) => ofCallers.includes(operation))) return true
    const words = [type, ...operations].map((word) => `'${word}'`)
    return sourcesOf(owner).some((source) => words.some((word) => source.includes(word)))
  })
  expect(named.map(({ type }) => type).toSorted()).toEqual([...emittedEvents].toSorted())
})

test('a guide that names a place which nothing fills stops the start', () => {
  expect(() => fill('{{nowhere}}', new Map())).toThrow('nothing fills {{nowhere}}')
})

test('no place of a guide is left open', async () => {
  for (const path of pages) expect(await textOf(site, path)).not.toMatch(/\{\{|undefined|\[object/)
})

test('the body that the first guide sends is one that register takes', () => {
  const guide = readFileSync(new URL('../guides/getting-started.md', import.meta.url), 'utf8')
  const [, body = ''] = /-d '(\{\n[\s\S]*?\n\})'/.exec(guide) ?? []
  const validated = validatorOf<object>(registerEndpoint.request)(JSON.parse(body))
  expect(validated).toMatchObject({ valid: true, value: JSON.parse(body) })
})

test('the guide to repeats lists every call of this release under the kinds that the contract gives it and its operations', async () => {
  const [, table = ''] = (await textOf(site, '/docs/idempotency')).split('<th scope="col">Kind</th>')
  const listed = table
    .split('</table>')[0]
    ?.split('<tr>')
    .slice(1)
    .map((kind) => [...kind.matchAll(/\/docs\/reference#[^"]*\/(\w+)"/g)].map(([, name]) => name))
  const ready = publicEndpointList.filter(({ name }) => !stillToCome.has(name))
  const ofKind = (kind: string): string[] =>
    ready
      .filter(({ idempotency, idempotencyOfOperation = {} }) =>
        [idempotency, ...Object.values(idempotencyOfOperation)].includes(kind as never),
      )
      .map(({ name }) => name)
  expect(listed).toEqual([ofKind('read'), ofKind('stored'), ofKind('document')])
})
