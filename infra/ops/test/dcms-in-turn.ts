// The dcms command again and again in one process: a child that loads it once and is told what to
// run. Started by run-dcms.ts.
import { Readable, type Writable } from 'node:stream'
import { dcmsCommand, runDcms } from '../src/dcms/dcms.ts'

/** One run: what a shell would hand over. */
export interface DcmsRun {
  parameters: readonly string[]
  input: string
  /** All of it: what is not named is not set. */
  environment: Readonly<Record<string, string>>
}

/** What came of it. */
export interface DcmsOutcome {
  code: number
  stdout: string
  stderr: string
}

const report = process.send?.bind(process)
if (!report) throw new Error('to be started by run-dcms.ts')

process.on('message', (run: DcmsRun) => {
  void inTurn(run).then((outcome) => report(outcome))
})

async function inTurn({ parameters, input, environment }: DcmsRun): Promise<DcmsOutcome> {
  process.env = { ...environment }
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from(input === '' ? [] : [input]) })
  const stdout = listeningTo(process.stdout)
  const stderr = listeningTo(process.stderr)
  const code = await runDcms(dcmsCommand(), parameters)
  return { code, stdout: stdout.end(), stderr: stderr.end() }
}

/** Keeps what is written, instead of writing it, until the end. */
function listeningTo(stream: Writable): { end: () => string } {
  const { write } = stream
  let text = ''
  stream.write = (chunk: unknown) => {
    text += String(chunk)
    return true
  }
  return {
    end: () => {
      stream.write = write
      return text
    },
  }
}
