// The bench's own child processes: servers to compare with, and the load generator.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Running } from './running.ts'

export interface Child {
  readonly pid: number
  /**
   * Sends a message and waits for the next one back; throws when the child ends instead, or answers
   * `{ failed: reason }`.
   */
  ask<Answer>(message: unknown): Promise<Answer>
}

/**
 * Starts a file of this folder as a process; it is ended with the bench, and ends by itself when
 * the bench is gone.
 */
export async function startChild(file: string, running: Running): Promise<Child> {
  const path = join(import.meta.dirname, file)
  const child = fork(path, [], {
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'], // standard output belongs to the report
    env: { ...process.env, NODE_ENV: 'production' },
    detached: true, // its own group: Ctrl-C reaches the bench alone, which then stops everything in order
  })
  const gone = once(child, 'exit').then(() => Promise.reject(new Error(`${file} ended on its own`)))
  gone.catch(() => undefined) // awaited only while an answer is expected
  await Promise.race([once(child, 'spawn'), gone])
  running.cleanUp(() => end(child))
  const { pid } = child
  if (pid === undefined) throw new Error(`${file} did not start`)
  return {
    pid,
    async ask<Answer>(message: unknown) {
      const answered = once(child, 'message')
      child.send(message as never)
      const [answer] = await Promise.race([answered, gone])
      if (isFailure(answer)) throw new Error(`${file}: ${answer.failed}`)
      return answer as Answer
    },
  }
}

const isFailure = (answer: unknown): answer is { failed: string } => typeof answer === 'object' && answer !== null && 'failed' in answer

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** The child's side: answers each message with what `answer` returns, one at a time. */
export function answerParent(answer: (message: never) => Promise<unknown>): void {
  process.on('message', (message) => {
    answer(message as never).then(
      (result) => process.send?.(result ?? {}),
      (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }),
    )
  })
  process.once('disconnect', () => process.exit(0))
}
