// A file of pre-generated kits as it is kept: the file by the hash of its content, its name, and
// its kits in chunks. Card numbers stay as the bank encrypted them. Most banks bring none, so the
// collections are made with a bank's first file.
import type { FileCard } from '@dcms/contract'
import { place, plainModel, type Tenant } from '@dcms/service'

const DAY_MS = 86_400_000
/** So long a file waits for its order. */
export const UNUSED_MS_MAX = 7 * DAY_MS
/** The kits of a file outlive it, so that no order finds a part of them. */
const KITS_LONGER_MS = DAY_MS

/** The kits of one product. */
export interface FileProduct {
  productId: string
  bin: string
  /** That of the product where the file names none; absent where it has none either. */
  plasticCode?: string
  kits: number
}

/** What tells the products of a file and of an order apart. */
export const productKey = ({ productId, bin, plasticCode = '' }: Pick<FileProduct, 'productId' | 'bin' | 'plasticCode'>): string =>
  [productId, bin, plasticCode].join('|')

export interface OrderFile {
  _id: string // SHA-256 of the content before its trailer, hexadecimal
  fileName: string
  /** Names its chunks. */
  uploadId: string
  /** The command that brought it, so that its repeat finds itself done. */
  uploadedBy: string
  uploadedAt: Date
  /** The bank's own reference. */
  orderRef: string
  branchId: string
  products: FileProduct[]
  /** Until an order has it: when the store removes it. */
  expiresAt?: Date
  /** The order that has it, since when, while its kits are kept. */
  orderId?: string
  usedAt?: Date
}

const expiring = [[{ expiresAt: 1 }, { expireAfterSeconds: 0 }]] as const

export const orderFilesOf = plainModel<OrderFile>(
  'orderFiles',
  {
    fileName: String,
    uploadId: String,
    uploadedBy: String,
    uploadedAt: Date,
    orderRef: String,
    branchId: String,
    products: [Object],
    expiresAt: Date,
    orderId: String,
    usedAt: Date,
  },
  [...expiring, [{ usedAt: 1, _id: 1 }, { partialFilterExpression: { usedAt: { $exists: true } } }]],
)

/** Whose a name is. */
interface FileName {
  _id: string // fileName
  file: string
  expiresAt?: Date
}
export const fileNamesOf = plainModel<FileName>('orderFileNames', { file: String, expiresAt: Date }, expiring)

interface FileChunk {
  _id: string
  cards: FileCard[]
  expiresAt?: Date
}
export const fileChunksOf = plainModel<FileChunk>('orderFileChunks', { cards: [Object], expiresAt: Date }, expiring)

export async function makeFileCollections(tenant: Tenant): Promise<void> {
  for (const model of [orderFilesOf(tenant), fileNamesOf(tenant), fileChunksOf(tenant)]) await model.createIndexes()
}

const chunkId = (uploadId: string, product: number, chunk: number): string => `${uploadId}/${product}/${chunk}`
/** From `<uploadId>/` to before `<uploadId>0`, the sign after the slash. */
const chunksOf = (uploadId: string) => ({ _id: { $gte: `${uploadId}/`, $lt: `${uploadId}0` } })

/** A chunk of the kits of a product, by the product's position among those of the file. */
export async function storeChunk(
  tenant: Tenant,
  { uploadId, product, chunk }: { uploadId: string; product: number; chunk: number },
  cards: FileCard[],
  now: Date,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + UNUSED_MS_MAX + KITS_LONGER_MS)
  await place(fileChunksOf(tenant), { _id: chunkId(uploadId, product, chunk), cards, expiresAt })
}

export async function readChunk(tenant: Tenant, uploadId: string, product: number, chunk: number): Promise<readonly FileCard[] | null> {
  const stored = await fileChunksOf(tenant)
    .findById(chunkId(uploadId, product, chunk))
    .lean<FileChunk>()
  return stored?.cards ?? null
}

export async function removeChunks(tenant: Tenant, uploadId: string): Promise<void> {
  await fileChunksOf(tenant).deleteMany(chunksOf(uploadId))
}

/** The file of this name; null also when its time is over and the store has not removed it yet. */
export async function findFile(tenant: Tenant, fileName: string, now: Date): Promise<OrderFile | null> {
  const name = await fileNamesOf(tenant).findById(fileName).lean<FileName>()
  const file = name && (await orderFilesOf(tenant).findById(name.file).lean<OrderFile>())
  return file?.fileName === fileName && (file.expiresAt === undefined || file.expiresAt > now) ? file : null
}

/** A file that has its order is not removed any more. A repeat changes nothing. */
export async function keepFile(tenant: Tenant, { _id, fileName, uploadId }: OrderFile): Promise<void> {
  const kept = { $unset: { expiresAt: 1 } } as const
  await fileNamesOf(tenant).updateOne({ _id: fileName }, kept)
  await fileChunksOf(tenant).updateMany(chunksOf(uploadId), kept)
  await orderFilesOf(tenant).updateOne({ _id }, kept)
}
