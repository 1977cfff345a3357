// The table of a card's life names the event of each step, and the commands tell that one.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cardLife } from '@dcms/contract'
import { expect, test } from '@jest/globals'

const tableEvents = new Set(
  Object.values(cardLife).flatMap((row) => Object.values(row).flatMap((step) => ('to' in step ? [step.event] : []))),
)

test('no command spells an event that the table names: it tells that of its step', async () => {
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await readFile(join(import.meta.dirname, file), 'utf8') })))
  const spelled = texts.flatMap(({ file, text }) =>
    [...text.matchAll(/'(Kit[A-Z]\w+)'/g)].flatMap(([, event]) =>
      ([...tableEvents] as string[]).includes(event ?? '') ? [`${file}: ${event}`] : [],
    ),
  )
  expect(tableEvents.size).toBeGreaterThan(0)
  expect(spelled).toEqual([])
})
