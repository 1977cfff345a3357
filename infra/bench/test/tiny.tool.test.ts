// Every bench, run once in its tiny form as a person would run it: it must work, and give the rows
// the README says.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publicEndpointList, stillToCome } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { benches } from '../src/benches.ts'
import { costCalls } from '../src/cost-calls.ts'
import type { BenchResult, Row } from '../src/index.ts'

const folder = join(import.meta.dirname, '..')
/**
 * Below the time-out of a test, so that a bench that hangs is told to stop and removes what it
 * made.
 */
const RUN_MS_MAX = 230_000
const TEST_MS_MAX = 250_000
const LATE_MAX = 15
const LATE_IN_ALL = 1.2
const FLAGS = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning']

type Documented = Pick<Row, 'name' | 'unit' | 'comparedWith'>

/** The lines of the table of rows, by bench. */
async function documentedRows(): Promise<Map<string, Documented[]>> {
  const readme = await readFile(join(folder, 'README.md'), 'utf8')
  const rows = new Map<string, Documented[]>()
  for (const line of readme.slice(readme.indexOf('## The rows')).split('\n')) {
    const [, bench, name, unit, comparedWith] = line.split('|').map((cell) => cell.trim())
    const benchName = /^`(\w+)`$/.exec(bench ?? '')?.[1]
    if (benchName === undefined || name === undefined || unit === undefined) continue
    rows.set(benchName, [...(rows.get(benchName) ?? []), { name, unit, comparedWith: comparedWith || null }])
  }
  return rows
}

/**
 * The name without what depends on the size of the run and the speed of the machine, and of what
 * there is one row for each call.
 */
const steadyName = (name: string): string =>
  name
    .replace(/^commands \(.*\)$/, 'commands')
    .replace(/, of [\d,]+$/, ', of so many')
    .replace(/^.+, (statements|processor)$/, '<call>, $1')

function described(rows: readonly Documented[]): Documented[] {
  const byName = new Map<string, Documented>()
  for (const { name, unit, comparedWith } of rows) {
    const isOfCall = steadyName(name).startsWith('<call>')
    byName.set(steadyName(name) + (isOfCall ? '' : byName.size), {
      name: steadyName(name),
      unit,
      comparedWith: isOfCall ? null : comparedWith,
    })
  }
  return [...byName.values()]
}

/**
 * The effect of a command may be there before its answer, and a few calls may bring no notice: only
 * these figures may be 0.
 */
const mayBeZero = ({ name }: Row): boolean =>
  name.endsWith('from the answer to the caller') || name.startsWith('notice to the cardholder') || isUnseen(name)

/**
 * The engines of a test run are not the bench's own, so their processes are not known; the sandbox
 * may do less in a tiny run than one tick of the clock.
 */
const isUnseen = (name: string): boolean => ['CPU, store', 'CPU, Kafka', 'CPU, sandbox'].includes(name)
/** What may fall as well as rise. */
const mayBeNegative = ({ name }: Row): boolean => name === 'memory of all processes, change'

function expectFigures(row: Row): void {
  const figures = [row.value, row.min, row.max, ...(row.comparedWith === null ? [] : [row.baseline, row.ratio])]
  const isRight = (figure: number): boolean => figure > 0 || (figure === 0 && mayBeZero(row)) || mayBeNegative(row)
  const wrong = figures.filter((figure) => !(Number.isFinite(figure) && isRight(Number(figure))))
  expect({ row, wrong }).toEqual({ row, wrong: [] })
  expect(row.min).toBeLessThanOrEqual(row.value)
  expect(row.max).toBeGreaterThanOrEqual(row.value)
}

async function runTiny(bench: string): Promise<BenchResult> {
  const command = [...FLAGS, join(folder, 'src/bench.ts'), bench, '--tiny', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, command, { timeout: RUN_MS_MAX })
  return JSON.parse(stdout)
}

/** Greatest number of statements of a call that is made alone, by row. */
const allowedStatements = async (): Promise<Record<string, number>> => JSON.parse(await readFile(join(folder, 'costs.json'), 'utf8'))

/** CPU times come out of /proc. */
const testOnLinux = process.platform === 'linux' ? test : test.skip

testOnLinux.each(benches.map(({ name }) => name))(
  'the bench %s works and gives the rows its README names',
  async (bench) => {
    const result = await runTiny(bench)
    expect(result.bench).toBe(bench)
    expect(described(result.rows)).toEqual(described((await documentedRows()).get(bench) ?? []))
    for (const row of result.rows) expectFigures(row)
    if (bench === 'cost') await expectNoDearerCalls(result.rows)
  },
  TEST_MS_MAX,
)

/**
 * The contract of costs. On a busy machine what follows one call may fall into the next one's time:
 * one call may seem dearer for it, all up to then do not.
 */
async function expectNoDearerCalls(rows: readonly Row[]): Promise<void> {
  const allowed = await allowedStatements()
  const made = new Map(
    rows.filter(({ unit }) => unit === 'statements').map(({ name, value }) => [name.replace(/, statements$/, ''), value]),
  )
  expect([...made.keys()].toSorted()).toEqual(Object.keys(allowed).toSorted())
  const sums = { made: 0, allowed: 0 }
  const dearer: string[] = []
  for (const [name, value] of made) {
    sums.made += value
    sums.allowed += allowed[name] ?? 0
    if (sums.made > sums.allowed * LATE_IN_ALL + LATE_MAX) dearer.push(`${name}: ${value}, ${sums.made} up to here, not ${sums.allowed}`)
  }
  expect(dearer).toEqual([])
}

test('every endpoint that is served is among the calls whose cost is counted', () => {
  const served = publicEndpointList.filter(({ name }) => !stillToCome.has(name)).map(({ name }) => name)
  expect([...new Set(costCalls.flatMap(({ of }) => of))].toSorted()).toEqual(served.toSorted())
})

test('the README names the rows of every bench and of no other', async () => {
  expect([...(await documentedRows()).keys()].toSorted()).toEqual(benches.map(({ name }) => name).toSorted())
})
