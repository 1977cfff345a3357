// A key store for tests: as the database does it, every answer comes later and records are copies.
import { setImmediate as later } from 'node:timers/promises'
import type { KeyRecord, KeyStore } from '../src/index.ts'

export function memoryKeyStore(): KeyStore & { records: Map<string, KeyRecord>; reads: () => number } {
  const records = new Map<string, KeyRecord>()
  let reads = 0
  return {
    records,
    reads: () => reads,
    async load(name) {
      reads++
      await later()
      const record = records.get(name)
      return record ? { ...record } : null
    },
    async list(tenant) {
      reads++
      await later()
      return [...records.values()].filter(({ _id }) => _id.startsWith(`${tenant}/`)).map((record) => ({ ...record }))
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
    async remove(record) {
      await later()
      if (records.get(record._id)?.wrapped === record.wrapped) records.delete(record._id)
    },
  }
}
