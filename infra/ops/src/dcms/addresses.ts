// Where a running installation is found: options first, then the environment, then the run file of
// npm start.
import { type ProcessName, processNames, settingPrefix } from '@dcms/contract'
import { type RunFile, readRunFile, stateDirOf } from '../launcher/run-file.ts'

/** `pin-preference` → `pinPreference`. */
type InCamelCase<Text extends string> = Text extends `${infer First}-${infer Rest}` ? `${First}${Capitalize<InCamelCase<Rest>>}` : Text

/** `--kit-internal-url` as the command line's parser names it. */
type UrlOption = `${InCamelCase<ProcessName>}InternalUrl`

export interface AddressOptions extends Partial<Record<UrlOption, string>> {
  stateDir?: string
  operatorKey?: string
  callersFile?: string
  kafkaBrokers?: string
  installation?: string
}

/** Something the command needs to know was given nowhere; the message says where it could be. */
export class AddressMissing extends Error {
  override readonly name = 'AddressMissing'
}

export interface Addresses {
  internalUrls: Record<ProcessName, string>
  /** The operator's private key. */
  operatorKeyFile: string
  /** Public keys of the processes, for what they signed. */
  callersFile: string
  kafkaBrokers: string
  installation: string
}

const optionOf = (name: ProcessName): UrlOption =>
  `${name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) as InCamelCase<ProcessName>}InternalUrl`

const variableOf = (name: ProcessName): string => `${settingPrefix(name)}_INTERNAL_URL`

/**
 * Reads the run file and lays environment and options over it. @throws AddressMissing for an
 * address that nothing names
 */
export async function findAddresses(options: AddressOptions, environment: NodeJS.ProcessEnv): Promise<Addresses> {
  const stateDir = options.stateDir ?? stateDirOf(environment)
  return addressesOf(options, environment, await readRunFile(stateDir), stateDir)
}

export function addressesOf(options: AddressOptions, environment: NodeJS.ProcessEnv, run: RunFile | null, stateDir: string): Addresses {
  const required = (what: string, variable: string, ...given: (string | undefined)[]): string => {
    const value = given.find((each) => each !== undefined && each !== '')
    if (value !== undefined) return value
    throw new AddressMissing(`Where is ${what}? Run npm start (which writes ${stateDir}/run.json), or set ${variable}.`)
  }
  const urlOf = (name: ProcessName): string =>
    required(name, variableOf(name), options[optionOf(name)], environment[variableOf(name)], run?.internalUrls[name]).replace(/\/$/, '')
  return {
    // Read when asked for: a command that needs only the gateway must not fail for want of the
    // others.
    internalUrls: Object.defineProperties(
      {},
      Object.fromEntries(processNames.map((name) => [name, { enumerable: true, get: () => urlOf(name) }])),
    ) as Record<ProcessName, string>,
    get operatorKeyFile() {
      const { operatorKey } = options
      return required('the operator’s key', 'DCMS_OPERATOR_KEY_FILE', operatorKey, environment.DCMS_OPERATOR_KEY_FILE, run?.operatorKeyFile)
    },
    get callersFile() {
      const { callersFile } = options
      return required('the file of the processes’ keys', 'DCMS_CALLERS_FILE', callersFile, environment.DCMS_CALLERS_FILE, run?.callersFile)
    },
    get kafkaBrokers() {
      return required('Kafka', 'KAFKA_BROKERS', options.kafkaBrokers, environment.KAFKA_BROKERS, run?.kafkaBrokers)
    },
    installation: options.installation ?? environment.DCMS_INSTALLATION ?? run?.installation ?? '',
  }
}
