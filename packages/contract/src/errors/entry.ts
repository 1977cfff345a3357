// What the catalogue says of each error code.

export interface CatalogueEntry {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 417 | 429 | 431 | 500 | 501 | 502 | 503 | 504
  /**
   * The dotted code, where the family shows a short upper-case one; the answer's `reasonCode`. A
   * refusal may name another.
   */
  readonly reasonCode?: string
  readonly shortMessage: string
  readonly detailMessage: string
  readonly fieldError?: readonly string[]
  /** The situation that raises it; one clause, for the reference. */
  readonly when: string
}
