// The settings of the sandbox; the only reader of the environment.
import { settings } from '@dcms/service'

export interface SandboxConfig {
  mongoUrl: string
  /** Prefix of the database, as of all databases of the installation. */
  installation: string
  host: string
  /** 0 takes a free one. */
  port: number
  /** Whether `/_control` is there: in development and tests only. */
  hasControl: boolean
  logLevel: string
}

const CONTROLLED = ['development', 'test']

export function readConfig(environment: NodeJS.ProcessEnv): SandboxConfig {
  const read = settings(environment)
  return {
    mongoUrl: read.text('MONGO_URL'),
    installation: read.installation(),
    host: read.text('HOST', '127.0.0.1'),
    port: read.port('PORT'),
    hasControl: CONTROLLED.includes(read.text('DCMS_ENVIRONMENT', 'production')),
    logLevel: read.logLevel(),
  }
}
