// `dcms pin`: unlocking a PIN, and the lines of a PIN-mailer file.
import { open, rename, rm } from 'node:fs/promises'
import type { PinMailerBatch, PinMailerLine } from '@dcms/contract'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type OperatorOption, withOperator, withServiceOptions } from './dcms-options.ts'

const LIMIT_MAX = 500
const columns = [
  'mailerId',
  'kitNo',
  'entityId',
  'maskedCardNumber',
  'addressType',
  'homeCurrencyCode',
  'pinBlockFormat',
  'encryptedPinBlock',
] as const satisfies readonly (keyof PinMailerLine)[]

const limitOf = (value: string): number => {
  const limit = Number(value)
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw new InvalidArgumentError(`Expected a number from 1 to ${LIMIT_MAX}.`)
  return limit
}

function unlockCommand(): Command {
  const unlock = new Command('unlock')
    .description('make a locked PIN usable again, with all its tries')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .requiredOption('--kit <kitNo>', 'kit number of the card')
    .option('--reason <text>', 'recorded in the event PinUnlocked')
  return withServiceOptions(unlock).action(async (options: OperatorOption & { tenant: string; kit: string; reason?: string }) => {
    const { tenant, kit: kitNo, reason } = options
    const { unlocked } = await withOperator(options, (operator) =>
      operator.unlockPin(tenant, { kitNo, ...(reason !== undefined && { reason }) }),
    )
    console.log(unlocked ? `the PIN of kit ${kitNo} is unlocked` : `the PIN of kit ${kitNo} was not locked; nothing changed`)
  })
}

interface MailerOptions extends OperatorOption {
  tenant: string
  batch: string
  limit: number
  out?: string
  format: 'csv' | 'json'
}

function mailersCommand(): Command {
  const mailers = new Command('mailers')
    .description(
      'create the PINs for the PIN mailers that were ordered and write the lines for the printer; repeating a batch writes the same lines again',
    )
    .requiredOption('--tenant <tenant>', 'tenant id')
    .requiredOption('--batch <id>', 'name of the batch: letters, digits, dots, hyphens, underscores')
    .addOption(
      new Option('--limit <number>', `maximum number of lines, up to ${LIMIT_MAX}; only the first call of a batch counts`)
        .argParser(limitOf)
        .default(LIMIT_MAX),
    )
    .addOption(new Option('--format <format>', 'format of the lines').choices(['csv', 'json']).default('csv'))
    .option('--out <file>', 'write to this file, readable only by its owner (default: standard output)')
  return withServiceOptions(mailers).action(async (options: MailerOptions) => {
    const { tenant, batch: batchId, limit, out, format } = options
    const batch = await withOperator(options, (operator) => operator.producePinMailers(tenant, { batchId, limit }))
    const text = format === 'csv' ? csvOf(batch.lines) : `${JSON.stringify(batch.lines, null, 2)}\n`
    if (out === undefined) process.stdout.write(text)
    else await writePrivately(out, text)
    process.stderr.write(summaryOf(batch, out))
  })
}

function summaryOf({ batchId, lines, closed }: PinMailerBatch, out: string | undefined): string {
  const count = lines.length === 1 ? '1 PIN mailer' : `${lines.length} PIN mailers`
  const dropped = closed.map(({ kitNo, reason }) => `not printed: kit ${kitNo}, ${reason}\n`).join('')
  return `batch ${batchId}: ${count}${out === undefined ? '' : ` in ${out}`}\n${dropped}`
}

/** RFC 4180. A value that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvOf(lines: readonly PinMailerLine[]): string {
  const rows = lines.map((line) => columns.map((column) => cellOf(String(line[column]))))
  return [columns, ...rows].map((row) => `${row.join(',')}\r\n`).join('')
}

const cellOf = (text: string): string => {
  const safe = /^[=+@-]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Mode 0600 from the first byte, and whole or not at all. */
async function writePrivately(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.part`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

export function pinCommands(): Command {
  return new Command('pin').description('PINs: unlock, mailers').addCommand(unlockCommand()).addCommand(mailersCommand())
}
