// `dcms operator`: a key pair of an operator. The operators' file of the installation says who is
// one, and what each may do.
import { writeFile } from 'node:fs/promises'
import { isOperatorRole, type OperatorRole, operatorNamePattern, operatorRoles } from '@dcms/contract'
import { Command, InvalidArgumentError, Option } from 'commander'
import { newOperator, publicOperator } from '../operator/operator-key-files.ts'

const oneRole = (value: string, earlier: OperatorRole[] = []): OperatorRole[] => {
  if (!isOperatorRole(value)) throw new InvalidArgumentError(`Expected one of ${operatorRoles.join(', ')}.`)
  return [...earlier, value]
}

const oneName = (value: string): string => {
  if (!new RegExp(operatorNamePattern).test(value))
    throw new InvalidArgumentError('Expected lower-case letters, digits, dots, hyphens or underscores.')
  return value
}

export function operatorCommands(): Command {
  const make = new Command('new')
    .description('create a key pair: the private key goes into a file of its own, the public line is printed for the operators’ file')
    .argument('<name>', 'name of the operator', oneName)
    .addOption(new Option('--role <role>', `one of ${operatorRoles.join(', ')}; may be repeated`).argParser(oneRole).makeOptionMandatory())
    .option('--out <file>', 'file for the private key, readable only by its owner (default: NAME.operator.jwk.json)')
    .action(async (name: string, { role, out = `${name}.operator.jwk.json` }: { role: OperatorRole[]; out?: string }) => {
      const jwk = await newOperator(name)
      await writeFile(out, `${JSON.stringify(jwk)}\n`, { mode: 0o600, flag: 'wx' })
      process.stderr.write(`private key of ${name}: ${out}\nfor "keys" in the operators’ file (DCMS_OPERATORS_FILE):\n`)
      console.log(JSON.stringify(publicOperator(jwk, role)))
    })
  return new Command('operator').description('who may use this command, each with their own key').addCommand(make)
}
