// Prints the folders for keys that the image is built with, a line each: all keys, and one for each
// who is handed some.
import { keyReceivers } from '@dcms/ops'

for (const folder of ['/keys', ...keyReceivers.map((name) => `/handed-out/${name}`)]) console.log(folder)
