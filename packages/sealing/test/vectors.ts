// The vector files: beside the repository where it was built, or in the folder DCMS_VECTORS; a
// clone elsewhere has none.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))
const FOLDER = process.env.DCMS_VECTORS ?? resolve(REPOSITORY, '../shared/vectors')

/** The parsed file, or undefined (and a line on the console) where the vectors are not present. */
export function readVectors<T>(name: string): T | undefined {
  const file = resolve(FOLDER, name)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T
  console.info(`${name} is not present here: not checked`)
  return undefined
}

export interface VectorCase {
  tcId: number
  comment: string
  flags: string[]
  result: 'valid' | 'invalid' | 'acceptable'
}

export interface VectorFile<Case extends VectorCase, Group = object> {
  testGroups: (Group & { tests: Case[] })[]
}

/** What the code did with a case: the value it gave, or undefined for a refusal. */
export type Outcome = string | undefined

/**
 * Runs a Wycheproof file and names the cases that went wrong. A valid case must be accepted with
 * the expected value, an invalid one refused; for each acceptable one the caller states its choice.
 */
export function wrongCases<Case extends VectorCase, Group>(
  file: VectorFile<Case, Group>,
  run: (vector: Case, group: Group) => Outcome,
  expected: (vector: Case) => string,
  acceptable: (vector: Case) => 'accept' | 'refuse',
): string[] {
  const wrong: string[] = []
  for (const group of file.testGroups) {
    for (const vector of group.tests) {
      const accept = vector.result === 'valid' || (vector.result === 'acceptable' && acceptable(vector) === 'accept')
      const outcome = run(vector, group)
      if (outcome !== (accept ? expected(vector) : undefined)) {
        wrong.push(
          `tcId ${vector.tcId} (${vector.result}, ${vector.comment}) ${outcome === undefined ? 'was refused' : 'was accepted or gave another value'}`,
        )
      }
    }
  }
  return wrong
}

/** Names a test of this file, or says in its place that it cannot be run. */
export function vectorTestName(present: boolean, name: string, sentence: string): string {
  return present ? `${name}: ${sentence}` : `${name}: vectors are not present here: not checked`
}
