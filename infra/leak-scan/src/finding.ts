// What a search found, and how it is told: where, which kind, masked; never the secret.
import { withoutCardData } from '@dcms/events'
import { masked, type UsedSecret } from './secret.ts'

/** The places that are searched. Files of the engines are `raw`. */
export type Place = 'logs' | 'topics' | 'documents' | 'database files' | 'Kafka files'

export interface Finding {
  place: Place
  /** File, topic or collection. */
  source: string
  /** Where in the source: byte, partition and offset, or `_id`. */
  at: string
  secret: UsedSecret
}

/** One line. A name or an `_id` may hold the secret itself. */
export function findingLine({ place, source, at, secret }: Finding): string {
  const where = [source, at].map((text) => withoutCardData(text.replaceAll(secret.value, '[secret]'))).join(', ')
  return `${place}: ${where}: ${masked(secret)}`
}
