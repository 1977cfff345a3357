// `dcms audit`: whether the audit trail is whole.
import { type AuditInstance, auditTopic, processNames } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { createLogger, headVerifier, kafkaSecurity, settings } from '@dcms/service'
import { Command } from 'commander'
import { type AddressOptions, findAddresses } from './addresses.ts'
import { type AuditReport, AuditVerifier } from './audit-verifier.ts'
import { type OperatorOption, withOperator, withServiceOptions } from './dcms-options.ts'

/** Two million records take about a minute. */
const READ_WITHIN_MS = 60 * 60_000

interface VerifyOptions extends OperatorOption {
  json?: boolean
  registers: boolean
}

/** Reads the whole topic. `registered`: what the processes noted elsewhere, read before. */
export async function verifyAudit(options: AddressOptions, registered: readonly AuditInstance[]): Promise<AuditReport> {
  const { kafkaBrokers, installation, callersFile } = await findAddresses(options, process.env)
  const verifier = new AuditVerifier(headVerifier(callersFile))
  const security = kafkaSecurity(settings(process.env))
  const broker = new Broker({
    brokers: kafkaBrokers,
    ...(security && { security }),
    clientId: 'dcms-audit',
    installation,
    logger: createLogger('dcms', 'silent'),
  })
  try {
    await broker.readWhole(
      [broker.name(auditTopic)],
      ({ key, value }) => verifier.take(key?.toString() ?? null, value?.toString() ?? null),
      READ_WITHIN_MS,
    )
  } finally {
    await broker.stop()
  }
  return verifier.finish(registered)
}

export function auditCommands(): Command {
  const verify = new Command('verify')
    .description('read the whole audit trail and check hashes, signatures, gaps, ends and missing runs; exit code 1 if anything is wrong')
    .option('--json', 'print JSON, for programs')
    .option('--no-registers', 'do not ask the processes which runs to expect')
    .option('--callers-file <file>', 'public keys of the processes (default: DCMS_CALLERS_FILE)')
    .option('--kafka-brokers <list>', 'host:port, comma-separated')
    .option('--installation <name>', 'prefix of the topics')
    .option('--gateway-internal-url <url>', 'internal listener of the gateway')
  withServiceOptions(verify).action(async (options: VerifyOptions) => {
    const registered = options.registers
      ? await withOperator(options, async (operator) =>
          (await Promise.all(processNames.map((name) => operator.auditInstances(name)))).flat(),
        )
      : []
    const report = await verifyAudit(options, registered)
    console.log(options.json ? JSON.stringify(report, null, 2) : reportText(report, options.registers))
    if (report.faultCount > 0) throw new Error(`The audit trail is not intact: ${report.faultCount} faults.`)
  })
  return new Command('audit').description('the audit trail').addCommand(verify)
}

export function reportText({ runs, records, repeats, dropped, open, faultCount, faults }: AuditReport, withRegisters: boolean): string {
  const lines = [`${records} records of ${runs} runs; ${open} without an end: they go on, or were killed`]
  if (repeats > 0) lines.push(`${repeats} records stand there twice: sent again when an answer was lost`)
  if (dropped > 0) lines.push(`${dropped} records were given up by the processes themselves, while Kafka was away`)
  if (!withRegisters) lines.push('the processes were not asked: a cut end of a newest run would not be seen')
  lines.push(...faults)
  if (faultCount > faults.length) lines.push(`and ${faultCount - faults.length} more`)
  if (faultCount === 0) lines.push('nothing was changed, removed or put in')
  return lines.join('\n')
}
