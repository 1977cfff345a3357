// Whose address a request came from: the socket's, or what trusted proxies in front of the gateway
// say.
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'

/** Proxies on the way; more hops than these are not looked at. */
const HOPS_MAX = 20
const PREFIX_PATTERN = /^\d{1,3}$/

/** A list of addresses and CIDR ranges, separated by commas; null when one of them is neither. */
export function parseProxies(text: string): BlockList | null {
  const list = new BlockList()
  for (const entry of text.split(',')) {
    const trimmed = entry.trim()
    if (trimmed === '') continue
    const [address = '', prefix, more] = trimmed.split('/')
    const version = isIP(address)
    const longest = version === 6 ? 128 : 32
    if (version === 0 || more !== undefined) return null
    if (prefix === undefined) list.addAddress(address, familyOf(address))
    else if (PREFIX_PATTERN.test(prefix) && Number(prefix) <= longest) list.addSubnet(address, Number(prefix), familyOf(address))
    else return null
  }
  return list
}

/** Tells callers' addresses. */
export class CallerAddresses {
  readonly #trusted: BlockList | null

  /** @param trusted the proxies whose X-Forwarded-For is believed; null for none */
  constructor(trusted: BlockList | null) {
    this.#trusted = trusted
  }

  /** The nearest address that is not a trusted proxy's; empty when the connection is gone. */
  of(request: IncomingMessage): string {
    const peer = plain(request.socket.remoteAddress ?? '')
    if (this.#trusted === null || !this.#isTrusted(peer)) return peer
    const forwarded = request.headers['x-forwarded-for']
    if (typeof forwarded !== 'string') return peer
    let nearest = peer
    const hops = forwarded.split(',').slice(-HOPS_MAX)
    for (let position = hops.length - 1; position >= 0; position--) {
      const hop = addressIn(hops[position] ?? '')
      if (hop === '') return nearest // what a proxy did not write itself is nobody's address
      if (!this.#isTrusted(hop)) return hop
      nearest = hop
    }
    return nearest
  }

  #isTrusted(address: string): boolean {
    return address !== '' && this.#trusted !== null && this.#trusted.check(address, familyOf(address))
  }
}

/**
 * Who counts as one for limits: an IPv4 address, or the /64 of an IPv6 one, of which one subscriber
 * has all.
 */
export function sourceOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? first : [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6')

/** IPv4 as it comes on a listener for both: `::ffff:192.0.2.1`. */
const plain = (address: string): string => (address.startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address)

/** The address of one hop, without port and brackets; empty when there is none. */
function addressIn(hop: string): string {
  const text = hop.trim()
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1]
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text)?.[1]
  const address = plain(bracketed ?? withPort ?? text)
  return isIP(address) === 0 ? '' : address
}
