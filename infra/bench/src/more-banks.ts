// Further banks beside the one of a bench: its definition under another name, with card numbers of
// their own.
import type { TenantDefinition } from '@dcms/contract'

/**
 * The definition with another name and other BINs: those of the file, with their last digits and
 * what follows counted up. `at`: from 1, another one for each bank.
 */
export function bankOf(definition: TenantDefinition, tenant: string, at: number): TenantDefinition {
  const binOf = (bin: string): string => `${bin.slice(0, 2)}${String(at * 10 + Number(bin.at(-1))).padStart(4, '0')}`
  const text = JSON.stringify(definition).replaceAll(/"bin":"(\d{6})"/g, (_, bin: string) => `"bin":"${binOf(bin)}"`)
  return { ...(JSON.parse(text) as TenantDefinition), tenant }
}
