// What the processes of an installation asked of the store within a time, as they noted it
// themselves (see count-statements.ts).
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type ProcessName, processNames } from '@dcms/contract'

const preload = pathToFileURL(join(import.meta.dirname, 'count-statements.ts')).href

/** A statement as its process noted it. */
export interface NotedStatement {
  atMs: number
  process: ProcessName
  command: string
  collection: string
}

const fileOf = (folder: string, name: ProcessName, copy: number): string => join(folder, `${name}-${copy}.statements`)

/** Environment under which the processes of one copy note their statements in the folder. */
export const notingEnvironment = (folder: string, copy: number): Partial<Record<ProcessName, Record<string, string>>> => {
  const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${preload}`.trim()
  return Object.fromEntries(processNames.map((name) => [name, { NODE_OPTIONS, DCMS_BENCH_STATEMENTS_FILE: fileOf(folder, name, copy) }]))
}

/** All that were noted from `fromMs` on and before `toMs`, by processes of so many copies. */
export async function statementsWithin(folder: string, copies: number, fromMs: number, toMs: number): Promise<NotedStatement[]> {
  const found: NotedStatement[] = []
  for (const name of processNames)
    for (let copy = 1; copy <= copies; copy++) {
      for (const line of (await readFile(fileOf(folder, name, copy), 'utf8')).split('\n')) {
        const [at = '', command = '', collection = ''] = line.split('\t')
        const atMs = Number(at)
        if (at !== '' && atMs >= fromMs && atMs < toMs) found.push({ atMs, process: name, command, collection })
      }
    }
  return found
}
