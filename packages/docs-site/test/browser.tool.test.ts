// Every page in headless Chromium, on a desktop and on a phone: nothing asked of another host,
// nothing refused by the policy, nothing wider than the screen.
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Browser, chromium } from 'playwright-core'
import { pageLinks } from '../src/guides.ts'
import { testSite } from './test-site.ts'

const CHROMIUM = '/usr/bin/chromium'
const isInstalled = existsSync(CHROMIUM)
const note = isInstalled ? '' : ' (not checked: Chromium is not installed)'
const LONG_MS = 120_000
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const site = testSite()
let server: Server | undefined
let browser: Browser | undefined
let origin = ''

beforeAll(async () => {
  if (!isInstalled) return
  const started = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const file = site.files.get(path)
    if (file === undefined) {
      response.writeHead(404).end()
      return
    }
    const policy = file.policy === undefined ? {} : { 'content-security-policy': file.policy }
    void file.bytes('identity').then((bytes) => response.writeHead(200, { 'content-type': file.type, ...policy }).end(bytes))
  })
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(started.address() as AddressInfo).port}`
  browser = await chromium.launch({ executablePath: CHROMIUM, args: flags })
}, LONG_MS)

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

const cases = pageLinks.flatMap(({ path }) => [
  { path, screen: 'desktop', width: 1440, height: 900 },
  { path, screen: 'phone', width: 390, height: 844 },
])

test.each(cases)(
  `$path on a $screen asks nobody else, breaks no rule of its policy and fits${note}`,
  async ({ path, width, height }) => {
    if (browser === undefined) return
    const context = await browser.newContext({ viewport: { width, height } })
    const page = await context.newPage()
    const [asked, complaints]: [string[], string[]] = [[], []]
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(origin + path, { waitUntil: 'networkidle' })
    if (path === '/docs/reference') await page.getByRole('heading', { name: 'DCMS: debit-card management' }).waitFor()
    const widths = await page.evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]')
    await context.close()
    expect(asked.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))).toEqual([])
    expect(complaints).toEqual([])
    expect(widths).toEqual([width, width])
  },
  LONG_MS,
)

test(
  `the search finds a call, and the reference opens there, without a console that sends calls${note}`,
  async () => {
    if (browser === undefined) return
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(`${origin}/docs`)
    await page.fill('#search', 'activateKit')
    await page.locator('#results a').first().click()
    await page.waitForURL(/\/docs\/reference#tag\/kit-card-life\/activateKit$/)
    await page.getByRole('heading', { name: 'Makes an issued card usable' }).first().waitFor()
    expect(await page.getByRole('button', { name: /test request|send/i }).count()).toBe(0)
    await page.close()
  },
  LONG_MS,
)

test(
  `an event that is linked to is unfolded${note}`,
  async () => {
    if (browser === undefined) return
    const page = await browser.newPage()
    await page.goto(`${origin}/docs/events#kitactivated`)
    expect(await page.locator('#kitactivated').getAttribute('open')).not.toBeNull()
    await page.close()
  },
  LONG_MS,
)
