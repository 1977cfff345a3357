// The idle bench: what a whole installation asks of its store while no bank does anything;
// statements are counted, not timed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processNames, type TenantDefinition } from '@dcms/contract'
import { type Installation, type Operator, readTenantFile, startedNames } from '@dcms/ops'
import { generateKeyPair } from '@dcms/sealing'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { versionsOf } from './machine.ts'
import { bankOf } from './more-banks.ts'
import { figureRow, type Row } from './report.ts'
import type { Running } from './running.ts'
import { isStatement, type NotedStatement, notingEnvironment, statementsWithin } from './statement-notes.ts'
import { spreadOf } from './statistics.ts'
import { definitionFile, startSurroundings } from './surroundings.ts'

const STATEMENTS_PER_SECOND_MAX = 20
const STATEMENTS_PER_SECOND_AND_BANK_MAX = 0.1
const BANKS_AT_ONCE = 4
/** A service that prepares many banks at once may be too busy to say that it knows one more. */
const APPLY_TRIES_MAX = 10
const APPLY_PAUSE_MS = 2_000
/**
 * A slow machine gets fewer banks, so that the bench ends within half an hour; the rows say how
 * many there were.
 */
const SET_UP_MS_MAX = 10 * 60_000
/** The processes write their notes every fifth of a second. */
const NOTES_BEHIND_MS = 1_000
const SOURCES_SHOWN_MAX = 25
const BANKS_PER_LINE = 25

interface Amounts {
  /** Processes of each kind: two, as in an installation that may lose one. */
  copies: number
  /** The few that the many are compared with. */
  few: number
  many: number
  /** After the last bank was set up: for a minute what was written is followed closely. */
  restSeconds: number
  windows: number
  /** Of a window, for each second that is measured. */
  secondsPerSecond: number
}
const AMOUNTS: Record<Size, Amounts> = {
  full: { copies: 2, few: 10, many: 400, restSeconds: 75, windows: 4, secondsPerSecond: 7.5 },
  tiny: { copies: 1, few: 1, many: 3, restSeconds: 0.5, windows: 1, secondsPerSecond: 14 },
}

async function run({ running, size, seconds }: BenchOptions): ReturnType<Bench['run']> {
  const { few, many, ...amounts } = AMOUNTS[size]
  const notes = await mkdtemp(join(tmpdir(), 'dcms-statements-'))
  running.cleanUp(() => rm(notes, { recursive: true, force: true }))
  const { installation, copies: others } = await startSurroundings(running, {
    services: startedNames, // with the partners, which banks at rest ask too
    environment: notingEnvironment(notes, 1),
    copies: Array.from({ length: amounts.copies - 1 }, (_, at) => ({ environment: notingEnvironment(notes, at + 2) })),
  })
  const installations = [installation, ...others]
  const windowMs = seconds * amounts.secondsPerSecond * 1_000
  const measure = async (banks: number): Promise<NotedStatement[][]> => {
    running.progress(`${banks} banks are served; measuring after ${amounts.restSeconds} s at rest`)
    await rest(amounts.restSeconds * 1_000, running)
    return countWindows({ notes, copies: amounts.copies, windowMs, windows: amounts.windows }, running)
  }
  await serveBanks(installations, 1, few, running)
  const withFew = await measure(few)
  const served = await serveBanks(installations, few, many, running)
  const withMany = await measure(served)
  for (const line of sourcesOf(withMany, windowMs)) running.progress(line)
  return { rows: rowsOf({ few, many: served, withFew, withMany, windowMs }), versions: await versionsOf(['mongoose']) }
}

/**
 * One bank is there; each further one gets card numbers of its own. Returns how many there are
 * then.
 */
async function serveBanks(installations: readonly Installation[], from: number, to: number, { goOn, progress }: Running): Promise<number> {
  const begun = performance.now()
  const definition = (await readTenantFile(definitionFile, { keys: [generateKeyPair('P-256', 'idle')] })) as TenantDefinition
  let next = from
  const worker = async (): Promise<void> => {
    while (next < to && performance.now() - begun < SET_UP_MS_MAX) {
      const at = next++
      goOn()
      for (const { operator } of installations) await applyPatiently(operator, bankOf(definition, `IDLE_BANK_${at}`, at))
      if (at % BANKS_PER_LINE === 0) progress(`bank ${at} of ${to}`)
    }
  }
  await Promise.all(Array.from({ length: BANKS_AT_ONCE }, worker))
  return next
}

/** The same definition again changes nothing. */
async function applyPatiently(operator: Operator, bank: TenantDefinition): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await operator.applyTenant(bank, { waitFor: processNames })
      return
    } catch (error) {
      if (tries >= APPLY_TRIES_MAX) throw error
      await sleep(APPLY_PAUSE_MS)
    }
  }
}

async function rest(ms: number, { signal, goOn }: Running): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
  goOn()
}

/** What was asked of the store in each of the windows, which follow each other. */
async function countWindows(
  { notes, copies, windowMs, windows }: { notes: string; copies: number; windowMs: number; windows: number },
  running: Running,
): Promise<NotedStatement[][]> {
  const begunMs = Date.now()
  await rest(windowMs * windows + NOTES_BEHIND_MS, running)
  const counted: NotedStatement[][] = []
  for (let at = 0; at < windows; at++)
    counted.push((await statementsWithin(notes, copies, begunMs + at * windowMs, begunMs + (at + 1) * windowMs)).filter(isStatement))
  return counted
}

interface Counted {
  few: number
  many: number
  withFew: NotedStatement[][]
  withMany: NotedStatement[][]
  windowMs: number
}

function rowsOf({ few, many, withFew, withMany, windowMs }: Counted): Row[] {
  const perSecond = (windows: NotedStatement[][], of: (statement: NotedStatement) => boolean = () => true): number[] =>
    windows.map((statements) => (statements.filter(of).length * 1_000) / windowMs)
  const row = (name: string, banks: number, figures: number[], aimMax?: number): Row =>
    figureRow(`${name}, of ${banks}`, 'statements/s', spreadOf(figures), aimMax)
  const inAll = perSecond(withMany)
  return [
    row('all processes, with few banks at rest', few, perSecond(withFew)),
    row('all processes, with many banks at rest', many, inAll, STATEMENTS_PER_SECOND_MAX),
    ...processNames.map((name) =>
      row(
        `${name}, with many banks at rest`,
        many,
        perSecond(withMany, ({ process }) => process === name),
      ),
    ),
    row(
      'all processes, per bank',
      many,
      inAll.map((each) => each / many),
      STATEMENTS_PER_SECOND_AND_BANK_MAX,
    ),
  ]
}

/** Who asks most, for looking. */
function sourcesOf(windows: NotedStatement[][], windowMs: number): string[] {
  const counts = new Map<string, number>()
  for (const { process, command, collection } of windows.flat()) {
    const source = `${process} ${command} ${collection}`
    counts.set(source, (counts.get(source) ?? 0) + 1)
  }
  const seconds = (windowMs * windows.length) / 1_000
  return [...counts]
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, SOURCES_SHOWN_MAX)
    .map(([source, count]) => `  ${(count / seconds).toFixed(3)}/s  ${source}`)
}

export const idleBench: Bench = {
  name: 'idle',
  summary: `statements to the store while nothing happens, at ${AMOUNTS.full.many} banks and two processes of each kind`,
  run,
}
