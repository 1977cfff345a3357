// A card as look-ups show it.
import type { FromSchema } from 'json-schema-to-ts'
import type { kitInfo } from '../words/fields.ts'

export type KitInfo = FromSchema<typeof kitInfo>
