// How large the tests of orders in bulk are: small in a whole test run, by hand as large as wanted
// (docs/operations.md#variables-of-the-environment).

export const BULK_CARDS = Number(process.env.DCMS_BULK_CARDS ?? 3_000)
/** How often each of the services is killed. */
export const BULK_KILLS = Number(process.env.DCMS_BULK_KILLS ?? 3)
/** How long Kafka, and then the store, is away. */
export const BULK_DOWN_SECONDS = Number(process.env.DCMS_BULK_DOWN_SECONDS ?? 2)
