import { expect, test } from '@jest/globals'
import { messageTypeOf, responseMti } from './message-type.ts'

test.each([
  ['0100', '1987', 'authorisation', 'request', 'acquirer', false, '0110'],
  ['0120', '1987', 'authorisation', 'advice', 'acquirer', false, '0130'],
  ['0200', '1987', 'financial', 'request', 'acquirer', false, '0210'],
  ['0220', '1987', 'financial', 'advice', 'acquirer', false, '0230'],
  ['0221', '1987', 'financial', 'advice', 'acquirer', true, '0230'],
  ['0400', '1987', 'reversal', 'request', 'acquirer', false, '0410'],
  ['0401', '1987', 'reversal', 'request', 'acquirer', true, '0410'],
  ['0420', '1987', 'reversal', 'advice', 'acquirer', false, '0430'],
  ['0421', '1987', 'reversal', 'advice', 'acquirer', true, '0430'],
  ['0422', '1987', 'reversal', 'advice', 'issuer', false, '0432'],
  ['0800', '1987', 'network-management', 'request', 'acquirer', false, '0810'],
  ['0110', '1987', 'authorisation', 'response', 'acquirer', false, undefined],
  ['0430', '1987', 'reversal', 'advice-response', 'acquirer', false, undefined],
  ['0140', '1987', 'authorisation', 'notification', 'acquirer', false, undefined],
  ['1304', '1993', 'file-action', 'request', 'other', false, '1314'],
] as const)(
  '%s is understood, and answered with what belongs to it',
  (mti, version, messageClass, messageFunction, origin, isRepeat, answer) => {
    expect(messageTypeOf(mti)).toEqual({ version, class: messageClass, function: messageFunction, origin, isRepeat })
    expect(responseMti(mti)).toBe(answer)
  },
)

test.each(['', '010', '01000', '01x0', '3100', '0000', '0900', '0190', '0109', '٠١٠٠'])('%j means nothing, and has no answer', (mti) => {
  expect(messageTypeOf(mti)).toBeUndefined()
  expect(responseMti(mti)).toBeUndefined()
})
