// The error catalogue: every code a caller can meet, with its HTTP status, texts and when it is
// raised.
import { cardErrors } from './card.ts'
import { configurationErrors } from './configuration.ts'
import type { CatalogueEntry } from './entry.ts'
import { pinErrors } from './pin.ts'
import { stockErrors } from './stock.ts'
import { transportErrors } from './transport.ts'
import { walletErrors } from './wallet.ts'

const entries = { ...transportErrors, ...cardErrors, ...pinErrors, ...walletErrors, ...stockErrors, ...configurationErrors } as const

/** Every error code of the contract. */
export type ErrorCode = keyof typeof entries

/** The catalogue by code: HTTP status, texts, when raised. */
export const errorCatalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = entries

/** True for a code of the catalogue, so that text from another process can be trusted as one. */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(entries, text)
