// The outboxes of a context, one per aggregate collection, as the relay wants them.
import { type Context, topicOf } from '@dcms/contract'
import type { OutboxSource } from '@dcms/events'
import type { TenantModel } from './store.ts'
import type { Tenants } from './tenants.ts'

export class OutboxSources {
  readonly list: readonly OutboxSource[]
  readonly #byCollection = new Map<string, OutboxSource>()

  constructor(context: Context, aggregates: readonly TenantModel<never>[], tenants: () => Tenants) {
    for (const modelOf of aggregates) {
      this.#byCollection.set(modelOf.collectionName, {
        name: modelOf.collectionName,
        topic: topicOf(context),
        source: `/dcms/${context}`,
        forBank: true,
        collection: (id) => {
          const tenant = tenants().get(id)
          if (!tenant) throw new Error(`tenant ${id} is not served here`)
          return modelOf(tenant).collection as never
        },
      })
    }
    this.list = [...this.#byCollection.values()]
  }

  of(modelOf: { readonly collectionName: string }): OutboxSource {
    const source = this.#byCollection.get(modelOf.collectionName)
    if (!source) throw new Error(`${modelOf.collectionName} is not one of the service's aggregates`)
    return source
  }
}
