// `dcms kit`: what the bank's back office does to a card.
import { Command } from 'commander'
import { type OperatorOption, withOperator, withServiceOptions } from './dcms-options.ts'

interface CloseOptions extends OperatorOption {
  tenant: string
  kit: string
  reason?: string
}

function closeCommand(): Command {
  const close = new Command('close')
    .description('close a kit permanently, whatever its status; this cannot be undone')
    .requiredOption('--tenant <tenant>', 'tenant id')
    .requiredOption('--kit <kitNo>', 'kit number of the card')
    .option('--reason <text>', 'recorded in the event KitClosed')
  return withServiceOptions(close).action(async (options: CloseOptions) => {
    const { tenant, kit: kitNo, reason } = options
    const { previousStatus } = await withOperator(options, (operator) =>
      operator.closeKit(tenant, { kitNo, ...(reason !== undefined && { reason }) }),
    )
    console.log(`kit ${kitNo} is closed; it was ${previousStatus}`)
  })
}

export function kitCommands(): Command {
  return new Command('kit').description('cards: close').addCommand(closeCommand())
}
