// What a sealed message is for: the members `aud` and `htu` of its protected header, so that it is
// worth nothing at another bank or endpoint.

/** Where the bank's calls live at the gateway; the second is what the published guides show. */
export const publicBases = ['/v1', '/dcms'] as const

/**
 * A request target below the base: without `/v1` or `/dcms` in front. What stands outside the
 * bases, such as `/api/session`, stays as it is.
 */
export function belowBase(target: string): string {
  for (const base of publicBases) if (target.startsWith(base) && target[base.length] === '/') return target.slice(base.length)
  return target
}

/**
 * `htu`: method, one space, and the path as it is sent, percent-encoding included, below the base
 * and without query; for example `POST /kit-manager/setPin` or `POST /api/session`.
 */
export function htuOf(method: string, target: string): string {
  const query = target.indexOf('?')
  return `${method} ${belowBase(query < 0 ? target : target.slice(0, query))}`
}
