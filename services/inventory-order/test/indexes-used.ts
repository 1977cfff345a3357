// Which indexes a query reads, out of what the store explains; each engine explains in its own
// words.

/**
 * Names of the indexes that the chosen plan scans, each once; `_id_` too where the engine goes
 * through all documents by it.
 * @param explained what `explain()` of a query answers: of MongoDB (stages `IXSCAN`, `COLLSCAN`) or
 * of FerretDB on PostgreSQL (`Index Name`)
 */
export function indexesUsed(explained: unknown): string[] {
  const found = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { stage, indexName, 'Index Name': postgresName } = node as Record<string, unknown>
    if (typeof postgresName === 'string') found.add(postgresName)
    if (stage === 'IXSCAN' && typeof indexName === 'string') found.add(indexName)
    for (const [name, part] of Object.entries(node)) if (name !== 'rejectedPlans') visit(part)
  }
  visit(explained)
  return [...found].sort()
}
