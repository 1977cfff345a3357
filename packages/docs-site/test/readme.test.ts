// The code that the README shows, run.
import { asyncApi, openApi } from '@dcms/reference'
import { expect, test } from '@jest/globals'
import { buildSite } from '../src/index.ts'

test('the site is built and a page of it read, as the README shows it', async () => {
  // #region site
  const site = buildSite({ openApi: openApi(), asyncApi: asyncApi() })
  const page = site.files.get('/docs/errors') // also its policy and its etag
  const [type, body] = [page?.type, await page?.bytes('br')]
  // #endregion
  expect({ type, policy: page?.policy }).toEqual({
    type: 'text/html; charset=utf-8',
    policy: expect.stringContaining("default-src 'none'"),
  })
  expect(body?.length).toBeGreaterThan(1_000)
})
