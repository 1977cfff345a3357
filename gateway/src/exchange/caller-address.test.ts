// Whose address a request came from.
import type { IncomingMessage } from 'node:http'
import { expect, test } from '@jest/globals'
import { CallerAddresses, parseProxies, sourceOf } from './caller-address.ts'

const from = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as never
const behind = (proxies: string): CallerAddresses => new CallerAddresses(parseProxies(proxies))

test('without trusted proxies it is the socket’s address, whatever the caller claims', () => {
  expect(new CallerAddresses(null).of(from('192.0.2.1', '203.0.113.9'))).toBe('192.0.2.1')
  expect(new CallerAddresses(null).of(from('::ffff:192.0.2.1'))).toBe('192.0.2.1')
  expect(new CallerAddresses(null).of(from(undefined))).toBe('')
})

test.each<[string, string | undefined, string]>([
  ['10.0.0.1', undefined, '10.0.0.1'],
  ['10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['10.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['10.0.0.1', '198.51.100.1, 203.0.113.9, 10.2.3.4', '203.0.113.9'],
  ['10.0.0.1', '10.9.9.9, 10.2.3.4', '10.9.9.9'],
  ['::ffff:10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
  ['fd00::1', '[2001:db8::7]:443', '2001:db8::7'],
  ['fd00::1', '::ffff:203.0.113.9', '203.0.113.9'],
  ['10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
  ['10.0.0.1', '203.0.113.9, 1.2.3.4.5, 10.2.3.4', '10.2.3.4'],
  ['10.0.0.1', '', '10.0.0.1'],
  ['192.0.2.1', '203.0.113.9', '192.0.2.1'],
])('behind 10.0.0.0/8 and fd00::/8: from %s with X-Forwarded-For %s it is %s', (peer, forwarded, expected) => {
  expect(behind('10.0.0.0/8, fd00::/8').of(from(peer, forwarded))).toBe(expected)
})

test.each(['10.0.0.0/33', '10.0.0/8', 'proxy', '10.0.0.1/8/8', '10.0.0.1/x', '::1/129', '10.0.0.1/'])(
  '%s is no list of proxies',
  (text) => {
    expect(parseProxies(text)).toBeNull()
  },
)

test('one IPv4 address is one source, and so is a /64 of IPv6', () => {
  expect(sourceOf('192.0.2.1')).toBe('192.0.2.1')
  expect(sourceOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
  expect(sourceOf('2001:db8:1:2::9')).toBe(sourceOf('2001:0db8:0001:0002:ffff::'))
  expect(sourceOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(sourceOf('::1')).toBe('0:0:0:0::/64')
  expect(sourceOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
})
