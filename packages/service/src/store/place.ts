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

/** Whether an error is the store's word that a unique value is taken. */
export const isDuplicateKey = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 11000
