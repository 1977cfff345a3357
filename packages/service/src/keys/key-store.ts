// Where a context keeps its wrapped keys: the collection `keys` of its own database.
import { type KeyRecord, type KeyStore, unwrapsUnder } from '@dcms/card-crypto'
import type { Connection } from 'mongoose'
import { otherMasterKey } from '../settings/settings.ts'
import { place } from '../store/place.ts'

const KEYS_TRIED_MAX = 1_000
const AFTER_SLASH = '0' // the character behind '/': names of one tenant are a range of the index

/**
 * Wrapped keys in the collection `keys` of the given database. Two processes that insert the same
 * name at once agree on one key.
 */
export function mongoKeyStore(connection: Connection, database: string): KeyStore {
  const keys = connection.useDb(database, { useCache: true }).collection<KeyRecord>('keys')
  return {
    load: (name) => keys.findOne({ _id: name }),
    list: (tenant) => keys.find({ _id: { $gte: `${tenant}/`, $lt: `${tenant}${AFTER_SLASH}` } }).toArray(),
    async insert(record) {
      if ((await place(keys, record)) === 'placed') return record
      const stored = await keys.findOne({ _id: record._id })
      if (!stored) throw new Error(`the key ${record._id} has disappeared`)
      return stored
    },
    async replace(record) {
      await keys.replaceOne({ _id: record._id }, record, { upsert: true })
    },
    async remove({ _id, wrapped }) {
      await keys.deleteOne({ _id, wrapped })
    },
  }
}

/**
 * Looks whether the stored keys are wrapped under this master key. One that opens is enough: others
 * may be damaged, which is their banks' trouble.
 * @throws SettingsError when there are keys and none opens
 */
export async function requireMasterKey(connection: Connection, database: string, masterKey: Uint8Array): Promise<void> {
  const keys = connection.useDb(database, { useCache: true }).collection<KeyRecord>('keys')
  let areAny = false
  for await (const record of keys.find().limit(KEYS_TRIED_MAX)) {
    if (unwrapsUnder(masterKey, record)) return
    areAny = true
  }
  if (areAny) throw otherMasterKey()
}
