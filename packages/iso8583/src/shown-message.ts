// What of a message may be shown: in a log, to an operator.
import type { Dialect } from './dialect.ts'
import type { Message } from './message.ts'

const HIDDEN = '***'

/**
 * The message without card data. Secret fields keep their place only, so that one still sees that
 * they were there; not even the mask of a card number stays, as that alone finds its holder.
 */
export function shownMessage({ mti, fields }: Message, dialect: Dialect): Message {
  const shown: Message = { mti, fields: {} }
  for (const number of Object.keys(fields).map(Number)) {
    const value = fields[number]
    // A field that the dialect does not have is nobody's to judge.
    if (value !== undefined) shown.fields[number] = dialect.fields[number]?.secret === false ? value : HIDDEN
  }
  return shown
}
