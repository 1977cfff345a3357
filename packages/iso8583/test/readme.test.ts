// The code that the README shows, run.
import { expect, test } from '@jest/globals'
import {
  asciiDialect,
  decode,
  dialectOf,
  encode,
  FrameReader,
  frame,
  readAmount,
  readTaggedValues,
  responseMti,
  shownMessage,
  usualTagLayout,
} from '../src/index.ts'

test('a request that comes in as the README shows is answered', () => {
  // #region dialect
  const dialect = dialectOf({ ...asciiDialect, bitmap: 'binary', fields: { 55: { max: 999 }, 63: { secret: false } } })
  const reader = new FrameReader('binary-2', 4096) // one for each connection; longer messages are a fault
  // #endregion
  const fields = { 2: '6080400000000006', 3: '280000', 4: '000000010000', 11: '123456', 48: '08200202' }
  const chunk = frame(encode({ mti: '0200', fields }, dialect), 'binary-2')
  const [answers, lines]: [Buffer[], string[]] = [[], []]
  const socket = { write: (bytes: Buffer) => answers.push(bytes), destroy: () => lines.push('closed') }
  const log = (shown: unknown): number => lines.push(JSON.stringify(shown))

  // #region answer
  const { messages, fault } = reader.read(chunk)
  for (const bytes of messages) {
    const request = decode(bytes, dialect) // MalformedMessage says which field and why, and nothing of its content
    log(shownMessage(request, dialect)) // {"mti":"0200","fields":{"2":"***","3":"280000","4":"000000010000", …
    const amountPaise = readAmount(request.fields[4] ?? '')
    const source = readTaggedValues(request.fields[48] ?? '', usualTagLayout).get('082') // 02: cash
    const responseCode = source === '02' && amountPaise <= 200_000 ? '00' : '57'
    const answer = { mti: responseMti(request.mti) ?? '', fields: { 3: '280000', 11: '123456', 39: responseCode } }
    socket.write(frame(encode(answer, dialect), 'binary-2'))
  }
  if (fault !== undefined) socket.destroy() // nothing can be read from here on
  // #endregion

  const [answer = Buffer.alloc(0)] = new FrameReader('binary-2', 4096).read(Buffer.concat(answers)).messages
  expect(decode(answer, dialect)).toEqual({ mti: '0210', fields: { 3: '280000', 11: '123456', 39: '00' } })
  expect(lines).toEqual(['{"mti":"0200","fields":{"2":"***","3":"280000","4":"000000010000","11":"123456","48":"***"}}'])
})
