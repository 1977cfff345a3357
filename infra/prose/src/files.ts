// The files of the workspace that hold prose: Markdown, and the comments of sources.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The workspace's root; every path here is relative to it. */
export const root = join(import.meta.dirname, '..', '..', '..')

const exclude = ['**/node_modules/**', '.dcms/**', '**/dist/**']
const find = (...patterns: string[]): string[] => globSync(patterns, { cwd: root, exclude }).map((path) => path.replaceAll('\\', '/'))

/** Every file of the parts, of the documents and of the root. */
export const files: readonly string[] = find(
  '*.*',
  '.ci/*',
  '.github/*',
  '{docs,gateway,services,packages,infra}/**/*.*',
  'infra/deploy/Dockerfile',
)

/** Every Markdown file. */
export const documents: readonly string[] = files.filter((file) => file.endsWith('.md'))

/** Every file with code that Node runs, tests too. */
export const sources: readonly string[] = files.filter((file) => /\.(?:ts|mjs)$/.test(file))

const texts = new Map<string, string>()

/** The text of a file, read once. */
export function textOf(file: string): string {
  const known = texts.get(file)
  if (known !== undefined) return known
  const text = readFileSync(join(root, file), 'utf8')
  texts.set(file, text)
  return text
}

/**
 * The comments of a source, a line each; what stands in strings is left out as long as no blank
 * precedes its slashes.
 */
export function commentsOf(source: string): string[] {
  return textOf(source)
    .split('\n')
    .flatMap((line) => {
      const [, comment] = /^\s*(?:\/?\*+)\s?(.*)$/.exec(line) ?? /(?:^|\s)\/\/ (.*)$/.exec(line) ?? []
      return comment === undefined ? [] : [comment]
    })
}
