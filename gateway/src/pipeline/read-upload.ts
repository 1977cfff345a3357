// Takes an uploaded file out of a multipart body (RFC 7578) as it arrives: one part, named `file`,
// with its file name; opened piece by piece, so that nothing but the file itself is ever held.
import type { Readable } from 'node:stream'
import { SealingError } from '@dcms/sealing'
import { Busboy } from '@fastify/busboy'
import { type Exchange, Refusal } from '../exchange/exchange.ts'
import { JOSE_TYPE, TEXT_TYPE } from '../exchange/media-types.ts'
import { CLIENT_CLOSED_STATUS } from '../exchange/read-body.ts'
import type { RegisteredTenant } from '../tenants/tenants.ts'
import { contentTypeUnsupported, encryptionRequired, type OpenedFile, type OpenOptions, type PayloadOpener } from './open-payload.ts'
import type { Route } from './route.ts'

const PART_HEAD_BYTES_MAX = 4 * 1024
const PART_HEADERS_MAX = 16
const PART_NAME = 'file'
/**
 * From the last byte on. The parser works in the same turn of the loop; of a part whose head does
 * not end it never says that it is over.
 */
const PARSED_WITHIN_MS = 1_000

const tooLarge = new Refusal('request.too.large')
/** The form has been refused; what is still read of it is dropped. */
const dropped = (): void => undefined

/** A file as it goes on to the service that owns the call. */
export interface UploadedFile extends Pick<OpenedFile, 'reply'> {
  /** As the part names it; the service checks it. */
  readonly fileName: string
  readonly pieces: readonly Buffer[]
}

export interface UploadOptions {
  readonly route: Route
  readonly tenant: RegisteredTenant
  readonly opener: PayloadOpener
  readonly opening: OpenOptions
}

/** What takes in the content of the part, in one of its two forms. */
interface Content {
  push(piece: Buffer): Refusal | undefined
  finish(nowMs: number): Pick<OpenedFile, 'pieces' | 'reply'> | Refusal
}

/**
 * Calls back once, with the file or a refusal; with null when the caller went away. The last check
 * of a sealed file comes after its last byte: nothing of it is handed on before.
 */
export function readUpload(exchange: Exchange, options: UploadOptions, done: (file: UploadedFile | Refusal | null) => void): void {
  const { request } = exchange
  const form = formOf(request.headers['content-type'] ?? '')
  if (form === undefined) {
    done(contentTypeUnsupported)
    return
  }
  if (exchange.expectsContinue) exchange.response.writeContinue()
  const reading = new FormReading(exchange, options, form)
  let received = 0
  let isSettled = false
  const settle = (outcome: UploadedFile | Refusal | null): void => {
    if (isSettled) return
    isSettled = true
    request.off('data', onData).off('end', onEnd)
    request.resume() // what still comes is dropped
    done(outcome)
  }
  const onData = (piece: Buffer): void => {
    received += piece.length
    if (received > exchange.bodyMaxBytes) settle(tooLarge)
    else if (!form.write(piece)) {
      request.pause()
      form.once('drain', () => request.resume())
    }
  }
  const onEnd = (): void => {
    exchange.bodyAtMs = Date.now()
    form.end()
    setTimeout(() => reading.giveUp(), PARSED_WITHIN_MS).unref()
  }
  reading.whenOver(settle)
  request.on('data', onData)
  request.on('end', onEnd)
  request.on('error', () => {
    exchange.errorCode = 'client.closed'
    exchange.markAnswered(CLIENT_CLOSED_STATUS)
    settle(null)
  })
}

/** Undefined when this is no multipart form, or names no boundary. */
function formOf(type: string): Busboy | undefined {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: { parts: 1, files: 1, headerPairs: PART_HEADERS_MAX, headerSize: PART_HEAD_BYTES_MAX },
      isPartAFile: () => true,
    })
  } catch {
    return undefined // the library says what is wrong in words only
  }
}

/** The one part of a form, as the parser finds it. */
class FormReading {
  readonly #exchange: Exchange
  readonly #options: UploadOptions
  #fileName: string | undefined
  #content: Content | undefined
  #settle: (outcome: UploadedFile | Refusal) => void = dropped

  constructor(exchange: Exchange, options: UploadOptions, form: Busboy) {
    this.#exchange = exchange
    this.#options = options
    form.on('file', (name: string | undefined, part: Readable, fileName: string | undefined, _encoding: string, type: string) =>
      this.#begin(name, part, fileName, type),
    )
    form.on('partsLimit', () => this.#refuse('the body must have one part only, named file'))
    // The parser may say after its error that it has finished: the first word counts.
    form.on('error', () => this.giveUp())
    form.on('finish', () => this.#finish())
  }

  whenOver(settle: (outcome: UploadedFile | Refusal) => void): void {
    this.#settle = settle
  }

  /** The form has not come to its end. */
  giveUp(): void {
    this.#refuse('the body is not a whole multipart form: it breaks off or its parts cannot be told apart')
  }

  #begin(name: string | undefined, part: Readable, fileName: string | undefined, type: string): void {
    part.on('error', dropped) // told as an error of the form, too
    part.on('data', (piece: Buffer) => this.#take(piece))
    const content = contentOf(type, this.#options, this.#exchange.nowMs)
    if (name !== PART_NAME) this.#refuse('the part of the body must be named file')
    else if (fileName === undefined || fileName === '') this.#refuse('the part file must have a file name')
    else if (content instanceof Refusal) this.#settle(content)
    else {
      this.#fileName = fileName
      this.#content = content
    }
  }

  #take(piece: Buffer): void {
    const refusal = this.#content?.push(piece)
    if (refusal === undefined) return
    this.#content = undefined
    this.#settle(refusal)
  }

  #finish(): void {
    if (this.#content === undefined || this.#fileName === undefined) {
      this.#refuse('the body must have one part, named file')
      return
    }
    const content = this.#content.finish(this.#exchange.bodyAtMs)
    this.#settle(content instanceof Refusal ? content : { ...content, fileName: this.#fileName })
  }

  #refuse(fault: string): void {
    this.#settle(new Refusal(this.#options.route.endpoint.inputFault ?? 'invalid.input.request', [], [fault]))
  }
}

function contentOf(type: string, { route, tenant, opener, opening }: UploadOptions, nowMs: number): Content | Refusal {
  if (type === JOSE_TYPE) return new SealedContent(opener, opening, route.bodyMaxBytes, nowMs)
  if (type !== TEXT_TYPE) return contentTypeUnsupported
  return tenant.clearAllowed ? new ClearContent(route.bodyMaxBytes) : encryptionRequired
}

class ClearContent implements Content {
  readonly #bytesMax: number
  readonly #pieces: Buffer[] = []
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  push(piece: Buffer): Refusal | undefined {
    this.#pieces.push(piece)
    this.#bytes += piece.length
    return this.#bytes > this.#bytesMax ? tooLarge : undefined
  }

  finish(): Pick<OpenedFile, 'pieces' | 'reply'> {
    return { pieces: this.#pieces, reply: { mode: 'clear' } }
  }
}

class SealedContent implements Content {
  readonly #opener: PayloadOpener
  readonly #tenantId: string
  readonly #bytesMax: number
  readonly #file: ReturnType<PayloadOpener['openFile']>

  constructor(opener: PayloadOpener, options: OpenOptions, bytesMax: number, nowMs: number) {
    this.#opener = opener
    this.#tenantId = options.tenant.id
    this.#bytesMax = bytesMax
    this.#file = opener.openFile(options, nowMs)
  }

  push(piece: Buffer): Refusal | undefined {
    try {
      this.#file.opening.push(piece)
      return this.#file.opening.bytes > this.#bytesMax ? tooLarge : undefined
    } catch (error) {
      return this.#refusalOf(error)
    }
  }

  finish(nowMs: number): Pick<OpenedFile, 'pieces' | 'reply'> | Refusal {
    try {
      const opened = this.#file.finish()
      return this.#opener.recordJti(this.#tenantId, opened, nowMs) ?? opened
    } catch (error) {
      return this.#refusalOf(error)
    }
  }

  #refusalOf(error: unknown): Refusal {
    if (!(error instanceof SealingError)) throw error
    return this.#file.refusalOf(error)
  }
}
