// Where a context keeps its wrapped keys: the collection `keys` of its own database.
import type { KeyRecord, KeyStore } from '@dcms/card-crypto'
import type { Connection } from 'mongoose'
import { isDuplicateKey } from './store.ts'

/** Wrapped keys in the collection `keys` of the given database. Two processes that insert the same name at once agree on one key. */
export function mongoKeyStore(connection: Connection, database: string): KeyStore {
  const keys = connection.useDb(database, { useCache: true }).collection<KeyRecord>('keys')
  return {
    load: (name) => keys.findOne({ _id: name }),
    async insert(record) {
      try {
        await keys.insertOne(record)
        return record
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
      }
      const stored = await keys.findOne({ _id: record._id })
      if (!stored) throw new Error(`the key ${record._id} was there and is gone`)
      return stored
    },
    async replace(record) {
      await keys.replaceOne({ _id: record._id }, record, { upsert: true })
    },
  }
}
