// Reading a few fields of one document, together with whoever reads of the same collection at the
// same time.
import { gathering } from '@dcms/events'
import type { TenantModel } from './store.ts'
import type { Tenant } from './tenant.ts'

/**
 * For work on many events side by side: what is asked for while a statement is under way is read
 * by one statement after it.
 * @returns a look-up by `_id`; null when there is no such document
 */
export function readTogether<State extends { _id: string }, Field extends keyof State & string>(
  modelOf: TenantModel<State>,
  fields: readonly Field[],
): (tenant: Tenant, id: string) => Promise<Pick<State, Field> | null> {
  const statementsOf = gathering<State>(Object.fromEntries(fields.map((field) => [field, 1 as const])))
  return (tenant, id) => statementsOf(modelOf(tenant).collection as never).read(id)
}
