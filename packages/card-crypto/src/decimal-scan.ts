// Turning a cryptogram into decimal digits, as PVV and CVV do.

/**
 * The first `count` decimal digits of upper-case hex; when there are fewer, the second scan takes A
 * to F, less ten, from the left. 16 hex digits always give enough for a PVV or a CVV.
 */
export function decimalScan(hex: string, count: number): string {
  const firstScan = hex.replace(/[A-F]/g, '')
  const secondScan = hex.replace(/[0-9]/g, '').replace(/[A-F]/g, (letter) => String(Number.parseInt(letter, 16) - 10))
  return (firstScan + secondScan).slice(0, count)
}
