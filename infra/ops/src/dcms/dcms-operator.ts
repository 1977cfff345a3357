// `dcms operator`: a key pair of an operator. Who counts as one, and what for, says the operators' file of the installation.
import { writeFile } from 'node:fs/promises'
import { isOperatorRole, type OperatorRole, operatorNamePattern, operatorRoles } from '@dcms/contract'
import { Command, InvalidArgumentError, Option } from 'commander'
import { newOperator, publicOperator } from '../operator/operator-key-files.ts'

const oneRole = (value: string, earlier: OperatorRole[] = []): OperatorRole[] => {
  if (!isOperatorRole(value)) throw new InvalidArgumentError(`There are ${operatorRoles.join(', ')}.`)
  return [...earlier, value]
}

const oneName = (value: string): string => {
  if (!new RegExp(operatorNamePattern).test(value)) throw new InvalidArgumentError('Lower-case letters, digits, dot, hyphen, underscore.')
  return value
}

export function operatorCommands(): Command {
  const make = new Command('new')
    .description('make a key pair: the private key goes into a file of the operator’s own, the public line into the operators’ file')
    .argument('<name>', 'who it is', oneName)
    .addOption(
      new Option('--role <role>', `may be given several times: ${operatorRoles.join(', ')}`).argParser(oneRole).makeOptionMandatory(),
    )
    .option('--out <file>', 'private key, readable by its owner alone (default: NAME.operator.jwk.json)')
    .action(async (name: string, { role, out = `${name}.operator.jwk.json` }: { role: OperatorRole[]; out?: string }) => {
      const jwk = await newOperator(name)
      await writeFile(out, `${JSON.stringify(jwk)}\n`, { mode: 0o600, flag: 'wx' })
      process.stderr.write(`private key of ${name}: ${out}\nfor "keys" in the operators’ file (DCMS_OPERATORS_FILE):\n`)
      console.log(JSON.stringify(publicOperator(jwk, role)))
    })
  return new Command('operator').description('who may use this command, each with a key of the own').addCommand(make)
}
