// Cutting publishes into requests: nothing lost, nothing moved, nothing too large for the broker.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { inRequests } from './request-size.ts'

const message = (key: string, size: number) => ({ key, value: 'x'.repeat(size) })

test('what fits into one request stays one request', () => {
  const batches = [
    { topic: 'dcms.kit', messages: [message('1', 10), message('2', 10)] },
    { topic: 'dcms.customer', messages: [message('3', 10)] },
  ]
  expect(inRequests(batches)).toEqual([batches])
})

test('nothing to publish is no request', () => {
  expect(inRequests([])).toEqual([])
  expect(inRequests([{ topic: 'dcms.kit', messages: [] }])).toEqual([])
})

test('a message that is too large alone stands alone, so that it holds up only itself', () => {
  const [small, large] = [message('small', 10), message('large', 2_000_000)]
  expect(inRequests([{ topic: 'dcms.kit', messages: [small, large, small] }])).toEqual(
    [small, large, small].map((each) => [{ topic: 'dcms.kit', messages: [each] }]),
  )
})

test('requests hold all messages in their order, and none of several is larger than the broker takes', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 12 })
  fc.assert(
    fc.property(sizes, sizes, (first, second) => {
      const batches = [first, second].map((each, topic) => ({
        topic: `topic-${topic}`,
        messages: each.map((size, position) => message(`${topic}-${position}`, size)),
      }))
      const requests = inRequests(batches)
      for (const { topic, messages } of batches) {
        const sent = requests.flat().filter((part) => part.topic === topic)
        expect(sent.flatMap((part) => part.messages.map(({ key }) => key))).toEqual(messages.map(({ key }) => key))
      }
      for (const request of requests) {
        const sent = request.flatMap((part) => part.messages)
        expect(sent.length).toBeGreaterThan(0)
        expect(sent.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)).toBeLessThan(1_000_000)
      }
    }),
    { numRuns: 30 },
  )
})
