// The cache forgets what was not asked for the longest.
import { expect, test } from '@jest/globals'
import { boundedCache } from './bounded-cache.ts'

test('a full cache drops what was not asked for the longest', () => {
  const cache = boundedCache<number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.get('a')
  cache.set('c', 3)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3])
  cache.set('a', 4)
  cache.set('d', 5)
  expect([cache.get('a'), cache.get('c'), cache.get('d')]).toEqual([4, undefined, 5])
})
