// The published and recomputed figures that stand in test/vectors, with their sources.
import { readFileSync } from 'node:fs'

export interface Vector {
  id: string
  operation: string
  inputs: Record<string, string | number>
  expected: Record<string, string | boolean>
}

type FileName = 'aes-256-gcm' | 'check-values' | 'cvv' | 'key-blocks' | 'luhn' | 'pin-blocks' | 'pin-verification'

/**
 * The vectors of one file, all or those of one operation; an empty answer would be tests that check
 * nothing.
 */
export function vectorsOf(file: FileName, operation?: string): Vector[] {
  const { vectors } = JSON.parse(readFileSync(new URL(`./vectors/${file}.json`, import.meta.url), 'utf8')) as { vectors: Vector[] }
  const wanted = vectors.filter((vector) => operation === undefined || vector.operation === operation)
  if (wanted.length === 0) throw new Error(`${file} holds no vector of ${operation}`)
  return wanted
}

export const hexOf = (text: string | number | undefined): Buffer => Buffer.from(String(text ?? ''), 'hex')
