// Runs a bench that starts things; whatever happens, a failure or Ctrl-C included, undoes what was
// started, last first.

/** Exit code of a process ended by Ctrl-C, as shells give it: 128 + SIGINT. */
const INTERRUPTED = 130

export interface Running {
  /**
   * Remembers how to undo what was just started. Throws when the bench was told to stop meanwhile,
   * so that nothing more is started.
   */
  cleanUp(this: void, undo: () => Promise<void>): void
  /** Throws when the bench was told to stop; called between steps. */
  goOn(this: void): void
  /** Progress, on standard error. */
  progress(this: void, line: string): void
  /** Aborted at Ctrl-C or SIGTERM. */
  signal: AbortSignal
}

/**
 * Ends the process: with 0, with 130 after Ctrl-C, with 1 and one sentence when the work failed.
 */
export async function runAndCleanUp(work: (running: Running) => Promise<void>): Promise<never> {
  const undo: (() => Promise<void>)[] = []
  const stopping = new AbortController()
  let signals = 0
  const onSignal = (): void => {
    signals++
    if (signals > 2) process.exit(INTERRUPTED) // whoever insists does not want to wait for an orderly end
    if (signals === 1) process.stderr.write('\nStopping …\n')
    stopping.abort(new Error('stopped'))
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  const goOn = (): void => stopping.signal.throwIfAborted()
  const cleanUp = (step: () => Promise<void>): void => {
    undo.push(step)
    goOn()
  }
  const progress = (line: string): void => void process.stderr.write(`${line}\n`)
  let code = 0
  try {
    await work({ cleanUp, goOn, progress, signal: stopping.signal })
  } catch (error) {
    code = stopping.signal.aborted ? INTERRUPTED : 1
    if (code === 1) process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  }
  for (const step of undo.toReversed()) {
    try {
      await step()
    } catch (error) {
      code ||= 1
      process.stderr.write(`While stopping: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  process.exit(code)
}
