// The dcms command as an operator runs it: the first run of each sub-command is a program of its
// own; further ones share a process, since starting takes longer than what most of them do.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { DcmsOutcome, DcmsRun } from './dcms-in-turn.ts'

const entry = join(import.meta.dirname, '..', 'src', 'dcms', 'dcms.ts')
const inTurn = join(import.meta.dirname, 'dcms-in-turn.ts')

/** Runs of the command, one at a time. */
export interface DcmsRuns {
  /**
   * Runs it with `input` on standard input; of the test run's own environment it gets nothing that
   * says where an installation is.
   */
  run(parameters: readonly string[], input: string, environment: Readonly<Record<string, string>>): Promise<DcmsOutcome>
  stop(): Promise<void>
}

export function dcmsRuns(): DcmsRuns {
  const ran = new Set<string>()
  let shared: ChildProcess | undefined
  return {
    async run(parameters, input, further) {
      const environment = environmentWith(further)
      const subCommand = parameters.slice(0, 2).join(' ')
      if (!ran.has(subCommand)) {
        ran.add(subCommand)
        return runAsProgram(parameters, input, environment)
      }
      shared ??= fork(inTurn, { env: environment, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
      shared.send({ parameters, input, environment } satisfies DcmsRun)
      const [outcome] = (await once(shared, 'message')) as [DcmsOutcome]
      return outcome
    },
    async stop() {
      if (!shared) return
      const gone = once(shared, 'exit')
      shared.kill()
      await gone
    },
  }
}

function environmentWith(further: Readonly<Record<string, string>>): Record<string, string> {
  const { GATEWAY_INTERNAL_URL: _g, KAFKA_BROKERS: _k, DCMS_OPERATOR_KEY_FILE: _d, ...inherited } = process.env
  return { ...inherited, NO_COLOR: '1', ...further }
}

async function runAsProgram(parameters: readonly string[], input: string, env: Record<string, string>): Promise<DcmsOutcome> {
  const child = spawn(process.execPath, [entry, ...parameters], { env })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdin.end(input)
  const [code]: unknown[] = await once(child, 'close')
  return { code: code as number, stdout, stderr }
}
