// What a Markdown text holds: prose, links, headings, words set as code, blocks of code.

/** A link inside a text: its target's file ('' for the text itself) and the place in it. */
export interface Link {
  readonly written: string
  readonly file: string
  readonly place: string | undefined
}

/** A block of code between fences. */
export interface Block {
  readonly language: string
  readonly text: string
  /** What stands directly before the block, when that is a comment: `<!-- … -->`. */
  readonly note: string | undefined
}

const blockPattern = /(?:^<!-- ?(.*?) ?-->\n+)?^( *)```(\S*)[^\n]*\n([\s\S]*?)^ *```$/gm

/** The text without its blocks of code. */
export const proseOf = (markdown: string): string => markdown.replace(blockPattern, '')

/** The blocks of code, in order. */
export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(blockPattern)].map(([, note, , language = '', text = '']) => ({ note, language, text }))

/** The words that are set as code in prose, in order, repeats too. */
export const codeWordsOf = (markdown: string): string[] =>
  [...proseOf(markdown).matchAll(/(`+)(.+?)\1/gs)].map(([, , word = '']) => word.trim().replace(/\s+/g, ' '))

/** The links of the prose; those to the outside are left out. */
export function linksOf(markdown: string): Link[] {
  const prose = proseOf(markdown).replace(/`[^`\n]*`(?!\])/g, '')
  const targets = [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g), ...prose.matchAll(/^\[[^\]]+\]: (\S+)/gm)]
  return targets.flatMap(([written, target = '']) => {
    if (/^(?:https?|mailto):/.test(target)) return []
    const [file = '', place] = target.split('#')
    return [{ written, file, place }]
  })
}

/** The places that a link can lead to: its headings as GitHub names them. */
export function placesOf(markdown: string): Set<string> {
  const places = new Set<string>()
  for (const [, title = ''] of proseOf(markdown).matchAll(/^#{1,6} (.+)$/gm)) {
    const name = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-')
    let place = name
    for (let count = 1; places.has(place); count++) place = `${name}-${count}`
    places.add(place)
  }
  return places
}
