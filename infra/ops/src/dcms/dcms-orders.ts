// `dcms orders`: card orders on their way to the CMS and into stock.
import { type CardOrderShown, LISTED_ORDERS_MAX, orderStatuses } from '@dcms/contract'
import { Command, InvalidArgumentError, Option } from 'commander'
import { tableText, timeText } from '../launcher/terminal.ts'
import { isEnded } from '../operator/operator-orders.ts'
import { type OperatorOption, withOperator, withServiceOptions } from './dcms-options.ts'

const LISTED_DEFAULT = 50

const oneLimit = (value: string): number => {
  const limit = Number(value)
  if (!Number.isInteger(limit) || limit < 1 || limit > LISTED_ORDERS_MAX)
    throw new InvalidArgumentError(`Expected a number from 1 to ${LISTED_ORDERS_MAX}.`)
  return limit
}

const oneTimeout = (value: string): number => {
  const seconds = Number(value)
  if (!Number.isInteger(seconds) || seconds < 1) throw new InvalidArgumentError('Expected a number of seconds.')
  return seconds
}

interface ListOptions extends OperatorOption {
  tenant: string
  status?: CardOrderShown['status']
  branch?: string
  limit: number
  json?: boolean
}

interface FollowOptions extends OperatorOption {
  tenant: string
  timeout?: number
}

interface ShowOptions extends FollowOptions {
  wait?: boolean
  json?: boolean
}

export function orderCommands(): Command {
  const orders = new Command('orders').description('card orders: list, show, process, cancel')
  for (const each of [listCommand(), showCommand(), processCommand(), cancelCommand()]) orders.addCommand(each)
  return orders
}

function listCommand(): Command {
  const list = new Command('list')
    .description('list card orders, newest first, with how many of their kits are in stock')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .addOption(new Option('--status <status>', 'only orders in this status').choices(orderStatuses))
    .option('--branch <branchId>', 'only orders of this branch')
    .option('--limit <number>', `maximum number of orders, up to ${LISTED_ORDERS_MAX}`, oneLimit, LISTED_DEFAULT)
    .option('--json', 'one JSON object per order')
  return withServiceOptions(list).action(async (options: ListOptions) => {
    const { tenant, status, branch, limit, json } = options
    const which = { limit, ...(status !== undefined && { status }), ...(branch !== undefined && { branchId: branch }) }
    const { orders, more } = await withOperator(options, (operator) => operator.orders.list(tenant, which))
    if (json) for (const order of orders) console.log(JSON.stringify(order))
    else console.log(orders.length === 0 ? 'There are no such orders.' : orderTable(orders))
    if (more) process.stderr.write(`There are older ones: narrow the list with --status or --branch, or raise --limit.\n`)
  })
}

function showCommand(): Command {
  const show = new Command('show')
    .description('show one order with its products and how many of their kits are in stock')
    .argument('<order>', 'its orderId, or its name at the CMS')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .option('--wait', 'follow it until it has ended; exit code 1 unless that is SUCCESS')
    .option('--timeout <seconds>', 'with --wait: how long to wait (default: 600)', oneTimeout)
    .option('--json', 'one JSON object')
  return withServiceOptions(show).action(async (cardOrderId: string, options: ShowOptions) => {
    const { tenant, wait, json } = options
    const order = await withOperator(options, async ({ orders }) =>
      wait ? orders.followed(tenant, cardOrderId, progressTo(process.stderr), timeoutMsOf(options)) : orders.show(tenant, cardOrderId),
    )
    console.log(json ? JSON.stringify(order) : orderText(order))
    if (wait) requireSuccess(order)
  })
}

interface ProcessOptions extends FollowOptions {
  force?: boolean
  wait?: boolean
}

function processCommand(): Command {
  const command = new Command('process')
    .description('send an order to the card management system now')
    .argument('<order>', 'its orderId')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .option('--force', 'also before its processStartTime')
    .option('--wait', 'follow it until its kits are in stock; exit code 1 unless they are')
    .option('--timeout <seconds>', 'with --wait: how long to wait (default: 600)', oneTimeout)
  return withServiceOptions(command).action(async (orderId: string, options: ProcessOptions) => {
    const { tenant, force = false, wait } = options
    const order = await withOperator(options, async ({ orders }) => {
      await orders.process(tenant, orderId, { force })
      return wait ? orders.followed(tenant, orderId, progressTo(process.stderr), timeoutMsOf(options)) : orders.show(tenant, orderId)
    })
    console.log(`order ${orderId}: ${progressText(order)}`)
    if (wait) requireSuccess(order)
  })
}

function cancelCommand(): Command {
  const cancel = new Command('cancel')
    .description('cancel an order that has not been sent to the card management system')
    .argument('<order>', 'its orderId')
    .requiredOption('--tenant <tenant>', 'tenant id')
  return withServiceOptions(cancel).action(async (orderId: string, options: OperatorOption & { tenant: string }) => {
    await withOperator(options, ({ orders }) => orders.cancel(options.tenant, orderId))
    console.log(`order ${orderId} is cancelled`)
  })
}

const timeoutMsOf = ({ timeout }: FollowOptions): number | undefined => (timeout === undefined ? undefined : timeout * 1000)

/** @throws with the reason when the order has not come to its good end */
function requireSuccess(order: CardOrderShown): void {
  if (order.status === 'SUCCESS') return
  if (!isEnded(order)) throw new Error(`order ${order.orderId} has not ended yet: ${progressText(order)}`)
  throw new Error(`order ${order.orderId} ended as ${order.status}${order.reason === undefined ? '' : `: ${order.reason}`}`)
}

/** Tells how far an order is: on a terminal in one line that changes, else a line per change. */
function progressTo(stream: NodeJS.WriteStream): (order: CardOrderShown) => void {
  if (!stream.isTTY) return (order) => void stream.write(`${progressText(order)}\n`)
  return (order) => {
    stream.clearLine(0)
    stream.cursorTo(0)
    stream.write(`${progressText(order)}${isEnded(order) ? '\n' : ''}`)
  }
}

/** `PROCESSED, 3000 of 5000 kits in stock (60 %)` */
export function progressText({ status, stocked, totalQuantity }: CardOrderShown): string {
  return `${status}, ${stocked} of ${totalQuantity} kits in stock (${Math.floor((100 * stocked) / totalQuantity)} %)`
}

/** A table for people, one line per order. */
export const orderTable = (orders: readonly CardOrderShown[]): string =>
  tableText(
    ['order', 'branch', 'status', 'stocked', 'received', 'name at the CMS', 'note'],
    orders.map((order) => [
      order.orderId,
      order.branchId,
      order.status,
      `${order.stocked}/${order.totalQuantity}`,
      timeText(order.receivedAt),
      order.cardOrderName ?? '',
      noteOf(order),
    ]),
  )

/** What an operator should know of it beyond its status. */
function noteOf({ status, reason, sendingSince, dueAt, attempts }: CardOrderShown): string {
  if (reason !== undefined) return reason
  if (sendingSince !== undefined) return `sent at ${timeText(sendingSince)}, outcome unknown`
  if (status === 'RECEIVED' && dueAt !== undefined) return `due at ${timeText(dueAt)}`
  return attempts > 1 ? `placed ${attempts} times` : ''
}

/** One order for people: what is known of it, line by line, then its products. */
export function orderText(order: CardOrderShown): string {
  const rows: [string, string | number | undefined][] = [
    ['order', order.orderId],
    ['branch', order.branchId],
    ['status', progressText(order)],
    ['reason', order.reason === undefined ? undefined : `${order.reason}${order.reasonCode === undefined ? '' : ` (${order.reasonCode})`}`],
    ['file', order.fileName],
    ['name at the CMS', order.cardOrderName],
    ['placed there', order.attempts === 0 ? undefined : `${order.attempts} ${order.attempts === 1 ? 'time' : 'times'}`],
    ['received', timeText(order.receivedAt)],
    ['due', timeText(order.dueAt)],
    ['expires', timeText(order.expiresAt)],
    ['outcome unknown', order.sendingSince === undefined ? undefined : `since ${timeText(order.sendingSince)}`],
    ['pending since', timeText(order.pendingSince)],
    ['processed', timeText(order.processedAt)],
    ['completed', timeText(order.completedAt)],
  ]
  const known = rows.filter(([, value]) => value !== undefined && value !== '')
  const products = tableText(
    ['product', 'BIN', 'card', 'status', 'stocked', 'reason'],
    order.lines.map(({ productId, bin, cardType, status, stocked, quantity, reason = '' }) => [
      productId,
      bin,
      cardType,
      status,
      `${stocked}/${quantity}`,
      reason,
    ]),
  )
  return `${known.map(([name, value]) => `${name.padEnd(16)} ${value}`).join('\n')}\n\n${products}`
}
