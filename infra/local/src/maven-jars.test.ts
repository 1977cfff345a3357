import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { verifyJars } from './maven-jars.ts'

const sum = (text: string) => createHash('sha256').update(text).digest('hex')
const expected = `${sum('one')}  one.jar\n${sum('two')}  two.jar\n`
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcms-jars-'))
  await writeFile(join(folder, 'one.jar'), 'one')
  await writeFile(join(folder, 'two.jar'), 'two')
})
afterEach(() => rm(folder, { recursive: true }))

test('jars with the recorded sums are accepted', async () => {
  await expect(verifyJars('Apache Kafka', folder, expected)).resolves.toBeUndefined()
})

test('a changed jar is refused by name', async () => {
  await writeFile(join(folder, 'two.jar'), 'tow')
  await expect(verifyJars('Apache Kafka', folder, expected)).rejects.toThrow('(two.jar)')
})

test('a missing jar is refused by name', async () => {
  await rm(join(folder, 'one.jar'))
  await expect(verifyJars('Apache Kafka', folder, expected)).rejects.toThrow('(one.jar)')
})

test('a jar that nobody recorded is refused by name', async () => {
  await writeFile(join(folder, 'three.jar'), 'three')
  await expect(verifyJars('Apache Kafka', folder, expected)).rejects.toThrow('(three.jar)')
})
