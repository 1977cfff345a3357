// The dcms command as a program of its own, as an operator runs it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const entry = join(import.meta.dirname, '..', 'src', 'dcms', 'dcms.ts')

/**
 * Runs it with `input` on standard input; of the test run's own environment it gets nothing that
 * says where an installation is.
 */
export async function runDcmsProgram(parameters: readonly string[], input: string, environment: Readonly<Record<string, string>>) {
  const { GATEWAY_INTERNAL_URL: _g, KAFKA_BROKERS: _k, DCMS_OPERATOR_KEY_FILE: _d, ...inherited } = process.env
  const child = spawn(process.execPath, [entry, ...parameters], { env: { ...inherited, NO_COLOR: '1', ...environment } })
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
  return { code, stdout, stderr }
}
