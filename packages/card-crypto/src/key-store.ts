// Where wrapped keys are kept: the owner of a store implements this over its own database.

export interface KeyRecord {
  /**
   * Name: `<tenant>/<purpose>/<version>`, as ACME_BANK/data/1; a component that waits:
   * `<tenant>/<purpose>/component/<1 or 2>`; an export that waits for the second officer:
   * `<tenant>/<purpose>/export`.
   */
  _id: string
  /** A key block bound to that name; records of earlier releases hold the form of wrapSecret. */
  wrapped: string
  kcv: string
  algorithm: 'AES-256' | 'TDES-2KEY'
  createdAt: Date
  /** Who brought this component, or asked for this export. */
  officer?: string
  /** Thumbprint of the officer's key. */
  officerKey?: string
  /** Keyed digests of the components that are in it: they recognise a repeat. */
  componentMarks?: string[]
}

export interface KeyStore {
  load(name: string): Promise<KeyRecord | null>

  /** All records of a tenant, components included. */
  list(tenant: string): Promise<KeyRecord[]>

  /**
   * Adds the record unless its name is taken, and returns what is stored then: two at once agree on
   * one key.
   */
  insert(record: KeyRecord): Promise<KeyRecord>

  /**
   * Writes over the record of the same name; only components and exports that wait are ever
   * replaced.
   */
  replace(record: KeyRecord): Promise<void>

  /** Removes the record if it is still this one, by its `wrapped`. */
  remove(record: KeyRecord): Promise<void>
}
