// The mobile numbers under which a customer is found.
import { type CommunicationInfo, comparableMobileNumber } from '@dcms/contract'

/**
 * Each contact's number in the form for comparing; a contact with a dialling code of its own
 * (`+971`) is found with it and without. Kept with the customer, so that one index finds it.
 */
export const mobileNumbersOf = (contacts: readonly Pick<CommunicationInfo, 'contactNo' | 'countryCode'>[]): string[] => [
  ...new Set(contacts.flatMap(({ contactNo, countryCode }) => [contactNo, `${countryCode ?? ''}${contactNo}`].map(comparableMobileNumber))),
]
