// Values with tags in DE 48: each is a tag, its length in digits, and that many characters, such as
// `08200201` for tag 082 with the value 01.
import { digits, textIsIn } from './characters.ts'
import { MalformedMessage } from './malformed-message.ts'

/** How many characters tags and lengths have, as the network lays them down. */
export interface TagLayout {
  readonly tagCharacters: number
  readonly lengthDigits: number
}

export const usualTagLayout: TagLayout = { tagCharacters: 3, lengthDigits: 3 }

/** The values by tag, in their order. @throws MalformedMessage, also for a tag that occurs twice */
export function readTaggedValues(text: string, { tagCharacters, lengthDigits }: TagLayout): Map<string, string> {
  const values = new Map<string, string>()
  let at = 0
  while (at < text.length) {
    const valueBegin = at + tagCharacters + lengthDigits
    if (valueBegin > text.length) throw new MalformedMessage('tags', 'cut short')
    const tag = text.slice(at, at + tagCharacters)
    const length = text.slice(at + tagCharacters, valueBegin)
    if (!textIsIn(digits, length)) throw new MalformedMessage('tags', 'length is no number')
    at = valueBegin + Number(length)
    if (at > text.length) throw new MalformedMessage('tags', 'cut short')
    if (values.has(tag)) throw new MalformedMessage('tags', 'occurs twice')
    values.set(tag, text.slice(valueBegin, at))
  }
  return values
}

/** @throws MalformedMessage when the layout has no room for a tag or a value */
export function writeTaggedValues(
  values: Iterable<readonly [tag: string, value: string]>,
  { tagCharacters, lengthDigits }: TagLayout,
): string {
  let text = ''
  for (const [tag, value] of values) {
    if (tag.length !== tagCharacters) throw new MalformedMessage('tags', 'wrong form of a tag')
    const length = String(value.length).padStart(lengthDigits, '0')
    if (length.length > lengthDigits) throw new MalformedMessage('tags', 'too long')
    text += tag + length + value
  }
  return text
}
