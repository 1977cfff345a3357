// The settings of the wallet-ncmc service; the only reader of the environment.
import { type ServiceConfig, serviceConfig, settings } from '@dcms/service'

export interface WalletNcmcConfig extends ServiceConfig {
  kitInternalUrl: string
  /** Base URL of the core banking system; absent: no wallet is loaded. */
  coreBankingUrl: string | undefined
}

export function readConfig(): WalletNcmcConfig {
  const read = settings(process.env)
  return {
    ...serviceConfig(read),
    kitInternalUrl: read.url('KIT_INTERNAL_URL'),
    coreBankingUrl: read.optional('CORE_BANKING_URL') === undefined ? undefined : read.url('CORE_BANKING_URL'),
  }
}
