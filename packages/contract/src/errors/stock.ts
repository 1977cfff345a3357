// Errors of branches, inventory and card orders.
import type { CatalogueEntry } from './entry.ts'

const branchErrors = {
  BRN001: {
    status: 400,
    reasonCode: 'invalid.input.request',
    shortMessage: 'Invalid branch request',
    detailMessage: 'One or more fields of the branch request are missing or malformed; fieldError names each of them',
    when: 'a field of a branch call is missing or malformed, a page is out of range, a date does not exist, a sort field is unknown',
  },
  BRN002: {
    status: 409,
    reasonCode: 'branch.already.exists',
    shortMessage: 'Branch already exists',
    detailMessage: 'Another branch has this branchId or branchCode',
    when: 'the branchId or branchCode is taken',
  },
  BRN003: {
    status: 400,
    reasonCode: 'branch.not.found',
    shortMessage: 'Branch not found',
    detailMessage: 'No branch found for the given branch ID',
    fieldError: ['Invalid branchId'],
    when: 'the branch to be updated is unknown',
  },
} as const satisfies Record<string, CatalogueEntry>

const inventoryErrors = {
  INV001: {
    status: 400,
    reasonCode: 'kit.transfer.failed',
    shortMessage: 'Kit transfer failed',
    detailMessage: 'None of the kits could be transferred; result lists them and fieldError says why',
    when: 'a branch of the transfer is unknown, both are the same, or no kit could be moved',
  },
  INV002: {
    status: 400,
    reasonCode: 'invalid.input.request',
    shortMessage: 'Primary filter missing',
    detailMessage: 'At least one primary filter is required',
    fieldError: ['At least one primary filter is required'],
    when: 'an inventory query has none of its primary filters',
  },
  INV003: {
    status: 400,
    reasonCode: 'kit.virtual',
    shortMessage: 'Virtual kit',
    detailMessage: 'A virtual kit is not delivered',
    fieldError: ['Kit is virtual'],
    when: 'a delivery status is given to a virtual kit; fails that kit’s row only',
  },
  INV004: {
    status: 400,
    reasonCode: 'kit.none.left',
    shortMessage: 'No kit left to expire',
    detailMessage: 'The kit, or every kit of the parent, was handed out already',
    fieldError: ['Kit is already allocated'],
    when: 'expiring insta kits that were all handed out',
  },
  INV005: {
    status: 400,
    reasonCode: 'delivery.status.invalid',
    shortMessage: 'Delivery status not possible',
    detailMessage: 'The kit’s present delivery status does not lead to the new one',
    fieldError: ['Invalid deliveryStatus'],
    when: 'a delivery status that does not follow the present one; fails that kit’s row only',
  },
} as const satisfies Record<string, CatalogueEntry>

const cardOrderErrors = {
  ORD001: {
    status: 400,
    reasonCode: 'invalid.input.request',
    shortMessage: 'Invalid order request',
    detailMessage: 'One or more fields of the order are missing or malformed; fieldError names each of them',
    when: 'a card order, with or without a file, lacks a field or has a malformed one',
  },
  ORD002: {
    status: 400,
    reasonCode: 'invalid.input.request',
    shortMessage: 'File upload failed',
    detailMessage: 'The file was not taken; fieldError says why, by line',
    fieldError: ['Invalid file format'],
    when: 'an uploaded file is not a .txt file in the order layout, fails a check of its lines, or was uploaded before',
  },
  ORD003: {
    status: 400,
    reasonCode: 'order.not.cancellable',
    shortMessage: 'Order cannot be cancelled',
    detailMessage: 'Only an order that is RECEIVED can be cancelled; fieldError names its present status',
    when: 'cancelling an order that is not RECEIVED any more',
  },
  ORD004: {
    status: 409,
    reasonCode: 'order.already.exists',
    shortMessage: 'Order already exists',
    detailMessage: 'Another order has this orderId; the same order again would have answered success',
    when: 'the orderId was used for an order of other content',
  },
  ORD005: {
    status: 400,
    reasonCode: 'invalid.input.request', // a refusal names bin.not.found, product.not.found or plastic.not.found where one of these is it
    shortMessage: 'Unknown or not matching branch, product, BIN or plastic',
    detailMessage: 'The order names a branch, product, BIN or plastic that is unknown or does not go with the others; fieldError names it',
    when: 'branch, product, BIN or plastic of an order are unknown or do not match',
  },
  ORD006: {
    status: 400,
    reasonCode: 'bin.range.exhausted',
    shortMessage: 'Card numbers exhausted',
    detailMessage: 'The range of the BIN has too few free card numbers for this order',
    when: 'the BIN’s range has fewer free numbers than the order needs',
  },
  ORD007: {
    status: 400,
    reasonCode: 'order.file.not.found',
    shortMessage: 'File not found or already used',
    detailMessage: 'No uploaded file has this name, or another order took it',
    fieldError: ['Invalid fileName'],
    when: 'an order with file names a file that was not uploaded, was removed or serves another order',
  },
  ORD008: {
    status: 400,
    reasonCode: 'order.file.mismatch',
    shortMessage: 'Order does not match file',
    detailMessage: 'Products or quantities of the order differ from those of the file; fieldError names each difference',
    when: 'products or quantity totals of order and file differ',
  },
  ORD009: {
    status: 400,
    reasonCode: 'order.not.found',
    shortMessage: 'Card order not found',
    detailMessage: 'No card order found for the given order ID',
    fieldError: ['Invalid orderId'],
    when: 'the order is unknown, belongs to another branch than named, or none is due',
  },
  ORD010: {
    status: 400,
    reasonCode: 'order.status.invalid',
    shortMessage: 'Order not in RECEIVED state',
    detailMessage: 'Only an order that is RECEIVED can be sent to the CMS; fieldError names its present status',
    when: 'processing an order that was sent, cancelled or has expired',
  },
  ORD011: {
    status: 400,
    reasonCode: 'order.not.due',
    shortMessage: 'Order not due yet',
    detailMessage: 'The processStartTime of the order is not reached; force sends it all the same',
    when: 'processing an order before its processStartTime without force',
  },
  ORD012: {
    status: 502,
    reasonCode: 'cms.unavailable',
    shortMessage: 'CMS unavailable',
    detailMessage: 'The card management system did not answer; the order keeps its status, repeat later',
    when: 'the CMS cannot be reached or fails',
  },
  'cms.customer.not.found': {
    status: 400,
    shortMessage: 'Customer not found at CMS',
    detailMessage: 'The card management system knows no such customer',
    when: 'the CMS refuses for a customer it does not know; also a reasonCode of failed orders',
  },
  'cms.card.not.found': {
    status: 400,
    shortMessage: 'Card not found at CMS',
    detailMessage: 'The card management system knows no such card',
    when: 'the CMS refuses for a card it does not know; also a reasonCode of failed orders',
  },
} as const satisfies Record<string, CatalogueEntry>

export const stockErrors = { ...branchErrors, ...inventoryErrors, ...cardOrderErrors } as const
