// Searches the folder of a test run: logs of all processes, files of the database with its
// write-ahead log, files of every Kafka.
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { searchFile } from './chunks.ts'
import type { Finding, Place } from './finding.ts'
import type { Searcher } from './searcher.ts'

export interface SearchedFiles {
  findings: Finding[]
  files: number
  bytes: number
}

/**
 * Kafka's look-up tables: offsets, positions and times of fixed width; while in use ten megabytes
 * each, nearly all of it a hole.
 */
const KAFKA_TABLE = /\.(?:index|timeindex)$/

/**
 * @param folder absolute; what it holds belongs to this run alone. Engines that own files in it are
 * stopped.
 */
export async function searchFiles(folder: string, searcher: Searcher): Promise<SearchedFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const searched: SearchedFiles = { findings: [], files: 0, bytes: 0 }
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const source = relative(folder, path)
    const place = placeOf(source)
    if (!entry.isFile() || (place === 'Kafka files' && KAFKA_TABLE.test(entry.name))) continue
    const { hits, bytes } = await searchFile(path, searcher, place === 'logs' ? 'text' : 'raw')
    searched.files++
    searched.bytes += bytes
    for (const { start, secret } of hits) searched.findings.push({ place, source, at: `byte ${start}`, secret })
  }
  return searched
}

/**
 * By the folder that stands first of those that are known; a test's own Kafka has a folder with
 * both names below its own.
 */
export function placeOf(path: string): Place {
  for (const folder of path.split(sep)) {
    if (folder === 'kafka') return 'Kafka files'
    if (folder === 'logs' || folder === 'process-logs') return 'logs'
    if (folder === 'postgres' || folder === 'ferretdb') return 'database files'
  }
  return 'logs'
}
