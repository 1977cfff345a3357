// The status of an order by those of its lines.
import type { OrderStatus } from '@dcms/contract'
import type { OrderLine } from '../orders/order.ts'

const road: readonly OrderStatus[] = ['RECEIVED', 'PENDING', 'PROCESSED', 'SUCCESS']

/** FAILED when all lines failed, otherwise the least advanced of the others. */
export const statusOfLines = (lines: readonly Pick<OrderLine, 'status'>[]): OrderStatus =>
  road.find((status) => lines.some((line) => line.status === status)) ?? 'FAILED'
