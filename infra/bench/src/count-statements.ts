// Loaded into DCMS's own processes ahead of their code, by the benches `idle` and `cost`: notes
// every statement that their driver sends to the store, and every call to another process.

import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import mongoose from 'mongoose'
import { partsOf } from './statement-notes.ts'

const FLUSH_EVERY_MS = 200

const { DCMS_BENCH_STATEMENTS_FILE: file } = process.env
if (file !== undefined) noteStatements(file)

/** The driver's own switch, which its types leave out. */
type MonitoredClient = mongoose.mongo.MongoClient & { monitorCommands: boolean }

/**
 * One line each: when, the command, the collection, how many documents it names, by which fields.
 * Never a value.
 */
function noteStatements(noted: string): void {
  const { MongoClient } = mongoose.mongo
  const { connect } = MongoClient.prototype
  let lines = ''
  MongoClient.prototype.connect = function (this: MonitoredClient) {
    if (!this.monitorCommands) {
      this.monitorCommands = true
      this.on('commandStarted', ({ commandName, command, databaseName }) => {
        const { documents, fields } = partsOf(command)
        lines += `${Date.now()}\t${commandName}\t${command[commandName]}\t${documents}\t${fields}\t${databaseName}\n`
      })
    }
    return connect.call(this)
  }
  subscribe('undici:request:create', () => {
    lines += `${Date.now()}\tcall\t\t1\t\t\n`
  })
  const flush = (): void => {
    if (lines !== '') appendFileSync(noted, lines)
    lines = ''
  }
  setInterval(flush, FLUSH_EVERY_MS).unref()
  process.once('exit', flush)
}
