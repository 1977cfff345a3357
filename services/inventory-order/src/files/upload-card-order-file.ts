// Uploading a file of pre-generated kits. Contract:
// packages/contract/src/card-order/upload-card-order-file.ts.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type BroughtCard,
  type CardOrderFileUploaded,
  type CheckedCard,
  checkCardsEndpoint,
  uploadCardOrderFileEndpoint,
} from '@dcms/contract'
import {
  answer,
  type Command,
  type InternalClient,
  type Outcome,
  place,
  refuse,
  type Scope,
  ServiceUnavailable,
  uploadCommand,
} from '@dcms/service'
import { dayOf } from '../bank-time.ts'
import { branchesOf, isOwnBranch } from '../branches/branch.ts'
import { type FileChecks, type FileRead, readFile } from './file-reading.ts'
import { fileNamesOf, makeFileCollections, type OrderFile, orderFilesOf, removeChunks, storeChunk, UNUSED_MS_MAX } from './order-file.ts'

/** A long file asks hundreds of times: one answer that is late is no reason to give it up. */
const ASKED_MAX = 3
const PAUSE_MS = 250
const STEM_LENGTH_MAX = 96
const MARK_LENGTH = 12

/**
 * The kits are stored while the file is read, and are nobody's until the file itself is there: by
 * one insert under the hash of its content, so that of two uploads of one content one counts. What
 * was stored of a file that is wrong, or whose reading broke off, is removed; what a process leaves
 * that dies, the store removes when its time is over.
 */
export const uploadCardOrderFile = (kit: InternalClient): Command =>
  uploadCommand(uploadCardOrderFileEndpoint, async ({ fileName, content }, scope) => {
    const { tenant } = scope
    const uploadId = randomUUID()
    scope.touch()
    await makeFileCollections(tenant)
    const read = await readFile(content, checksOf(kit, uploadId, scope)).catch(async (error: unknown) => {
      await removeChunks(tenant, uploadId)
      throw error
    })
    if ('products' in read) return await storeFile(read, { fileName, uploadId }, scope)
    await removeChunks(tenant, uploadId)
    return refuse('ORD002', read)
  })

function checksOf(kit: InternalClient, uploadId: string, scope: Scope): FileChecks {
  const { tenant, now } = scope
  const today = dayOf(now, tenant.definition.timeZone)
  return {
    definition: tenant.definition,
    thisMonth: today.slice(2, 4) + today.slice(5, 7),
    fileBytesMax: uploadCardOrderFileEndpoint.bodyMaxBytes ?? 0,
    check: (cards) => checkCards(kit, cards, scope),
    isBranch: async (branchId) => isOwnBranch(scope, branchId) && (await branchesOf(tenant).exists({ _id: branchId })) !== null,
    store: (product, chunk, cards) => storeChunk(tenant, { uploadId, product, chunk }, cards, now),
  }
}

async function checkCards(kit: InternalClient, cards: readonly BroughtCard[], scope: Scope): Promise<readonly CheckedCard[]> {
  for (let asked = 1; ; asked++) {
    try {
      const told = await kit.call(checkCardsEndpoint, { cards: [...cards] }, scope)
      if (told.kind === 'refused') throw new ServiceUnavailable(`the kit context does not look at cards: ${told.code}`)
      return told.result.cards
    } catch (error) {
      if (!(error instanceof ServiceUnavailable) || asked === ASKED_MAX) throw error
      await sleep(PAUSE_MS * asked)
    }
  }
}

/**
 * The name first, then the file: a name whose file never came is free again for the same content,
 * and after its time for any.
 */
async function storeFile(
  read: FileRead,
  { fileName: wanted, uploadId }: Pick<OrderFile, 'fileName' | 'uploadId'>,
  scope: Scope,
): Promise<Outcome<CardOrderFileUploaded, 'ORD002'>> {
  const { tenant, now, commandId } = scope
  const expiresAt = new Date(now.getTime() + UNUSED_MS_MAX)
  const fileName = await claimName(wanted, read._id, expiresAt, scope)
  const file: OrderFile = { ...read, fileName, uploadId, uploadedBy: commandId, uploadedAt: now, expiresAt }
  if ((await place(orderFilesOf(tenant), file)) === 'placed') return answer({ fileName, status: 'success' })
  await removeChunks(tenant, uploadId)
  const there = await orderFilesOf(tenant).findById(read._id).lean<OrderFile>()
  if (there?.fileName !== fileName) await fileNamesOf(tenant).deleteOne({ _id: fileName, file: read._id })
  if (!there || (there.expiresAt !== undefined && there.expiresAt <= now)) return { kind: 'overtaken' } // being removed just now
  if (there.uploadedBy === commandId) return answer({ fileName: there.fileName, status: 'success' })
  return refuse('ORD002', [`the content was uploaded before, as ${there.fileName}`])
}

/** @returns the name as wanted, or, where that is another file's, made this one's own */
async function claimName(wanted: string, file: string, expiresAt: Date, { tenant }: Scope): Promise<string> {
  const names = fileNamesOf(tenant)
  for (const _id of [wanted, ownName(wanted, file)]) {
    if ((await place(names, { _id, file, expiresAt })) === 'placed') return _id
    const there = await names.findOneAndUpdate({ _id, file, expiresAt: { $exists: true } }, { $set: { expiresAt } }).lean()
    if (there ?? (await names.exists({ _id, file }))) return _id
  }
  throw new Error('the name of a file that its own content is part of is taken')
}

/**
 * With the beginning of the content's hash before its ending, within the length that names have.
 */
const ownName = (name: string, file: string): string =>
  `${name.slice(0, -4).slice(0, STEM_LENGTH_MAX - MARK_LENGTH - 1)}-${file.slice(0, MARK_LENGTH)}${name.slice(-4)}`
