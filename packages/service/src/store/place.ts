// Inserting a document that others may insert at the same time.
import type { Model, mongo } from 'mongoose'

/**
 * Inserts a document unless there is one of its `_id`, or of another value that is unique in the
 * collection: of several that come at once one is placed. It is written as it is given: a model's
 * schema is not asked.
 */
export async function place<Document extends { _id: string }>(
  into: Model<Document> | mongo.Collection<Document>,
  document: NoInfer<Document>,
): Promise<'placed' | 'there'> {
  const collection = (typeof into === 'function' ? into.collection : into) as mongo.Collection<Document>
  try {
    await collection.insertOne(document as never)
    return 'placed'
  } catch (error) {
    if (isDuplicateKey(error)) return 'there'
    throw error
  }
}

/**
 * Inserts documents by one statement; those whose `_id` is taken are left out, as a repeat finds
 * its own there. Written as they are given.
 * @returns whether all were placed
 */
export async function placeMany<Document extends { _id: string }>(
  into: Model<Document>,
  documents: readonly NoInfer<Document>[],
): Promise<'placed' | 'some-there'> {
  if (documents.length === 0) return 'placed'
  try {
    await into.collection.insertMany(documents as never, { ordered: false })
    return 'placed'
  } catch (error) {
    if (isDuplicateKey(error) && onlyDuplicates(error)) return 'some-there'
    throw error
  }
}

/** The error of many writes has the code of one of them: the others may have failed otherwise. */
const onlyDuplicates = (error: unknown): boolean => {
  const faults = (error as { writeErrors?: unknown }).writeErrors
  return !Array.isArray(faults) || faults.every(({ code }: { code?: unknown }) => code === 11000)
}

/** Whether an error is the store's word that a unique value is taken. */
export const isDuplicateKey = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 11000
