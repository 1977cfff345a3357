// Text for people: colours on a terminal only, card data masked, values kept short.
import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Paints text when `stream` is a terminal that wants colours (NO_COLOR is heeded). */
export const painter =
  (stream: NodeJS.WriteStream) =>
  (format: Format, text: string): string =>
    styleText(format, text, { stream })

const DIGITS_OF_PAN = /(?<![0-9])([0-9]{6})([0-9]{3,9})([0-9]{4})(?![0-9])/g
const HIDDEN = new Set([
  'pin',
  'cvv',
  'encryptedPinBlock',
  'encryptedCardNumber',
  'password',
  'id_token',
  'ticket',
  'pinKey',
  'fieldKey',
  'clientKeys',
  'd',
])

/** `6080401234566954` → `608040XXXXXX6954`, wherever 13 to 19 digits stand together. */
export const maskCardNumbers = (text: string): string =>
  text.replace(DIGITS_OF_PAN, (_, first: string, middle: string, last: string) => `${first}${'X'.repeat(middle.length)}${last}`)

/**
 * One line of a value for people: secrets left out, card numbers masked, cut to `widthMax`
 * characters.
 */
export function shortly(value: unknown, widthMax: number): string {
  const text = maskedText(value)
  return text.length > widthMax ? `${text.slice(0, widthMax - 1)}…` : text
}

/**
 * The same over several lines of up to `widthMax` characters, broken between words; what is over
 * `linesMax` is cut.
 */
export function wrapped(value: unknown, widthMax: number, linesMax: number): string[] {
  const lines: string[] = []
  for (const word of maskedText(value).split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > widthMax) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  if (lines.length <= linesMax) return lines
  return [...lines.slice(0, linesMax - 1), `${lines[linesMax - 1]} …`]
}

function maskedText(value: unknown): string {
  const text = typeof value === 'string' ? value : written(value)
  return maskCardNumbers(text).replace(/[\p{Cc}\p{Cf}]/gu, ' ') // control characters could steer the terminal
}

function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${name}: ${HIDDEN.has(name) ? '[secret]' : written(member)}`)
    return `{ ${members.join(', ')} }`
  }
  return String(value)
}

/** Columns under their heads, two blanks apart. */
export function tableText(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return [heads, ...rows].map((row) => line(row).trimEnd()).join('\n')
}

/** `2026-11-21 10:00:00Z`; nothing for no time. */
export const timeText = (time: string | null | undefined): string => (time ? `${time.slice(0, 10)} ${time.slice(11, 19)}Z` : '')

/** `41 ms`, `1.3 s`. */
export const durationText = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`)
