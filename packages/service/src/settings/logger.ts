// The log of a process: JSON lines on standard output, passed through a card-data filter.
import { withoutCardData } from '@dcms/events'
import { type Logger, pino, stdTimeFunctions } from 'pino'

const SECRET_FIELDS = ['pan', 'pin', 'cvv', 'password', 'authorization', 'token', 'key', 'secret']

/**
 * A logger named after the process. Lines never carry a card number or a token, whatever was handed
 * to it.
 */
export const createLogger = (name: string, level = 'info'): Logger =>
  pino(
    {
      name,
      level,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[secret]' },
    },
    { write: (line: string) => process.stdout.write(withoutCardData(line)) },
  )
