// The `dcms` command: what operators do to a running installation. `npm run dcms -- --help`.
import { pathToFileURL } from 'node:url'
import { processNames, serviceNames } from '@dcms/contract'
import { kafkaSecurity, settings } from '@dcms/service'
import { Command } from 'commander'
import { painter } from '../launcher/terminal.ts'
import { readJson, readTenantFile } from '../operator/tenant-file.ts'
import { type AddressOptions, findAddresses } from './addresses.ts'
import { auditCommands } from './dcms-audit.ts'
import { jobCommands } from './dcms-jobs.ts'
import { keyCommands } from './dcms-keys.ts'
import { kitCommands } from './dcms-kit.ts'
import { operatorCommands } from './dcms-operator.ts'
import { withAddressOptions, withOperator } from './dcms-options.ts'
import { orderCommands } from './dcms-orders.ts'
import { pinCommands } from './dcms-pin.ts'
import { stockCommands } from './dcms-stock.ts'
import { userCommands } from './dcms-user.ts'
import { vendorCommands } from './dcms-vendor.ts'
import { eventJson, eventLine, tailEvents, topicsOf } from './events-tail.ts'

const exitCodes = `
Exit codes: 0 done; 1 refused, invalid or unreachable (the reason is on standard error); 2 wrong usage.
Addresses and the operator's key come from options, else from the environment (GATEWAY_INTERNAL_URL, KAFKA_BROKERS, DCMS_OPERATOR_KEY_FILE …),
else from .dcms/run.json, which npm start writes (another folder: DCMS_STATE_DIR).`

const LINE_WIDTH_WITHOUT_TERMINAL = 160
const PAYLOAD_WIDTH_MIN = 40
const COLUMNS_BEFORE_PAYLOAD = 90

const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value]

function tenantCommands(): Command {
  const apply = new Command('apply')
    .description('validate a tenant definition and put it into effect; the same definition again changes nothing')
    .argument('<file>', 'JSON file; see infra/tenants for examples')
    .option('--client-keys <file>', 'JWKS with the bank’s keys, instead of the file’s clientKeys; only public parts are sent')
    .option('--wait', 'return once every service uses this version')
  withAddressOptions(apply).action(async (file: string, options: AddressOptions & { clientKeys?: string; wait?: boolean }) => {
    const definition = await readTenantFile(file, options.clientKeys === undefined ? undefined : await readJson(options.clientKeys))
    const applied = await withOperator(options, (operator) =>
      operator.applyTenant(definition, { waitFor: options.wait ? processNames : [] }),
    )
    const effect = applied.changed ? 'applied' : 'unchanged'
    console.log(`${applied.tenant} version ${applied.version} ${effect}${options.wait ? ', in effect everywhere' : ''}`)
  })
  const validate = new Command('validate')
    .description('check a tenant definition without applying it')
    .argument('<file>', 'JSON file')
    .option('--client-keys <file>', 'JWKS instead of the file’s clientKeys')
    .action(async (file: string, options: { clientKeys?: string }) => {
      const definition = await readTenantFile(file, options.clientKeys === undefined ? undefined : await readJson(options.clientKeys))
      console.log(`${definition.tenant} is valid: ${definition.products.length} products, ${definition.bins.length} BINs`)
    })
  return new Command('tenant').description('banks: products, BINs, limits, keys').addCommand(apply).addCommand(validate)
}

function eventCommands(): Command {
  const tail = new Command('tail')
    .description('show events as they happen, until Ctrl-C')
    .option('--topic <topic>', `one of ${serviceNames.join(', ')}; may be repeated (default: all)`, collect)
    .option('--tenant <tenant>', 'only this tenant')
    .option('--type <type>', 'only this type, e.g. KitActivated')
    .option('--from-beginning', 'start with everything recorded so far')
    .option('--json', 'one JSON object per line')
    .option('--kafka-brokers <list>', 'host:port, comma-separated')
    .option('--installation <name>', 'prefix of the topics')
    .option('--state-dir <folder>', 'folder with run.json')
    .action(tailUntilEnded)
  return new Command('events').description('events of the services').addCommand(tail)
}

interface TailArguments extends AddressOptions {
  topic?: string[]
  tenant?: string
  type?: string
  fromBeginning?: boolean
  json?: boolean
}

async function tailUntilEnded(options: TailArguments): Promise<void> {
  const topics = options.topic ?? []
  topicsOf(topics) // a wrong name is told before anything is opened
  const { kafkaBrokers, installation } = await findAddresses(options, process.env)
  const paint = painter(process.stdout)
  const width = Math.max(
    (process.stdout.columns ?? LINE_WIDTH_WITHOUT_TERMINAL + COLUMNS_BEFORE_PAYLOAD) - COLUMNS_BEFORE_PAYLOAD,
    PAYLOAD_WIDTH_MIN,
  )
  const { tenant, type } = options
  const security = kafkaSecurity(settings(process.env))
  const tail = await tailEvents(
    {
      kafkaBrokers,
      ...(security && { security }),
      installation,
      topics,
      fromBeginning: options.fromBeginning ?? false,
      ...(tenant !== undefined && { tenant }),
      ...(type !== undefined && { type }),
    },
    (event) => process.stdout.write(`${options.json ? eventJson(event) : eventLine(event, paint, width)}\n`),
  )
  if (!options.json) process.stderr.write(`Following ${topicsOf(topics).join(', ')} at ${kafkaBrokers}. Press Ctrl-C to stop.\n`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    process.stdout.once('error', () => resolve()) // the reader of a pipe went away
  })
  await tail.stop()
}

/** The whole command, for the entry below and for tests. */
export function dcmsCommand(): Command {
  const command = new Command('dcms')
    .description('Operates a DCMS installation')
    .addHelpText('after', exitCodes)
    .showHelpAfterError('(use --help for usage)')
  const groups = [
    tenantCommands(),
    userCommands(),
    operatorCommands(),
    keyCommands(),
    kitCommands(),
    pinCommands(),
    orderCommands(),
    stockCommands(),
    vendorCommands(),
    jobCommands(),
    auditCommands(),
    eventCommands(),
  ]
  for (const group of groups) command.addCommand(group)
  return command
}

/** Runs the command and returns its exit code. */
export async function runDcms(command: Command, parameters: readonly string[]): Promise<number> {
  const strict = (each: Command): void => {
    each.exitOverride()
    each.commands.forEach(strict)
  }
  strict(command)
  try {
    await command.parseAsync(parameters, { from: 'user' })
    return 0
  } catch (error) {
    if (isCommanderError(error)) return error.exitCode === 0 ? 0 : 2 // commander has told it already
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

const isCommanderError = (error: unknown): error is { exitCode: number } =>
  error instanceof Error &&
  'exitCode' in error &&
  typeof error.exitCode === 'number' &&
  'code' in error &&
  String(error.code).startsWith('commander.')

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exit(await runDcms(dcmsCommand(), process.argv.slice(2)))
