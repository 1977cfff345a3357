// The sandbox's database: one for all tenants; every document carries its tenant in its `_id`.

import { connectStore } from '@dcms/service'
import type { Collection, Connection } from 'mongoose'
import type { Logger } from 'pino'

export interface Indexed {
  collection: string
  keys: Readonly<Record<string, 1 | -1>>
}

export interface Store {
  /** The collection of that name. Calls fail while the store is away; `isConnected` tells. */
  collection<Document extends object>(name: string): Collection<Document>
  isConnected(): boolean
  prepare(indexes: readonly Indexed[]): Promise<void>
  close(): Promise<void>
}

const databaseOf = (installation: string): string => (installation === '' ? 'sandbox' : `${installation}_sandbox`)

export function openStore(mongoUrl: string, installation: string, logger: Logger): Store {
  const connection: Connection = connectStore(mongoUrl, logger)
  const database = connection.useDb(databaseOf(installation), { useCache: true })
  return {
    collection: <Document extends object>(name: string) => database.collection<Document>(name),
    isConnected: () => connection.readyState === 1,
    async prepare(indexes) {
      for (const { collection, keys } of indexes) await database.collection(collection).createIndex({ ...keys })
    },
    close: () => connection.close(),
  }
}

/** `_id` of what belongs to a tenant: no two tenants share one. */
export const idOf = (tenant: string, own: string): string => `${tenant}/${own}`
