// The OpenPGP envelope of files between a bank and its vendors: encrypted to the receiver, signed
// by the sender, as a stream.
import { ReadableStream } from 'node:stream/web'
import type * as OpenPgp from 'openpgp'
import { VendorFileFault } from './vendor-file-fault.ts'

/** Loaded with the first file: most processes write none. */
let loading: Promise<typeof OpenPgp> | undefined
const openpgp = (): Promise<typeof OpenPgp> => (loading ??= import('openpgp'))

/** OpenPGP keys, armoured. */
export interface PgpKeyPair {
  privateKey: string
  publicKey: string
  /** Of the primary key, lower-case hex. */
  fingerprint: string
}

/** A key pair to sign and to be written to: version 4, Curve25519, which GnuPG 2.2 knows too. */
export async function makePgpKeyPair(name: string, createdAt = new Date()): Promise<PgpKeyPair> {
  const { generateKey, readKey } = await openpgp()
  const { privateKey, publicKey } = await generateKey({
    type: 'ecc',
    curve: 'curve25519Legacy',
    userIDs: [{ name }],
    date: createdAt,
    format: 'armored',
  })
  return { privateKey, publicKey, fingerprint: (await readKey({ armoredKey: publicKey })).getFingerprint() }
}

/** @throws VendorFileFault for a text that is no usable public key */
export async function checkPgpKey(publicKey: string, of: string): Promise<{ fingerprint: string }> {
  return { fingerprint: (await publicKeyFrom(publicKey, of)).getFingerprint() }
}

export interface Sealing {
  /** Public key of the receiver. */
  to: string
  /** Private key of the sender. */
  signWith: string
}

/**
 * Encrypts and signs a stream; binary OpenPGP. An error of the source comes out again.
 * @throws VendorFileFault for keys that cannot be used
 */
export async function sealFile(cleartext: AsyncIterable<Uint8Array>, { to, signWith }: Sealing): Promise<AsyncIterable<Uint8Array>> {
  const { createMessage, encrypt, readPrivateKey, config } = await openpgp()
  const encryptionKeys = await publicKeyFrom(to, 'the receiver')
  const signingKeys = await readPrivateKey({ armoredKey: signWith })
  const message = await createMessage({ binary: streamOf(cleartext) })
  try {
    const sealed = await encrypt({ message, encryptionKeys, signingKeys, format: 'binary', config: { ...config, aeadProtect: false } })
    return sealed as unknown as AsyncIterable<Uint8Array>
  } catch (error) {
    throw new VendorFileFault('the receiver’s key cannot be encrypted to: is it expired or revoked?', { cause: error })
  }
}

export interface Opening {
  /** Private key of the receiver. */
  decryptWith: string
  /** Public keys of the sender; one of them must have signed. */
  signedBy: readonly string[]
}

/** What an opened file holds. Nothing of it may be used until `verified` says who sent it. */
export interface OpenedFile {
  cleartext: AsyncIterable<Uint8Array>
  /**
   * To be awaited once all was read. @throws VendorFileFault unless one of the senders signed it
   */
  verified(): Promise<void>
}

/**
 * Opens a stream as it comes. Whoever reads looks at `verified` before it acts on anything.
 * @throws VendorFileFault for what does not open
 */
export async function openFile(sealed: AsyncIterable<Uint8Array>, { decryptWith, signedBy }: Opening): Promise<OpenedFile> {
  const { readMessage, decrypt, readPrivateKey, config } = await openpgp()
  const verificationKeys = await Promise.all(signedBy.map((key) => publicKeyFrom(key, 'the sender')))
  const decryptionKeys = await readPrivateKey({ armoredKey: decryptWith })
  try {
    const message = await readMessage({ binaryMessage: streamOf(sealed) })
    const { data, signatures } = await decrypt({
      message,
      decryptionKeys,
      verificationKeys,
      format: 'binary',
      // As it comes, within bounds: the reader waits for the end before it believes anything.
      config: { ...config, allowUnauthenticatedStream: true, allowUnauthenticatedMessages: false },
    })
    const checks = signatures.map(({ verified }) => verified)
    for (const check of checks) check.catch(() => undefined) // looked at below
    return {
      cleartext: readable(data as unknown as AsyncIterable<Uint8Array>),
      async verified() {
        if (checks.length === 0) throw new VendorFileFault('the file is not signed')
        try {
          await Promise.any(checks)
        } catch {
          throw new VendorFileFault('the signature is not one of the sender’s')
        }
      },
    }
  } catch (error) {
    throw asFault(error)
  }
}

const streamOf = (bytes: AsyncIterable<Uint8Array>) => ReadableStream.from(bytes) as ReadableStream<Uint8Array>

async function* readable(data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* data
  } catch (error) {
    throw asFault(error)
  }
}

/** A library's words about a file that does not open are not passed on. */
const asFault = (error: unknown): VendorFileFault =>
  error instanceof VendorFileFault ? error : new VendorFileFault('the file does not open with our key, or is damaged', { cause: error })

async function publicKeyFrom(armoredKey: string, of: string): Promise<OpenPgp.Key> {
  const { readKey } = await openpgp()
  try {
    const key = await readKey({ armoredKey })
    if (key.isPrivate()) throw new VendorFileFault(`the key of ${of} is a private one`)
    return key
  } catch (error) {
    if (error instanceof VendorFileFault) throw error
    throw new VendorFileFault(`the key of ${of} is no OpenPGP key`, { cause: error })
  }
}
