// The site as the gateway builds it, for tests.
import { asyncApi, openApi } from '@dcms/reference'
import { buildSite, type Site } from '../src/index.ts'

export const testSite = (): Site => buildSite({ openApi: openApi(), asyncApi: asyncApi() })

/** The clear text of a file of the site. */
export async function textOf(site: Site, path: string): Promise<string> {
  const file = site.files.get(path)
  if (file === undefined) throw new Error(`the site has no ${path}`)
  return (await file.bytes('identity')).toString('utf8')
}

export const isPage = ([, { type }]: [string, { readonly type: string }]): boolean => type.startsWith('text/html')

/** Scalar's bundle: checked by what a browser asks for while it runs, not by what stands in it. */
export const isBundle = (path: string): boolean => path.includes('/scalar-')
