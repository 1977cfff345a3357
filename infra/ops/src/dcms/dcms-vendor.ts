// `dcms vendor`: what card vendors have to know of a bank.
import { Command } from 'commander'
import { type OperatorOption, withOperator, withServiceOptions } from './dcms-options.ts'

interface KeyOptions extends OperatorOption {
  tenant: string
  pins?: boolean
  json?: boolean
}

export function vendorCommands(): Command {
  const key = new Command('key')
    .description('show the OpenPGP public key of a bank: its files with cards are signed with it, vendors encrypt theirs to it')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .option('--pins', 'the key that files with PINs are signed with: another one')
    .option('--json', 'key and fingerprint as JSON')
  withServiceOptions(key).action(async (options: KeyOptions) => {
    const shown = await withOperator(options, (operator) => operator.vendorKey(options.tenant, options.pins ? 'pins' : 'cards'))
    if (options.json) return console.log(JSON.stringify(shown))
    console.log(shown.publicKey.trim())
    console.error(`fingerprint ${shown.fingerprint}: let the vendor compare it over another way`)
  })
  return new Command('vendor').description('card vendors: key').addCommand(key)
}
