// The lag bench's sender, with a client and a watch that answer at once.

import type { Dcms } from '@dcms/sdk'
import { expect, test } from '@jest/globals'
import { type CommandKit, sendSteadily } from '../src/lock-kits.ts'

const kits = (): CommandKit[] => [
  { kitNo: '1', entityId: 'e1', sequence: 1, status: 'INACTIVE' },
  { kitNo: '2', entityId: 'e2', sequence: 1, status: 'INACTIVE' },
]

test('each kit is activated, then locked and unlocked in turn, and each event is awaited once', async () => {
  const sent: string[] = []
  const awaited: string[] = []
  const dcms = {
    activateKit: async ({ kitNo }: { kitNo: string }) => sent.push(`${kitNo} ACTIVATE`),
    manageKit: async ({ oldKit, operation }: { oldKit: string; operation: string }) => sent.push(`${oldKit} ${operation}`),
  } as unknown as Dcms
  const effectOf = async (kitNo: string, sequence: number) => {
    awaited.push(`${kitNo} ${sequence}`)
    return { seenAtMs: 10, eventAtMs: 4, lookMs: 1 }
  }
  const { samples } = await sendSteadily({ dcms, kits: kits(), watch: { effectOf }, rate: 10_000, count: 6, goOn: () => undefined })
  const ofKit = (lines: string[], kitNo: string): string[] => lines.filter((line) => line.startsWith(`${kitNo} `))
  for (const kitNo of ['1', '2']) {
    expect(ofKit(sent, kitNo)).toEqual([`${kitNo} ACTIVATE`, `${kitNo} LOCK`, `${kitNo} UNLOCK`])
    expect(ofKit(awaited, kitNo)).toEqual([`${kitNo} 2`, `${kitNo} 3`, `${kitNo} 4`])
  }
  expect(samples).toHaveLength(6)
  expect(samples[0]).toMatchObject({ fromEventMs: 6, fromAnswerMs: 0, lookMs: 1 })
})

test('a command that fails ends the run with its reason', async () => {
  const dcms = {
    activateKit: async () => {
      throw new Error('refused')
    },
  } as unknown as Dcms
  const effectOf = () => Promise.reject(new Error('not asked'))
  const run = sendSteadily({ dcms, kits: kits(), watch: { effectOf }, rate: 10_000, count: 2, goOn: () => undefined })
  await expect(run).rejects.toThrow('refused')
})
