// What files for and from card vendors can carry, as tables made from the fields that layouts are
// checked against.
import { type VendorFileKind, vendorFields } from '@dcms/contract'
import { escapeHtml } from './html.ts'
import { tableOf } from './markdown.ts'

/** HTML. */
export const vendorTable = (kind: VendorFileKind): string =>
  tableOf(
    ['Field', 'At most', 'What'],
    Object.entries(vendorFields[kind]).map(([field, { max, says }]) => [
      `<code>${escapeHtml(field)}</code>`,
      String(max),
      escapeHtml(says).replace(/`([^`]+)`/g, '<code>$1</code>'),
    ]),
  )
