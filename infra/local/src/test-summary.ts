// Counts test cases in jest's JSON report; what is missing or broken counts as failed.
export interface TestCounts {
  passed: number
  failed: number
  skipped: number
  /** What failed, by file and name, told once more at the end of a long run. */
  failures?: readonly string[]
}

interface JestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  /** Files that could not even be loaded have no test case to count. */
  numRuntimeErrorTestSuites: number
  testResults?: readonly JestFile[]
}

interface JestFile {
  name: string
  status: string
  assertionResults: readonly { status: string; fullName: string }[]
}

const counters = ['numPassedTests', 'numFailedTests', 'numPendingTests', 'numTodoTests', 'numRuntimeErrorTestSuites'] as const

/**
 * `exitCode` is jest's: a run that failed for another reason than a test (a threshold, a crash) is
 * at least one failure.
 */
export function countTests(report: string | undefined, exitCode: number): TestCounts {
  const parsed = readReport(report)
  if (!parsed) return { passed: 0, failed: 1, skipped: 0 }
  const failed = parsed.numFailedTests + parsed.numRuntimeErrorTestSuites
  return {
    passed: parsed.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: parsed.numPendingTests + parsed.numTodoTests,
    failures: (parsed.testResults ?? []).flatMap(failuresOf),
  }
}

/** A file that could not be loaded has no test to name. */
function failuresOf({ name, status, assertionResults }: JestFile): readonly string[] {
  const failed = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => `${name}: ${fullName}`)
  return failed.length === 0 && status === 'failed' ? [`${name}: could not be run`] : failed
}

export const addCounts = (some: TestCounts, more: TestCounts): TestCounts => ({
  passed: some.passed + more.passed,
  failed: some.failed + more.failed,
  skipped: some.skipped + more.skipped,
  failures: [...(some.failures ?? []), ...(more.failures ?? [])],
})

export function summaryLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

export function isSuccess({ passed, failed }: TestCounts): boolean {
  return passed > 0 && failed === 0
}

function readReport(report: string | undefined): JestReport | undefined {
  try {
    const parsed: unknown = JSON.parse(report ?? '')
    const isReport = typeof parsed === 'object' && parsed !== null && counters.every((name) => name in parsed)
    return isReport ? (parsed as JestReport) : undefined
  } catch {
    return undefined // jest crashed before or while it wrote the report
  }
}
