// A key store for tests: as the database does it, every answer comes later and records are copies.
import { setImmediate as later } from 'node:timers/promises'
import type { KeyRecord, KeyStore } from '../src/index.ts'

export function memoryKeyStore(): KeyStore & { records: Map<string, KeyRecord>; loads: () => number } {
  const records = new Map<string, KeyRecord>()
  let loads = 0
  return {
    records,
    loads: () => loads,
    async load(name) {
      loads++
      await later()
      const record = records.get(name)
      return record ? { ...record } : null
    },
    async insert(record) {
      await later()
      const stored = records.get(record._id) ?? record
      records.set(record._id, { ...stored })
      return { ...stored }
    },
    async replace(record) {
      await later()
      records.set(record._id, { ...record })
    },
  }
}
