// Which delivery status may follow which, as a table made from the one that the inventory-order
// service decides by.
import { deliverySteps } from '@dcms/contract'
import { escapeHtml } from './html.ts'
import { tableOf } from './markdown.ts'

/** HTML. */
export const deliveryTable = (): string =>
  tableOf(
    ['Present delivery status', 'May become'],
    Object.entries(deliverySteps).map(([present, next]) => [present === 'NONE' ? 'none' : code(present), next.map(code).join(', ')]),
  )

const code = (text: string): string => `<code>${escapeHtml(text)}</code>`
