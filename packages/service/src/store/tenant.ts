// A bank as the code of a service sees it.
import type { TenantDefinition } from '@dcms/contract'
import type { Connection } from 'mongoose'

/** One bank, with the database of this context in which all its documents live. */
export interface Tenant {
  readonly id: string
  readonly version: number
  readonly definition: TenantDefinition
  readonly database: Connection
}
