// A product and a bank, as far as preferences look into them; the caps are those behind the
// contract's sample.
import type { ChannelOffer, Product, RegionOffer, TenantDefinition } from '@dcms/contract'

export const offer = (dailyCap: number, maxCap: number, onAtIssue = false): ChannelOffer => ({ offered: true, onAtIssue, dailyCap, maxCap })

const region = (onAtIssue: boolean): RegionOffer => ({
  offered: true,
  onAtIssue,
  atm: offer(100_000, 100_000, true),
  pos: offer(100_000, 150_000, true),
  ecom: offer(100_000, 150_000),
  contactless: offer(5_000, 100_000),
  tokenization: offer(100_000, 100_000),
})

export const product: Product = {
  productId: '2003_VIRTUAL',
  productName: '2003_VIRTUAL',
  schemeCode: '2003',
  cardType: 'VIRTUAL',
  cardCategory: 'DEBIT',
  bin: '608040',
  networkType: 'RUPAY',
  validityMonths: 60,
  serviceCode: '221',
  pinLength: 4,
  pinTriesMax: 3,
  domestic: region(true),
  international: region(false),
  swipeToPay: offer(10_000, 100_000),
  features: ['super-pin', 'super-otp', 'location-shield', 'sms-alerts', 'email-alerts'],
}

export const definition = { products: [product] } as TenantDefinition
