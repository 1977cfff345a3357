// Runs work that starts things, until it ends or is told to stop; then undoes what was started,
// last first, whatever happened.
import { painter } from './terminal.ts'

/** Exit code of a process ended by Ctrl-C, as shells give it: 128 + SIGINT. */
const INTERRUPTED = 130
/**
 * One Ctrl-C arrives several times: from the terminal, and passed on by npm and by the shell. A
 * later one is a second Ctrl-C.
 */
const INSISTING_AFTER_MS = 1_500

export interface Running {
  /**
   * Remembers how to undo what was just started; throws when the process was told to stop
   * meanwhile, so that nothing more is started.
   */
  cleanUp(undo: () => Promise<void>): void
  progress(this: void, line: string): void
  /** Resolves at Ctrl-C or SIGTERM. */
  stopped: Promise<void>
}

/**
 * Ends the process: with the code that `work` returns, 130 after Ctrl-C in the middle of it, 1 with
 * one sentence when it failed.
 */
export async function untilStopped(work: (running: Running) => Promise<number>): Promise<never> {
  const paint = painter(process.stderr)
  const undo: (() => Promise<void>)[] = []
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  let stopping: number | undefined
  const onSignal = (): void => {
    const now = performance.now()
    if (stopping !== undefined && now - stopping > INSISTING_AFTER_MS) process.exit(INTERRUPTED)
    if (stopping === undefined) process.stderr.write('\nStopping … (Ctrl-C again leaves at once)\n')
    stopping ??= now
    stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  const progress = (line: string): boolean => process.stderr.write(`${paint('dim', line)}\n`)
  const cleanUp = (step: () => Promise<void>): void => {
    undo.push(step)
    if (stopping !== undefined) throw new Error('stopped')
  }
  let code: number
  try {
    code = await work({ cleanUp, progress, stopped })
  } catch (error) {
    code = stopping === undefined ? 1 : INTERRUPTED
    if (stopping === undefined) process.stderr.write(`\n${paint('red', error instanceof Error ? error.message : String(error))}\n`)
  }
  for (const step of undo.reverse()) {
    try {
      await step()
    } catch (error) {
      code ||= 1
      process.stderr.write(`While stopping: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  process.exit(code)
}
