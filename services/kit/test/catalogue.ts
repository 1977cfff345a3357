// A small catalogue for tests of rules: one scheme, three tiers, each as a virtual and a physical
// product; the highest is virtual only.
import type { Product, TenantDefinition } from '@dcms/contract'

const product = (tierType: string, cardType: Product['cardType'], plasticCode: string) =>
  ({
    productId: `2003_${tierType}_${cardType}`,
    productName: `${tierType} ${cardType}`,
    schemeCode: '2003',
    cardType,
    tierType,
    plasticCode,
    bin: '608040',
    networkType: 'RUPAY',
    validityMonths: 60,
  }) as Product

export const catalogue = (settings: Partial<NonNullable<TenantDefinition['settings']>> = {}): TenantDefinition =>
  ({
    tiers: [{ tierType: 'CLASSIC' }, { tierType: 'SILVER' }, { tierType: 'PLATINUM' }],
    plastics: [{ plasticCode: 'PCLAS' }, { plasticCode: 'PSILV' }, { plasticCode: 'PGIFT' }],
    products: [
      product('CLASSIC', 'VIRTUAL', 'PCLAS'),
      product('CLASSIC', 'PHYSICAL', 'PCLAS'),
      product('SILVER', 'VIRTUAL', 'PSILV'),
      product('SILVER', 'PHYSICAL', 'PSILV'),
      product('PLATINUM', 'VIRTUAL', 'PSILV'),
    ],
    settings,
  }) as unknown as TenantDefinition

/** What a kit of a product of this catalogue says of it. */
export const ofProduct = (tierType: string, cardType: Product['cardType']) => ({
  productId: `2003_${tierType}_${cardType}`,
  productName: `${tierType} ${cardType}`,
  cardType,
  tierType,
  plasticCode: tierType === 'CLASSIC' ? 'PCLAS' : 'PSILV',
})
