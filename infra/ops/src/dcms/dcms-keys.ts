// `dcms keys`: the key ceremony. Keys come in as components or key blocks, on standard input, and
// are told by their check values.
import {
  blockKeyPurposes,
  componentKeyPurposes,
  exchangedKeyPurposes,
  type KeyContext,
  type KeyPurposeName,
  type KeyShown,
  keyContexts,
  keyPurposes,
} from '@dcms/contract'
import Table from 'cli-table3'
import { Command, InvalidArgumentError, Option } from 'commander'
import { OperatorRefused } from '../operator/operator.ts'
import { holdersOf, type KeysOfContext } from '../operator/operator-keys.ts'
import { lineFromInput, type OperatorOption, withOperator, withServiceOptions } from './dcms-options.ts'

interface KeyOptions extends OperatorOption {
  tenant: string
  context?: KeyContext
}

interface PurposeOptions<Purpose extends KeyPurposeName> extends KeyOptions {
  purpose: Purpose
}

interface ImportOptions extends PurposeOptions<(typeof blockKeyPurposes | typeof componentKeyPurposes)[number]> {
  component?: 1 | 2
  keyBlock?: boolean
}

const CHECK_WITH_THE_OTHER_SIDE = 'Compare the KCV with the one the other side has.'
const SECOND_OFFICER = 'Noted. The key is exported once a second officer asks for it too (dcms keys export) within 15 minutes.'
const COMPONENT_FORM = 'A component is 32 bytes (AES-256) or 16 bytes (TDES), in hex or Base64'

const purposeOption = (purposes: readonly KeyPurposeName[]): Option =>
  new Option('--purpose <purpose>', 'what the key is for').choices(purposes).makeOptionMandatory()

const ofTenant = (command: Command): Command =>
  withServiceOptions(command.requiredOption('--tenant <tenant>', 'tenant id')).addOption(
    new Option('--context <context>', 'only in this service (default: every service that holds the purpose)').choices(keyContexts),
  )

/** The contexts a command is about. @throws Error when the given one does not hold the purpose */
export function contextsOf(purpose: KeyPurposeName, context: KeyContext | undefined): KeyContext[] {
  const holders = holdersOf(purpose)
  if (context === undefined) return holders
  if (!holders.includes(context))
    throw new Error(`${context} holds no ${purpose} key; ${holders.join(' and ')} ${holders.length === 1 ? 'does' : 'do'}`)
  return [context]
}

/**
 * The bytes of a component as officers have it on paper: hex, spaces allowed, or Base64. @throws
 * Error that does not repeat it
 */
export function componentBytes(text: string): Buffer {
  const dense = text.replaceAll(/\s/g, '')
  if (/^([0-9a-f]{32}|[0-9a-f]{64})$/i.test(dense)) return Buffer.from(dense, 'hex')
  if (/^([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{22}==)$/.test(dense)) return Buffer.from(dense, 'base64')
  throw new Error(COMPONENT_FORM)
}

const about = ({ purpose, version, kcv, algorithm }: KeyShown, tenant: string, context: KeyContext): string =>
  `${purpose} key of ${tenant} in ${context}: version ${version}, ${algorithm}, KCV ${kcv}`

function createCommand(): Command {
  const create = new Command('create')
    .description('create the first key for an exchanged purpose and print it as a key block for the other side')
    .addOption(purposeOption(exchangedKeyPurposes))
  return ofTenant(create).action(async (options: PurposeOptions<(typeof exchangedKeyPurposes)[number]>) => {
    const { tenant, purpose } = options
    const contexts = contextsOf(purpose, options.context)
    await withOperator(options, async ({ keys }) => {
      for (const context of contexts) {
        console.log(about(await keys.create(context, { tenant, purpose }), tenant, context))
        try {
          const { keyBlock } = await keys.exportBlock(context, { tenant, purpose })
          console.log(keyBlock === undefined ? SECOND_OFFICER : `key block: ${keyBlock}\n${CHECK_WITH_THE_OTHER_SIDE}`)
        } catch (error) {
          if (!(error instanceof OperatorRefused && error.code === 'key.not.found')) throw error
          console.log(`${context} has no transport key yet, so there is no key block. Two officers import one:`)
          console.log(`  dcms keys import --tenant ${tenant} --purpose transport --component 1 --stdin (the other: 2)`)
          console.log(`After that: dcms keys export --tenant ${tenant} --purpose ${purpose}`)
        }
      }
    })
  })
}

const componentNumber = (value: string): 1 | 2 => {
  if (value === '1') return 1
  if (value === '2') return 2
  throw new InvalidArgumentError('Expected component 1 or 2.')
}

function importCommand(): Command {
  const take = new Command('import')
    .description('import a key: as one of two components, each from a different officer, or as a key block under the transport key')
    .addOption(purposeOption([...new Set([...componentKeyPurposes, ...blockKeyPurposes])]))
    .addOption(new Option('--component <number>', 'import a component: 1 or 2').argParser(componentNumber))
    .addOption(new Option('--key-block', 'import a key block (TR-31, ISO 20038)').conflicts(['component']))
    .requiredOption('--stdin', 'read it from standard input: a component in hex or Base64, or the key block')
  return ofTenant(take).action(async (options: ImportOptions) => {
    if (options.keyBlock) return importKeyBlock(options)
    if (options.component === undefined)
      return take.error('error: either --component 1|2 or --key-block', { exitCode: 2, code: 'commander.missing' })
    await importComponent(options, options.component)
  })
}

async function importKeyBlock(options: ImportOptions): Promise<void> {
  const { tenant } = options
  const purpose = blockKeyPurposes.find((each) => each === options.purpose)
  if (!purpose) throw new Error(`A ${options.purpose} key is imported as two components, not as a key block`)
  const contexts = contextsOf(purpose, options.context)
  const keyBlock = (await lineFromInput('The key block')).trim()
  await withOperator(options, async ({ keys }) => {
    for (const context of contexts) console.log(about(await keys.importBlock(context, { tenant, purpose, keyBlock }), tenant, context))
  })
  console.log(CHECK_WITH_THE_OTHER_SIDE)
}

async function importComponent(options: ImportOptions, number: 1 | 2): Promise<void> {
  const { tenant } = options
  const purpose = componentKeyPurposes.find((each) => each === options.purpose)
  if (!purpose) throw new Error(`A ${options.purpose} key is imported as a key block under the transport key, not as components`)
  const contexts = contextsOf(purpose, options.context)
  const component = componentBytes(await lineFromInput(`Component ${number}`)).toString('base64')
  await withOperator(options, async ({ keys }) => {
    for (const context of contexts) {
      const { componentKcv, key } = await keys.addComponent(context, { tenant, purpose, number, component })
      console.log(`component ${number} of the ${purpose} key of ${tenant} in ${context}: KCV ${componentKcv}`)
      console.log(key ? about(key, tenant, context) : `It is waiting for component ${number === 1 ? 2 : 1}, from another officer.`)
    }
  })
}

function rotateCommand(): Command {
  const rotate = new Command('rotate')
    .description('create the next version of a key that is created here')
    .addOption(purposeOption(keyPurposes))
  return ofTenant(rotate).action(async (options: PurposeOptions<KeyPurposeName>) => {
    const { tenant, purpose } = options
    const what = whyNotRotated(purpose, tenant)
    if (what !== undefined) throw new Error(what)
    const contexts = contextsOf(purpose, options.context)
    await withOperator(options, async ({ keys }) => {
      for (const context of contexts) console.log(about(await keys.rotate(context, { tenant, purpose }), tenant, context))
    })
    console.log(afterRotation(purpose))
  })
}

/** Why `rotate` is not the way for this purpose, and what is; undefined when it is. */
export function whyNotRotated(purpose: KeyPurposeName, tenant: string): string | undefined {
  if (purpose === 'numbering')
    return 'A numbering key is never rotated: under another key the same counter gives card numbers that are taken already.'
  if (!(componentKeyPurposes as readonly string[]).includes(purpose)) return undefined
  const blocks = purpose === 'transport' ? '' : ', or as a key block (--key-block)'
  return `A ${purpose} key is held by somebody else too. Its next version comes from outside: dcms keys import --tenant ${tenant} --purpose ${purpose} --component 1 --stdin${blocks}.`
}

const takesEffect = 'Every process uses the new version within five seconds. '

function afterRotation(purpose: KeyPurposeName): string {
  if (purpose === 'data')
    return `${takesEffect}What earlier versions encrypted stays readable and is encrypted anew in the background, without any call noticing.`
  if (purpose === 'index') return `${takesEffect}Look-ups try every version, and the background writes the index anew.`
  if (purpose === 'pvk')
    return `${takesEffect}PINs set before go on being checked under theirs; each moves to the new one when it is next validated.`
  return `${takesEffect}Cards issued before keep the version they were issued under.`
}

function exportCommand(): Command {
  const hand = new Command('export')
    .description('print the newest key for an exchanged purpose as a key block under the transport key, once a second officer asks for it')
    .addOption(purposeOption(exchangedKeyPurposes))
  return ofTenant(hand).action(async (options: PurposeOptions<(typeof exchangedKeyPurposes)[number]>) => {
    const { tenant, purpose } = options
    const contexts = contextsOf(purpose, options.context)
    await withOperator(options, async ({ keys }) => {
      for (const context of contexts) {
        const { keyBlock, ...key } = await keys.exportBlock(context, { tenant, purpose })
        process.stderr.write(`${about(key, tenant, context)}\n`)
        if (keyBlock === undefined) process.stderr.write(`${SECOND_OFFICER}\n`)
        else console.log(keyBlock)
      }
    })
  })
}

function listCommand(): Command {
  const list = new Command('list')
    .description('list every version of every key of a tenant, and components that are waiting for their other half')
    .option('--json', 'print JSON, for programs')
  return ofTenant(list).action(async (options: KeyOptions & { json?: boolean }) => {
    const { tenant, context, json } = options
    const found = await withOperator(options, ({ keys }) =>
      Promise.all((context === undefined ? keyContexts : [context]).map((each) => keys.list(each, tenant))),
    )
    console.log(json ? JSON.stringify(found, null, 2) : keyTable(found))
  })
}

/** Keys of all contexts in one table, by purpose; then the components that wait. */
export function keyTable(found: readonly KeysOfContext[]): string {
  const rows = found.flatMap(({ context, keys }) =>
    keys.map((key) => {
      const newest = Math.max(...keys.filter(({ purpose }) => purpose === key.purpose).map(({ version }) => version))
      return { ...key, context, state: key.version === newest ? 'in use' : 'reads old data' }
    }),
  )
  rows.sort(
    (a, b) =>
      keyPurposes.indexOf(a.purpose) - keyPurposes.indexOf(b.purpose) || a.context.localeCompare(b.context) || a.version - b.version,
  )
  const table = new Table({
    head: ['Purpose', 'Context', 'Version', 'KCV', 'Algorithm', 'State', 'Created'],
    style: { head: [], border: [] },
  })
  for (const { purpose, context, version, kcv, algorithm, state, createdAt } of rows)
    table.push([purpose, context, version, kcv, algorithm, state, minuteOf(createdAt)])
  const waiting = found.flatMap(({ context, waiting: components }) =>
    components.map(
      ({ purpose, number, officer, componentKcv, createdAt }) =>
        `component ${number} of a ${purpose} key in ${context}, KCV ${componentKcv}, brought by ${officer} on ${minuteOf(createdAt)}, waits for component ${number === 1 ? 2 : 1}`,
    ),
  )
  return [rows.length === 0 ? 'There are no keys.' : table.toString(), ...waiting].join('\n')
}

/** `2026-11-21T03:10:00.000Z` → `2026-11-21 03:10 UTC`. */
const minuteOf = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`

export function keyCommands(): Command {
  const group = new Command('keys').description('keys of a tenant: created here, or exchanged under dual control')
  for (const command of [createCommand(), importCommand(), rotateCommand(), listCommand(), exportCommand()]) group.addCommand(command)
  return group
}
