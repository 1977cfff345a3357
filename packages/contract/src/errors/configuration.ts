// Errors of tenant configuration: tenants, products, BINs, tiers, schemes, plastics, keys.
import type { CatalogueEntry } from './entry.ts'

export const configurationErrors = {
  'tenant.already.exists': {
    status: 400,
    shortMessage: 'Tenant already exists',
    detailMessage: 'A tenant with this id is already registered',
    when: 'a tenant is set up under an id that is already taken',
  },
  'product.already.exists': {
    status: 400,
    shortMessage: 'Product already exists',
    detailMessage: 'A product with this id is already configured',
    when: 'a tenant definition contains the same productId twice',
  },
  'product.not.found': {
    status: 400,
    shortMessage: 'Product not found',
    detailMessage: 'No product is configured for this scheme and card type',
    when: 'there is no product for the schemeCode and cardType, or the productId is unknown',
  },
  'bin.already.exists': {
    status: 400,
    shortMessage: 'BIN already exists',
    detailMessage: 'This BIN is already configured',
    when: 'a tenant definition contains the same BIN twice, or a BIN of another tenant',
  },
  'bin.not.found': {
    status: 400,
    shortMessage: 'BIN not found',
    detailMessage: 'This BIN is not configured',
    when: 'a BIN is unknown',
  },
  'tier.already.exists': {
    status: 400,
    shortMessage: 'Tier already exists',
    detailMessage: 'A tier with this name is already configured',
    when: 'a tier is set up twice',
  },
  'tier.not.found': {
    status: 400,
    shortMessage: 'Tier not found',
    detailMessage: 'The tier is not configured, or the card already has the highest one',
    when: 'upgradeCard with an unknown tier, or without a tier when there is no next one',
  },
  'scheme.already.exists': {
    status: 400,
    shortMessage: 'Scheme already exists',
    detailMessage: 'A scheme with this code is already configured',
    when: 'a scheme is set up twice',
  },
  'scheme.not.found': {
    status: 400,
    shortMessage: 'Scheme not found',
    detailMessage: 'The scheme code is not configured',
    when: 'a schemeCode is unknown',
  },
  'plastic.already.exists': {
    status: 400,
    shortMessage: 'Plastic already exists',
    detailMessage: 'A plastic with this code is already configured',
    when: 'a plastic is set up twice',
  },
  'plastic.not.found': {
    status: 400,
    shortMessage: 'Plastic not found',
    detailMessage: 'The plastic code is not configured',
    when: 'a plasticCode is unknown',
  },
  'invalid.product.config': {
    status: 400,
    shortMessage: 'Invalid product configuration',
    detailMessage: 'The configuration of the product is inconsistent; fieldError says where',
    when: 'a product in a tenant definition contradicts itself',
  },
  'invalid.bin.range': {
    status: 400,
    shortMessage: 'Invalid BIN range',
    detailMessage: 'The number range of the BIN overlaps another range or lies outside the BIN',
    when: 'number ranges in a tenant definition overlap',
  },
  'bin.range.exhausted': {
    status: 400,
    shortMessage: 'Card numbers exhausted',
    detailMessage: 'The BIN of the product has no card numbers left; nothing was issued or registered',
    when: 'a card is to be issued from a BIN whose range is used up: the bank needs another BIN and a product for it',
  },
  'key.not.found': {
    status: 400,
    shortMessage: 'Key not found',
    detailMessage: 'The tenant has no key for this purpose',
    when: 'an operator exports or rotates a key that does not exist, or no transport key has been imported yet',
  },
  'key.exists': {
    status: 400,
    shortMessage: 'Key already exists',
    detailMessage: 'The tenant already has a key for this purpose; import the next version as a key block or as two components',
    when: 'an operator creates an exchanged key that already exists',
  },
  'key.invalid': {
    status: 400,
    shortMessage: 'Key invalid',
    detailMessage: 'The key or component has the wrong length or is weak',
    when: 'an operator imports a component that has the wrong length or is weak',
  },
  'key.block.invalid': {
    status: 400,
    shortMessage: 'Key block invalid',
    detailMessage: 'The key block was altered, is wrapped under another transport key, or is for another purpose',
    when: 'an operator imports a key block that does not open for this purpose',
  },
  'key.purpose.refused': {
    status: 400,
    shortMessage: 'Key purpose refused',
    detailMessage: 'A key for this purpose does not allow this operation',
    when: 'an operator rotates a numbering key, or rotates an exchanged key other than by import',
  },
  'key.version.exhausted': {
    status: 400,
    shortMessage: 'Key versions exhausted',
    detailMessage: 'A key has at most 255 versions',
    when: 'an operator imports or creates the 256th version of a key',
  },
  'dual.control': {
    status: 400,
    shortMessage: 'Dual control',
    detailMessage: 'The two components of a key must come from two different officers',
    when: 'one officer imports both components of a key',
  },
} as const satisfies Record<string, CatalogueEntry>
