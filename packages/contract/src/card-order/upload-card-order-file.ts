// What callers see of uploading a file of pre-generated kits.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { fileName } from './order.ts'

const FILE_BYTES_MAX = 32 * 1024 * 1024

/** The file part as the gateway hands it on, opened. */
const request = {
  type: 'object',
  additionalProperties: false,
  required: ['fileName', 'content'],
  properties: {
    fileName: { ...fileName, description: 'File name of the part' },
    content: { type: 'string', minLength: 1, maxLength: FILE_BYTES_MAX, description: 'Text of the file, UTF-8; at most 32 MB' },
  },
} as const
export type UploadCardOrderFile = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['fileName', 'status'],
  properties: {
    fileName: { type: 'string', description: 'Name under which the file is stored; an order must use this one' },
    status: { const: 'success' },
  },
} as const
export type CardOrderFileUploaded = FromSchema<typeof result>

/** One kit. The hash is right; the encrypted card number is made up. */
const sampleFile = [
  'H|PGK|1|ACME_BANK|20250110091200|TEST_PGKKIT_ORDER',
  'D|1|10000853|5902018347|PROD-001|12345678|71|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|0853|0729|INSTA CARD|BRANCH001',
  'T|1|aa79438d961ad9218187b1700070d30a468131d892f7d1191a540ac42e61ee82',
  '',
].join('\n')

export const uploadCardOrderFileEndpoint = publicEndpoint<UploadCardOrderFile, CardOrderFileUploaded>()({
  name: 'uploadCardOrderFile',
  method: 'POST',
  path: '/card-order/uploadFile',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.write',
  summary: 'Uploads a file of pre-generated kits (PGK) for an order with file',
  description: [
    'Takes `multipart/form-data` with one part named `file`: its file name, and as content type `application/jose` holding the text as JWE with `cty: text/plain` (clear `text/plain` only where clear bodies are allowed).',
    'The file is text (UTF-8), fields separated by `|`, lines by LF or CRLF: a header `H`, one `D` per kit with the card number encrypted under the field key, a trailer `T` with the number of `D` lines and the SHA-256 of all bytes before it. Count, hash, kit numbers, card numbers, expiry, product, BIN and plastic are checked before it is stored; all its kits are for one branch. Card numbers are of the part of the BIN that is not numbered here. Faults come as `line n: reason`, the first 100 of them, and nothing is stored then.',
    'The same content again is refused, unless it is a repeat with the same `Idempotency-Key`. When another file has the name, this one is stored under a longer one. A file that no order names is removed after 7 days.',
  ].join('\n\n'),
  idempotency: 'document',
  request,
  result,
  errors: ['ORD002'],
  inputFault: 'ORD002',
  upload: true,
  bodyMaxBytes: FILE_BYTES_MAX,
  examples: [
    {
      name: 'one kit',
      request: { fileName: 'Insta_PGK_Format_With_check_File.txt', content: sampleFile },
      result: { fileName: 'Insta_PGK_Format_With_check_File.txt', status: 'success' },
    },
  ],
})
