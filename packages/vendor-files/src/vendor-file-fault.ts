// What is wrong with a vendor's file, in words that repeat nothing of what stands in it.

/** The file cannot be written, or was not written by the rules it is read by. */
export class VendorFileFault extends Error {
  override readonly name = 'VendorFileFault'
}
