// Bundles a generated TypeScript client into one module; a process of its own, as the bundler does
// not run in jest's context.
import { rolldown } from 'rolldown'

const [, , input = '', file = ''] = process.argv
const bundle = await rolldown({ input, platform: 'node' })
await bundle.write({ file, format: 'esm' })
await bundle.close()
