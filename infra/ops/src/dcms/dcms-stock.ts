// `dcms stock`: what is in a bank's branches, and whether the stock ledger is right.
import type { StockSum } from '@dcms/contract'
import { Command } from 'commander'
import { tableText } from '../launcher/terminal.ts'
import type { StockReport } from '../operator/operator-stock.ts'
import { type OperatorOption, withOperator, withServiceOptions } from './dcms-options.ts'

/** Faults that are told one by one. */
const TOLD_MAX = 100

interface ShowOptions extends OperatorOption {
  tenant: string
  branch: string
  json?: boolean
}

interface VerifyOptions extends OperatorOption {
  tenant: string
  branch?: string
  json?: boolean
}

export function stockCommands(): Command {
  const show = new Command('show')
    .description('count the kits of a branch by product, status and delivery status')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .requiredOption('--branch <branchId>', 'the branch')
    .option('--json', 'one JSON object per count')
  withServiceOptions(show).action(async (options: ShowOptions) => {
    const { tenant, branch, json } = options
    const sums = byProduct(await withOperator(options, (operator) => operator.stock.sums(tenant, branch, progressTo(process.stderr))))
    if (json) for (const sum of sums) console.log(JSON.stringify(sum))
    else console.log(sums.length === 0 ? `There are no kits at ${branch}.` : stockTable(sums))
  })
  const verify = new Command('verify')
    .description('check every kit against its ledger entries and the kit service, and that every order has its kits; exit code 1 if not')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .option('--branch <branchId>', 'only kits of this branch (default: all, and the orders too)')
    .option('--json', 'the report as JSON')
  withServiceOptions(verify).action(async (options: VerifyOptions) => {
    const { tenant, branch, json } = options
    const report = await withOperator(options, (operator) => operator.stock.verify(tenant, branch, progressTo(process.stderr)))
    console.log(json ? JSON.stringify(report) : reportText(report))
    if (report.faultsInAll > 0) throw new Error(`The stock of ${tenant} has ${report.faultsInAll} faults`)
  })
  return new Command('stock').description('stock of branches: show, verify').addCommand(show).addCommand(verify)
}

/** On a terminal, how many kits have been looked at; elsewhere nothing. */
function progressTo(stream: NodeJS.WriteStream): (kits: number) => void {
  if (!stream.isTTY) return () => undefined
  return (kits) => {
    stream.clearLine(0)
    stream.cursorTo(0)
    stream.write(`${kits} kits\n`)
    stream.moveCursor(0, -1)
  }
}

type ProductSum = Omit<StockSum, 'branchId' | 'orderId' | 'held'> & { held: number }

/** Sums of all orders together, by product. */
export function byProduct(sums: readonly StockSum[]): ProductSum[] {
  const added = new Map<string, ProductSum>()
  for (const { productId, kitStatus, deliveryStatus, held, kits } of sums) {
    const key = JSON.stringify([productId, kitStatus, deliveryStatus])
    const before = added.get(key) ?? { productId, kitStatus, deliveryStatus, kits: 0, held: 0 }
    added.set(key, { ...before, kits: before.kits + kits, held: before.held + (held ? kits : 0) })
  }
  return [...added].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, sum]) => sum)
}

/** A table for people: one line per product, status and delivery status. */
export const stockTable = (sums: readonly ProductSum[]): string =>
  tableText(
    ['product', 'status', 'delivery', 'kits', 'held'],
    sums.map(({ productId, kitStatus, deliveryStatus, kits, held }) => [
      productId,
      kitStatus,
      deliveryStatus ?? '',
      String(kits),
      held === 0 ? '' : String(held),
    ]),
  )

/** What a verification found, for people. */
export function reportText({ kits, faults, orders, faultsInAll }: StockReport): string {
  if (faultsInAll === 0) return `${kits} kits: ledger, stock and cards agree`
  const lines = [
    ...faults.map(({ kitNo, fault }) => `kit ${kitNo}: ${fault}`),
    ...orders.map(({ orderId, counted, kits: found }) => `order ${orderId}: counts ${counted} kits, ${found} are there`),
  ]
  const told = lines.slice(0, TOLD_MAX)
  const untold = faultsInAll - told.length
  return [...told, ...(untold > 0 ? [`… and ${untold} more (--json tells 10,000)`] : [])].join('\n')
}
