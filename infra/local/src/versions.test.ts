import { expect, test } from '@jest/globals'
import { checkVersions, explainUnpacking } from './debian-root.ts'
import { goVersion, javaMajor } from './tools.ts'

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['openjdk version "21" 2023-09-19', 21],
  ['java version "1.8.0_402"', 8],
])('Java is recognised in %s', (output, major) => expect(javaMajor(output)).toBe(major))

test('no Java is no version', () => expect(javaMajor('')).toBeUndefined())

test('Go 1.9 is older than Go 1.21', () => {
  const old = goVersion('go version go1.9 linux/amd64') ?? 0
  const recent = goVersion('go version go1.21.3 linux/amd64') ?? 0
  expect(old).toBeLessThan(recent)
})

const fitting = { 'postgresql-18': '18.6-3', 'postgresql-18-documentdb': '1.0-0-1' }

test('the pinned major versions are accepted', () => expect(() => checkVersions(fitting)).not.toThrow())

test('another DocumentDB is refused with what was found', () =>
  expect(() => checkVersions({ ...fitting, 'postgresql-18-documentdb': '2.0-1' })).toThrow(
    'DocumentDB 1 is needed, but the mirror has 2.0-1.',
  ))

test('another PostgreSQL is refused with what was found', () =>
  expect(() => checkVersions({ ...fitting, 'postgresql-18': '19.1-1' })).toThrow('PostgreSQL 18 is needed, but the mirror has 19.1-1.'))

test('a signature that cannot be verified names the keyring package', () =>
  expect(explainUnpacking('E: The repository is not signed. NO_PUBKEY 6ED0E7B82643E131')).toContain('debian-archive-keyring'))

test('a mirror without the package names the ways out', () =>
  expect(explainUnpacking('E: Unable to locate package postgresql-18-documentdb')).toContain('DCMS_DEBIAN_MIRROR'))
