// The code in the README is code that compiles: the marked regions of readme-example.ts.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const textOf = (path: string): Promise<string> => readFile(join(import.meta.dirname, path), 'utf8')

test('each piece of code in the README is a region of a file that is compiled', async () => {
  const [readme, examples] = await Promise.all([textOf('../README.md'), textOf('readme-example.ts')])
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code)
  const regions = [...examples.matchAll(/\/\/ #region \w+\n(.*?)\/\/ #endregion/gs)].map(([, code]) => code)
  expect(blocks.length).toBeGreaterThan(0)
  expect(blocks).toEqual(regions)
})
