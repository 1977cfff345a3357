// Searches every document of every database through the driver: in the files long values lie
// compressed.
import mongoose, { type mongo } from 'mongoose'
import type { Finding } from './finding.ts'
import type { Searcher } from './searcher.ts'

const COLLECTIONS_AT_ONCE = 4
const BATCH = 500
/** The database server's own. */
const serverDatabases = ['admin', 'config', 'local']
const { BSON } = mongoose.mongo

export interface SearchedDocuments {
  findings: Finding[]
  databases: number
  documents: number
}

/** @param wanted by a database's name */
export async function searchDocuments(
  client: mongo.MongoClient,
  searcher: Searcher,
  wanted: (database: string) => boolean,
): Promise<SearchedDocuments> {
  const databases = await databaseNames(client, wanted)
  const findings: Finding[] = []
  let documents = 0
  await atOnce(databases, async (name) => {
    const database = client.db(name)
    const collections = await database.listCollections({}, { nameOnly: true }).toArray()
    for (const collection of collections) {
      const cursor = database.collection(collection.name).find({}, { raw: true, batchSize: BATCH })
      for await (const document of cursor) {
        documents++
        findings.push(...searchDocument(document as unknown as Buffer, searcher, `${name}.${collection.name}`))
      }
    }
  })
  return { findings, databases: databases.length, documents }
}

export async function databaseNames(client: mongo.MongoClient, wanted: (database: string) => boolean): Promise<string[]> {
  const { databases } = await client.db().admin().listDatabases({ nameOnly: true })
  return databases.map(({ name }) => name).filter((name) => !serverDatabases.includes(name) && wanted(name))
}

/**
 * As bytes, in which binary values stand as they are, and as text, in which numbers stand as
 * digits.
 */
export function searchDocument(bson: Buffer, searcher: Searcher, source: string): Finding[] {
  const document = BSON.deserialize(bson, { useBigInt64: true })
  const text = JSON.stringify(document, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
  const secrets = [...searcher.search(bson, 'text'), ...searcher.search(Buffer.from(text), 'text')].map(({ secret }) => secret)
  const unique = new Map(secrets.map((secret) => [`${secret.kind} ${secret.value}`, secret]))
  const at = `_id ${String(document._id)}`
  return [...unique.values()].map((secret) => ({ place: 'documents', source, at, secret }))
}

async function atOnce<Item>(list: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = list.values()
  await Promise.all(
    Array.from({ length: COLLECTIONS_AT_ONCE }, async () => {
      for (const item of waiting) await work(item)
    }),
  )
}
