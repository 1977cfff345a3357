// What counts as published: the partition is ours, and the client's answers are checked one by one.
import { expect, test } from '@jest/globals'
import { Partitioners } from 'kafkajs'
import { ChosenPartitions, endsOf, UnconfirmedPublish } from './publisher.ts'

const metadataOf = (partitions: number) =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: partitionId % 3,
    replicas: [],
    isr: [],
  }))
const answer = (partition: number, baseOffset?: string, errorCode = 0) => ({
  topicName: 'dcms.kit',
  partition,
  errorCode,
  ...(baseOffset !== undefined && { baseOffset }),
})
const sent = new Map([
  ['dcms.kit/0', 2],
  ['dcms.kit/7', 1],
])

test('an aggregate stays on the partition that the client’s own partitioner gives its key', () => {
  const own = new ChosenPartitions()
  const clients = Partitioners.DefaultPartitioner()
  for (let count = 0; count < 500; count++) {
    const message = { key: `ACME_BANK:42401${count * 7919}`, value: '' }
    const choice = { topic: 'dcms.kit', partitionMetadata: metadataOf(12), message }
    expect(own.partitioner(choice)).toBe(clients(choice))
    const [sameKey, otherTopic] = [
      { ...choice, message: { ...message } },
      { ...choice, topic: 'dcms.customer', partitionMetadata: metadataOf(7), message: { ...message } },
    ]
    expect(own.partitioner(sameKey)).toBe(clients(choice))
    expect(own.partitioner(otherTopic)).toBe(clients(otherTopic))
  }
  expect(own.repeated).toBe(false)
})

test('a message keeps its partition when the topic grows while the client tries again', () => {
  const chosen = new ChosenPartitions()
  const messages = Array.from({ length: 50 }, (_, count) => ({ key: `kit-${count}`, value: '' }))
  const partitionsWith = (count: number) =>
    messages.map((message) => chosen.partitioner({ topic: 'dcms.kit', partitionMetadata: metadataOf(count), message }))
  const first = partitionsWith(12)
  expect(partitionsWith(13)).toEqual(first)
  expect(messages.map((message) => chosen.of(message))).toEqual(first)
  expect(chosen.repeated).toBe(true)
})

test('answers for every partition that was sent, without error and with an offset, are a confirmation', () => {
  expect(endsOf(sent, [answer(0, '10'), answer(7, '3')], new Map([['dcms.kit/0', 10n]]))).toEqual(
    new Map([
      ['dcms.kit/0', 12n],
      ['dcms.kit/7', 4n],
    ]),
  )
})

test.each([
  ['leaves a partition out', [answer(0, '10')], 'Kafka did not answer for dcms.kit/7'],
  ['names no offset', [answer(0, '10'), answer(7)], 'Kafka answered with offset -1 for dcms.kit/7, which is not behind what stands there'],
  [
    'has offset -1',
    [answer(0, '10'), answer(7, '-1')],
    'Kafka answered with offset -1 for dcms.kit/7, which is not behind what stands there',
  ],
  ['comes twice', [answer(0, '10'), answer(7, '3'), answer(7, '4')], 'Kafka answered twice for dcms.kit/7'],
  ['is an error', [answer(0, '10'), answer(7, '3', 6)], 'Kafka answered with error 6 for dcms.kit/7'],
  [
    'is for a partition to which nothing went',
    [answer(0, '10'), answer(7, '3'), answer(8, '1')],
    'Kafka answered for dcms.kit/8, to which nothing was sent',
  ],
  [
    'is for a batch before',
    [answer(0, '9'), answer(7, '3')],
    'Kafka answered with offset 9 for dcms.kit/0, which is not behind what stands there',
  ],
])('an answer that %s confirms nothing', (_what, answers, reason) => {
  expect(() => endsOf(sent, answers, new Map([['dcms.kit/0', 10n]]))).toThrow(new UnconfirmedPublish(reason))
})
