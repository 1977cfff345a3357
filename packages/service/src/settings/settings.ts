// Reading a process's settings from its environment; a wrong or missing one stops the start with
// one clear sentence.

import { SettingsError } from './settings-error.ts'

export { SettingsError }

/** Where what was wrapped under the master key does not open. */
export const otherMasterKey = (): SettingsError =>
  new SettingsError('DCMS_MASTER_KEY is not the key under which the stored keys were wrapped')

const logLevels: readonly string[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

const environments = ['production', 'development', 'test'] as const
/** What is for tests only, such as another clock, is open in `development` and `test`. */
export type Environment = (typeof environments)[number]

/** Typed access to environment variables, for a process's `config.ts`. */
export function settings(environment: NodeJS.ProcessEnv) {
  const optional = (name: string): string | undefined => {
    const value = environment[name]?.trim()
    return value === '' ? undefined : value
  }
  const text = (name: string, fallback?: string): string => {
    const value = optional(name) ?? fallback
    if (value === undefined) throw new SettingsError(`${name} is not set`)
    return value
  }
  return {
    optional,
    text,
    url(name: string): string {
      const value = text(name)
      if (!URL.canParse(value)) throw new SettingsError(`${name} is not a URL`)
      return value.replace(/\/$/, '')
    },
    port(name: string, fallback?: number): number {
      const value = Number(text(name, fallback === undefined ? undefined : String(fallback)))
      if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new SettingsError(`${name} is not a port number`)
      return value
    },
    /** The least severe lines that are logged. */
    logLevel(): string {
      const value = text('LOG_LEVEL', 'info')
      if (!logLevels.includes(value)) throw new SettingsError(`LOG_LEVEL must be one of ${logLevels.join(', ')}`)
      return value
    },
    /** What the installation is for; `production` where nothing is said. */
    environment(): Environment {
      const value = text('DCMS_ENVIRONMENT', 'production')
      const known = environments.find((each) => each === value)
      if (!known) throw new SettingsError(`DCMS_ENVIRONMENT must be one of ${environments.join(', ')}`)
      return known
    },
    /** Prefix of databases, topics and groups, so that several installations can share engines. */
    installation(): string {
      const value = optional('DCMS_INSTALLATION') ?? ''
      if (!/^[a-z0-9]{0,12}$/.test(value)) throw new SettingsError('DCMS_INSTALLATION must be at most 12 lower-case letters and digits')
      return value
    },
  }
}

export type Settings = ReturnType<typeof settings>

/** Runs a process's start; a setting that is wrong ends it with its sentence instead of a stack. */
export async function runProcess(start: () => Promise<void>): Promise<void> {
  try {
    await start()
  } catch (error) {
    process.stderr.write(`${error instanceof SettingsError ? error.message : error instanceof Error ? error.stack : 'start failed'}\n`)
    process.exitCode = 1
    process.exit()
  }
}
