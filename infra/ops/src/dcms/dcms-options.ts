// What the groups of the dcms command share: where the installation is, who acts, secrets from
// standard input.
import { serviceNames } from '@dcms/contract'
import type { Command } from 'commander'
import { createOperator, type Operator } from '../operator/operator.ts'
import { type AddressOptions, findAddresses } from './addresses.ts'

export type OperatorOption = AddressOptions

export function withAddressOptions(command: Command): Command {
  return command
    .option('--state-dir <folder>', 'folder with run.json (default: .dcms in the workspace)')
    .option('--operator-key <file>', 'the operator’s private key: who acts (default: DCMS_OPERATOR_KEY_FILE)')
    .option('--gateway-internal-url <url>', 'internal listener of the gateway')
}

/** For commands at the services themselves. */
export function withServiceOptions(command: Command): Command {
  for (const name of serviceNames) command.option(`--${name}-internal-url <url>`, `internal listener of the ${name} service`)
  return command
    .option('--state-dir <folder>', 'folder with run.json (default: .dcms in the workspace)')
    .option('--operator-key <file>', 'the operator’s private key: who acts (default: DCMS_OPERATOR_KEY_FILE)')
}

export async function withOperator<Result>(options: OperatorOption, work: (operator: Operator) => Promise<Result>): Promise<Result> {
  const { internalUrls, operatorKeyFile } = await findAddresses(options, process.env)
  const operator = createOperator({ internalUrls, keyFile: operatorKeyFile })
  try {
    return await work(operator)
  } finally {
    await operator.close()
  }
}

/**
 * The first line of standard input; secrets come this way so that they stand in no process list and
 * no history.
 */
export async function lineFromInput(what: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`${what}, then Enter: `)
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.includes('\n')) break
  }
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  if (line === '') throw new Error(`${what} was expected on standard input, but nothing came`)
  return line
}
