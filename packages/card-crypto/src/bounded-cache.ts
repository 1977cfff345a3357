// A map with a limit: what was not asked for the longest goes first.

export interface BoundedCache<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
}

export function boundedCache<T>(sizeMax: number): BoundedCache<T> {
  const entries = new Map<string, T>()
  return {
    get(key) {
      const value = entries.get(key)
      if (value !== undefined) {
        entries.delete(key) // put back as the newest: a Map keeps the order of insertion
        entries.set(key, value)
      }
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      const oldest = entries.keys().next()
      if (entries.size > sizeMax && !oldest.done) entries.delete(oldest.value)
    },
  }
}
