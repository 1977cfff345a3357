// Errors of branches, inventory and card orders.
import type { CatalogueEntry } from './entry.ts'

const branchErrors = {
  BRN001: {
    status: 400,
    reasonCode: 'invalid.input.request',
    shortMessage: 'Invalid branch request',
    detailMessage: 'One or more fields of the branch request are missing or malformed; fieldError names each of them',
    when: 'a field of a branch call is missing or malformed, a page is out of range, a date does not exist, or a sort field is unknown',
  },
  BRN002: {
    status: 409,
    reasonCode: 'branch.already.exists',
    shortMessage: 'Branch already exists',
    detailMessage: 'Another branch has this branchId or branchCode',
    when: 'the branchId or branchCode is already taken',
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
    when: 'a branch in the transfer is unknown, both branches are the same, or no kit could be moved',
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
    detailMessage: 'A virtual kit cannot be delivered',
    fieldError: ['Kit is virtual'],
    when: 'a delivery status is given to a virtual kit; only that kit’s row fails',
  },
  INV004: {
    status: 400,
    reasonCode: 'kit.none.left',
    shortMessage: 'No kit left to expire',
    detailMessage: 'The kit, or every kit of the parent, has already been handed out',
    fieldError: ['Kit is already allocated'],
    when: 'expiring insta kits that have all been handed out',
  },
  INV005: {
    status: 400,
    reasonCode: 'delivery.status.invalid',
    shortMessage: 'Delivery status not possible',
    detailMessage: 'The kit’s current delivery status cannot change to the new one',
    fieldError: ['Invalid deliveryStatus'],
    when: 'a delivery status that cannot follow the current one; only that kit’s row fails',
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
    detailMessage: 'The file was not accepted; fieldError says why, line by line',
    fieldError: ['Invalid file format'],
    when: 'an uploaded file is not a .txt file in the order layout, fails a check of its lines, or was uploaded before',
  },
  ORD003: {
    status: 400,
    reasonCode: 'order.not.cancellable',
    shortMessage: 'Order cannot be cancelled',
    detailMessage: 'Only an order that is RECEIVED can be cancelled; fieldError names its current status',
    when: 'cancelling an order that is no longer RECEIVED',
  },
  ORD004: {
    status: 409,
    reasonCode: 'order.already.exists',
    shortMessage: 'Order already exists',
    detailMessage: 'A different order already has this orderId; repeating the same order would have succeeded',
    when: 'the orderId was used for an order with different content',
  },
  ORD005: {
    status: 400,
    reasonCode: 'invalid.input.request', // a refusal names bin.not.found, product.not.found or plastic.not.found where one of them applies
    shortMessage: 'Unknown or not matching branch, product, BIN or plastic',
    detailMessage: 'The order names a branch, product, BIN or plastic that is unknown or does not go with the others; fieldError names it',
    when: 'the branch, product, BIN or plastic of an order is unknown or does not match the others',
  },
  ORD006: {
    status: 400,
    reasonCode: 'bin.range.exhausted',
    shortMessage: 'Card numbers exhausted',
    detailMessage: 'The BIN’s range has too few free card numbers for this order',
    when: 'the BIN’s range has fewer free numbers than the order needs',
  },
  ORD007: {
    status: 400,
    reasonCode: 'order.file.not.found',
    shortMessage: 'File not found or already used',
    detailMessage: 'No uploaded file has this name, or another order has already used it',
    fieldError: ['Invalid fileName'],
    when: 'an order names a file that was not uploaded, was removed or belongs to another order',
  },
  ORD008: {
    status: 400,
    reasonCode: 'order.file.mismatch',
    shortMessage: 'Order does not match file',
    detailMessage: 'The products or quantities of the order differ from those in the file; fieldError names each difference',
    when: 'the products or total quantities of the order and the file differ',
  },
  ORD009: {
    status: 400,
    reasonCode: 'order.not.found',
    shortMessage: 'Card order not found',
    detailMessage: 'No card order found for the given order ID',
    fieldError: ['Invalid orderId'],
    when: 'the order is unknown or belongs to a branch other than the one named, or no order is due',
  },
  ORD010: {
    status: 400,
    reasonCode: 'order.status.invalid',
    shortMessage: 'Order not in RECEIVED state',
    detailMessage: 'Only an order that is RECEIVED can be sent to the CMS; fieldError names its current status',
    when: 'processing an order that has been sent or cancelled, or has expired',
  },
  ORD011: {
    status: 400,
    reasonCode: 'order.not.due',
    shortMessage: 'Order not due yet',
    detailMessage: 'The processStartTime of the order has not been reached; use force to send it anyway',
    when: 'processing an order before its processStartTime without force',
  },
  ORD012: {
    status: 502,
    reasonCode: 'cms.unavailable',
    shortMessage: 'CMS unavailable',
    detailMessage: 'The card management system did not answer; the order keeps its status, so repeat the call later',
    when: 'the CMS cannot be reached or fails',
  },
  'cms.customer.not.found': {
    status: 400,
    shortMessage: 'Customer not found at CMS',
    detailMessage: 'The card management system does not know this customer',
    when: 'the CMS refuses because it does not know the customer; also a reasonCode of failed orders',
  },
  'cms.card.not.found': {
    status: 400,
    shortMessage: 'Card not found at CMS',
    detailMessage: 'The card management system does not know this card',
    when: 'the CMS refuses because it does not know the card; also a reasonCode of failed orders',
  },
} as const satisfies Record<string, CatalogueEntry>

export const stockErrors = { ...branchErrors, ...inventoryErrors, ...cardOrderErrors } as const
