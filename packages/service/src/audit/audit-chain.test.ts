// How records share messages: in order, none lost, and never more than Kafka takes.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { recordsWithin, withinMessages } from './audit-chain.ts'

const KAFKA_BYTES_MAX = 1_048_576

test('the records of a usual batch share one message', () => {
  const jsons = Array.from({ length: 500 }, (_, sequence) =>
    JSON.stringify({ sequence, path: '/v1/kit-manager/kitActivation'.padEnd(400) }),
  )
  expect(withinMessages(jsons)).toEqual([jsons.join('\n')])
})

test('however long records are, they come back in their order out of messages that Kafka takes', () => {
  const record = fc
    .tuple(fc.nat(9), fc.constantFrom('a', 'é', '印', '🙂', '\n'))
    .map(([size, sign]) => JSON.stringify({ path: sign.repeat(size * 2_000) }))
  fc.assert(
    fc.property(fc.array(record, { maxLength: 80 }), (jsons) => {
      const messages = withinMessages(jsons)
      expect(messages.flatMap(recordsWithin)).toEqual(jsons)
      for (const message of messages) expect(Buffer.byteLength(message)).toBeLessThan(KAFKA_BYTES_MAX)
    }),
    { numRuns: 50 },
  )
})
