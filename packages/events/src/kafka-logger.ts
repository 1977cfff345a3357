// Kafka client log lines as lines of our own log.
import type { logCreator } from 'kafkajs'
import type { Logger } from 'pino'
import { kafkajs } from './kafkajs.ts'

/**
 * Client errors are warnings here: whoever called decides whether something is wrong, and a broker
 * that is away repeats itself.
 */
export const kafkaLogger =
  (logger: Logger): logCreator =>
  () => {
    const { ERROR } = kafkajs().logLevel
    return ({ namespace, level, log }) => {
      const { message, timestamp: _timestamp, logger: _name, stack: _stack, ...rest } = log
      const text = `kafka ${namespace}: ${message}`
      if (level === ERROR) logger.warn(rest, text)
      else logger.debug(rest, text)
    }
  }
