// What the groups of the dcms command share: where the installation is, who acts, secrets from standard input.
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { type AddressOptions, findAddresses } from './addresses.ts'
import { createOperator, type Operator } from './operator.ts'

export interface OperatorOption extends AddressOptions {
  operator?: string
}

export function withAddressOptions(command: Command): Command {
  return command
    .option('--state-dir <folder>', 'folder with run.json (default: .dcms of the workspace)')
    .option('--keys-dir <folder>', 'folder with the operator’s key, ops.jwk.json')
    .option('--gateway-internal-url <url>', 'internal listener of the gateway')
}

/** For commands at the services themselves; who acts stands in their logs and events. */
export function withServiceOptions(command: Command): Command {
  return command
    .option('--operator <name>', 'who does it, for the audit trail (default: the user of this system)')
    .option('--customer-internal-url <url>', 'internal listener of the customer service')
    .option('--kit-internal-url <url>', 'internal listener of the kit service')
    .option('--pin-preference-internal-url <url>', 'internal listener of the pin-preference service')
    .option('--state-dir <folder>', 'folder with run.json (default: .dcms of the workspace)')
    .option('--keys-dir <folder>', 'folder with the operator’s key, ops.jwk.json')
}

export async function withOperator<Result>(options: OperatorOption, work: (operator: Operator) => Promise<Result>): Promise<Result> {
  const { internalUrls, keysDir } = await findAddresses(options, process.env)
  const operator = createOperator({ internalUrls, keysDir, user: options.operator ?? systemUser() })
  try {
    return await work(operator)
  } finally {
    await operator.close()
  }
}

function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    return 'operator' // a container may run under a number that has no name
  }
}

/** The first line of standard input; secrets come this way so that they stand in no process list and no history. */
export async function lineFromInput(what: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`${what}, then Enter: `)
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.includes('\n')) break
  }
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  if (line === '') throw new Error(`${what} is expected on standard input`)
  return line
}
