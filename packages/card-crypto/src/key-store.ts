// Where wrapped keys are kept: the owner of a store implements this over its own database.

export interface KeyRecord {
  _id: string // name: `<tenant>/<purpose>/<version>`, as ACME_BANK/data/1
  wrapped: string // by wrapSecret under that name
  kcv: string
  algorithm: 'AES-256'
  createdAt: Date
}

export interface KeyStore {
  load(name: string): Promise<KeyRecord | null>

  /** Adds the record unless its name is taken, and returns what is stored then: two at once agree on one key. */
  insert(record: KeyRecord): Promise<KeyRecord>

  /** Writes over the record of the same name. */
  replace(record: KeyRecord): Promise<void>
}
