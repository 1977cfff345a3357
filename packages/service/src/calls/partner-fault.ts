// What is read of a partner's refusal: its code, and nothing else of its words, which may repeat a
// name or an address.
import { validatorOf } from '@dcms/contract'

const CODE_CHARS_MAX = 60

const read = validatorOf<{ error: { code: string } }>({
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code'],
      properties: { code: { type: 'string', pattern: '^[A-Za-z0-9._-]+$', maxLength: CODE_CHARS_MAX } },
    },
  },
})

/**
 * The code in `{ "error": { "code" } }`, the form of our partners' refusals; undefined where there
 * is none that can be shown.
 */
export function partnerFaultCode(body: unknown): string | undefined {
  const fault = read(body)
  return fault.valid ? fault.value.error.code : undefined
}
