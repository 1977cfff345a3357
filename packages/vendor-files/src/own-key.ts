// The OpenPGP key of a bank in one context: what its files are signed with, and what vendors
// encrypt theirs to. Made once, kept under the context's data key.
import { type Hsm, keyVersionOf } from '@dcms/card-crypto'
import { place, plainModel, type Tenant } from '@dcms/service'
import { makePgpKeyPair, type PgpKeyPair } from './envelope.ts'

const ID = 'vendor-files'

interface StoredKey extends Pick<PgpKeyPair, 'publicKey' | 'fingerprint'> {
  _id: string
  /** Under the data key, Base64. */
  privateKey: string
  createdAt: Date
}

const keysOf = plainModel<StoredKey>('vendorKeys', { publicKey: String, fingerprint: String, privateKey: String, createdAt: Date })

/**
 * The key of this bank here; of several that make it at once one stands. A key that is still under
 * an older data key is moved to the present one.
 */
export async function ownPgpKey(tenant: Tenant, hsm: Hsm, context: string): Promise<PgpKeyPair> {
  const stored = (await read(tenant)) ?? (await make(tenant, hsm, context))
  const sealed = Buffer.from(stored.privateKey, 'base64')
  const { publicKey, fingerprint } = stored
  const privateKey = (await hsm.decrypt(tenant.id, 'data', sealed, aad(context))).toString()
  if (keyVersionOf(sealed) !== (await hsm.currentVersion(tenant.id, 'data'))) {
    const moved = await hsm.rewrap(tenant.id, 'data', sealed, aad(context))
    await keysOf(tenant).updateOne({ _id: ID, privateKey: stored.privateKey }, { $set: { privateKey: moved.toString('base64') } })
  }
  return { privateKey, publicKey, fingerprint }
}

const aad = (context: string): string => `${context}/vendor-files/key`

const read = (tenant: Tenant): Promise<StoredKey | null> => keysOf(tenant).findById(ID).lean<StoredKey>()

async function make(tenant: Tenant, hsm: Hsm, context: string): Promise<StoredKey> {
  const createdAt = new Date()
  const { privateKey, ...key } = await makePgpKeyPair(`${tenant.id} ${context}`, createdAt)
  const sealed = await hsm.encrypt(tenant.id, 'data', Buffer.from(privateKey), aad(context))
  await place(keysOf(tenant), { _id: ID, ...key, privateKey: sealed.toString('base64'), createdAt })
  const stands = await read(tenant)
  if (!stands) throw new Error('the key for vendor files was placed and has disappeared')
  return stands
}
