// A card transaction as callers see it.
const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

/**
 * A row of a customer's transaction history; ISO 8583 data elements are named where a field is one.
 */
export const cardTransaction = {
  type: 'object',
  additionalProperties: false,
  required: [
    'accountNumber',
    'channel',
    'crDr',
    'damount',
    'dateTimeTransaction',
    'entityId',
    'kitNo',
    'responseCode',
    'transactionStatus',
  ],
  properties: {
    accountNumber: { ...text, description: 'The account that was debited or credited' },
    acquirerId: { ...text, description: 'Acquiring institution (DE 32)' },
    acquiringCountryCode: { ...text, description: 'ISO 3166-1 numeric code (DE 19)' },
    authIdResponse: { ...text, description: 'Authorisation number (DE 38); absent on a decline' },
    binValue: { ...text, description: 'BIN of the card' },
    cardAcceptorId: { ...text, description: 'Merchant id at the acquirer (DE 42)' },
    cardAcceptorNameLocation: { ...text, description: 'Name, town, state and country of the merchant in fixed widths (DE 43)' },
    cardAcceptorTerminalId: { ...text, description: 'DE 41' },
    cardHolderBillingAmount: {
      ...text,
      pattern: '^\\d{12}$',
      description: 'Amount billed, 12 digits in minor units (DE 6): `000000010000` is 100.00',
    },
    cardholderBillingCurrencyCode: { ...text, description: 'ISO 4217 numeric code (DE 51)' },
    channel: { enum: ['ATM', 'POS', 'ECOM', 'CONTACTLESS'] },
    contactless: flag,
    crDr: { enum: ['C', 'D'], description: 'Credit or debit of the account' },
    createdDate: { ...text, format: 'date-time', description: 'When it was recorded' },
    damount: {
      ...text,
      pattern: '^-?\\d+\\.\\d{2}$',
      description: 'Amount with its sign, in major units with two decimals; negative for a debit',
    },
    dateLocalTransaction: { ...text, description: 'Local date at the terminal, `MMDD` (DE 13)' },
    dateTimeTransaction: { ...text, pattern: '^\\d{10}$', description: 'Transmission time in UTC, `MMDDhhmmss` (DE 7)' },
    description: text,
    emvTxn: { ...flag, description: 'Whether the chip took part' },
    entityId: text,
    expiryDate: { ...text, pattern: '^\\d{4}$', maxLength: 4, description: 'Expiry of the card, `YYMM` (DE 14)' },
    international: flag,
    kitNo: text,
    maskedCardNumber: { ...text, description: 'First six, X, last four' },
    mcc: { ...text, description: 'Merchant category code (DE 18)' },
    merchantId: text,
    pinVerified: flag,
    posEntryMode: { ...text, description: 'DE 22' },
    processingCode: { ...text, description: 'DE 3' },
    responseCode: { ...text, description: 'DE 39: `00` approved; see the decline codes' },
    reversal: { ...flag, description: 'Whether this row undoes another one' },
    rrn: { ...text, description: 'Retrieval reference number (DE 37)' },
    stan: { ...text, description: 'System trace audit number (DE 11)' },
    transactionAmount: {
      ...text,
      pattern: '^\\d+\\.\\d{2}$',
      description: 'Amount at the terminal, in major units with two decimals (DE 4)',
    },
    transactionCurrencyCode: { ...text, description: 'ISO 4217 numeric code at the terminal (DE 49)' },
    transactionId: { ...text, description: 'Id of the row' },
    transactionStatus: { enum: ['APPROVED', 'DECLINED', 'REVERSED'] },
  },
} as const
