// The table of a card's life: what the contract and common sense say of it as a whole.
// Rules: docs/rules.md#which-statuses-allow-what, docs/rules.md#refusals-by-status.
import { expect, test } from '@jest/globals'
import {
  cardLife,
  eventTypes,
  type KitOperation,
  type KitStatus,
  kitStatuses,
  manageKitEndpoint,
  publicEndpoints,
  statusesFor,
  stepOf,
} from '../index.ts'

const operations = Object.keys(cardLife) as KitOperation[]
const final: readonly KitStatus[] = ['HOTLISTED', 'REPLACED', 'EXPIRED_CARD', 'CLOSED']
const endsOf = (operation: KitOperation, status: KitStatus): string => {
  const step = stepOf(operation, status)
  return 'to' in step ? step.to : step.refusal
}

test('manageKit does in each status what the table in its own description says', () => {
  const rows = manageKitEndpoint.description
    .split('\n')
    .filter((line) => /^\| [A-Z_, ]+ \| (`|[A-Z])/.test(line) && !line.startsWith('| Present'))
  const columns = ['LOCK', 'UNLOCK', 'BLOCK', 'REPLACE', 'BLOCK_AND_REPLACE', 'HOTLIST'] as const
  const checked = rows.flatMap((row) => {
    const [present = '', ...cells] = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    const everyOperation = /`([^`]+)` for every operation/.exec(cells[0] ?? '')?.[1]
    return present.split(', ').flatMap((status) =>
      columns.map((operation, column) => {
        const said = everyOperation ?? cells[column]?.replaceAll('`', '')
        expect({ operation, status, end: endsOf(operation, status as KitStatus) }).toEqual({ operation, status, end: said })
        return status
      }),
    )
  })
  expect(new Set(checked).size).toBe(9)
})

test('nothing leads out of a final status but closing, and nothing out of CLOSED', () => {
  for (const operation of operations)
    for (const status of statusesFor(operation).filter((each) => final.includes(each))) {
      expect(operation).toBe('CLOSE')
      expect(status).not.toBe('CLOSED')
    }
})

test('BLOCKED never becomes ACTIVE or LOCKED again, in however many steps', () => {
  const reached = new Set<KitStatus>(['BLOCKED'])
  for (let size = 0; size < reached.size; ) {
    size = reached.size
    for (const status of [...reached])
      for (const operation of operations) {
        const step = stepOf(operation, status)
        if ('to' in step) reached.add(step.to)
      }
  }
  expect([...reached].toSorted()).toEqual(['BLOCKED', 'CLOSED', 'EXPIRED_CARD', 'HOTLISTED', 'REPLACED'])
})

test('callers know nothing of a reserved kit: only its own command leads out of it', () => {
  expect(operations.filter((operation) => statusesFor(operation).includes('RESERVED'))).toEqual(['ISSUE', 'ISSUE_UPGRADE'])
  for (const operation of operations.filter((each) => !each.startsWith('ISSUE'))) expect(endsOf(operation, 'RESERVED')).toBe('MCC007')
})

test('every event of the table is one of the contract', () => {
  const known = eventTypes.map(({ type }) => type)
  for (const operation of operations)
    for (const status of kitStatuses) {
      const step = stepOf(operation, status)
      if ('event' in step) expect(known).toContain(step.event)
    }
})

test('every refusal of a row is listed by the endpoints that decide by it', () => {
  const { manageKit, activateKit, upgradeCard, applyForCard } = publicEndpoints
  const deciding = [
    [manageKit, ['LOCK', 'UNLOCK', 'BLOCK', 'REPLACE', 'BLOCK_AND_REPLACE', 'HOTLIST']],
    [activateKit, ['ACTIVATE']],
    [upgradeCard, ['UPGRADE']],
    [applyForCard, ['CONVERT']],
  ] as const
  for (const [{ errors }, rows] of deciding)
    for (const operation of rows)
      for (const status of kitStatuses) {
        const step = stepOf(operation, status)
        if ('refusal' in step) expect(errors).toContain(step.refusal)
      }
})
