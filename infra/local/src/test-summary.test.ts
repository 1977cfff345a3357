import { expect, test } from '@jest/globals'
import { addCounts, countTests, isSuccess, summaryLine } from './test-summary.ts'

const report = (changes: Record<string, number>) =>
  JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numRuntimeErrorTestSuites: 0, ...changes })
const line = (changes: Record<string, number>, exitCode = 0) => summaryLine(countTests(report(changes), exitCode))

test('a good run is counted', () => expect(line({ numPassedTests: 12 })).toBe('12 passed, 0 failed'))

test('skipped tests are named when there are some', () =>
  expect(line({ numPassedTests: 12, numPendingTests: 2, numTodoTests: 1 })).toBe('12 passed, 0 failed, 3 skipped'))

test('a file that could not be loaded is a failure', () =>
  expect(line({ numPassedTests: 3, numRuntimeErrorTestSuites: 1 }, 1)).toBe('3 passed, 1 failed'))

test('a run that ended badly without a failed test is a failure', () => expect(line({ numPassedTests: 3 }, 1)).toBe('3 passed, 1 failed'))

test.each([undefined, '', '{"half', '[]'])('without a whole report (%s) the run failed', (text) =>
  expect(summaryLine(countTests(text, 0))).toBe('0 passed, 1 failed'),
)

test('a run without a single test is no success', () => expect(isSuccess(countTests(report({}), 0))).toBe(false))

test('what the leak scan found is added to what jest counted', () =>
  expect(summaryLine(addCounts({ passed: 12, failed: 0, skipped: 2 }, { passed: 1, failed: 1, skipped: 0 }))).toBe(
    '13 passed, 1 failed, 2 skipped',
  ))

test('what failed is named by file and test, a file that could not be loaded by itself', () => {
  const testResults = [
    {
      name: 'a.test.ts',
      status: 'failed',
      assertionResults: [
        { status: 'passed', fullName: 'holds' },
        { status: 'failed', fullName: 'does not' },
      ],
    },
    { name: 'b.test.ts', status: 'failed', assertionResults: [] },
    { name: 'c.test.ts', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'holds' }] },
  ]
  const text = JSON.stringify({
    ...JSON.parse(report({ numPassedTests: 2, numFailedTests: 1, numRuntimeErrorTestSuites: 1 })),
    testResults,
  })
  expect(countTests(text, 1).failures).toEqual(['a.test.ts: does not', 'b.test.ts: could not be run'])
  expect(addCounts(countTests(text, 1), countTests(text, 1)).failures).toHaveLength(4)
})
