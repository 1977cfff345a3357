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
  /** `call` for a call to another process. */
  command: string
  collection: string
  /** How many documents it writes, or names by `_id`. */
  documents: number
  /** Fields by which it looks for documents, sorted: `_id,version`. */
  fields: string
}

export const isStatement = ({ command }: NotedStatement): boolean => command !== 'call'

/** A command as the driver sends it, as far as it is looked at. */
type Sent = Readonly<Record<string, unknown>>

/** What of a command is noted besides its name. */
export function partsOf(command: Sent): { documents: number; fields: string } {
  const writes = [command.updates, command.documents, command.deletes].find(Array.isArray) as Sent[] | undefined
  const filter = (command.filter ?? command.query ?? writes?.[0]?.q ?? {}) as Sent
  const id = filter._id
  const named = typeof id === 'object' && id !== null && '$in' in id && Array.isArray(id.$in) ? id.$in.length : 1
  return { documents: writes?.length ?? named, fields: Object.keys(filter).toSorted().join(',') }
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
        const [at = '', command = '', collection = '', documents = '', fields = ''] = line.split('\t')
        const atMs = Number(at)
        if (at !== '' && atMs >= fromMs && atMs < toMs)
          found.push({ atMs, process: name, command, collection, documents: Number(documents), fields })
      }
    }
  return found
}
