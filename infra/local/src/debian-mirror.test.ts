import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { chooseMirror, debianMirror, parseDeb822, parseOneLine } from './debian-mirror.ts'

const archive = 'http://mirror.example/debian'
let etc: string

beforeEach(async () => {
  etc = await mkdtemp(join(tmpdir(), 'dcms-etc-'))
  await mkdir(join(etc, 'apt/sources.list.d'), { recursive: true })
  await writeFile(join(etc, 'os-release'), 'ID=debian\nVERSION_CODENAME=bookworm\n')
})
afterEach(() => rm(etc, { recursive: true }))

test('the one-line format is read with options and comments', () => {
  const text = `# deb http://old.example/debian bookworm main\ndeb [arch=amd64 signed-by=/k.gpg] ${archive} bookworm main contrib # here\ndeb-src ${archive} bookworm main`
  expect(parseOneLine(text)).toEqual([{ uri: archive, suites: ['bookworm'], components: ['main', 'contrib'] }])
})

test('the deb822 format is read with continued lines; a disabled or source-only paragraph is not taken', () => {
  const text = `Types: deb deb-src
# a comment
URIs: ${archive}
Suites: bookworm
 bookworm-updates
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main`
  expect(parseDeb822(text)).toEqual([{ uri: archive, suites: ['bookworm', 'bookworm-updates'], components: ['main'] }])
})

describe('the mirror of the machine', () => {
  test('is the archive, not the security archive and not a vendor that uses the same suite name', () => {
    const sources = [
      { uri: 'http://security.example/debian-security', suites: ['bookworm-security'], components: ['main'] },
      { uri: 'https://vendor.example', suites: ['bookworm'], components: ['main'] },
      { uri: archive, suites: ['bookworm', 'bookworm-updates'], components: ['main'] },
    ]
    expect(chooseMirror(sources, 'bookworm')).toBe(archive)
  })

  test('is found in a .sources file', async () => {
    await writeFile(
      join(etc, 'apt/sources.list.d/debian.sources'),
      `Types: deb\nURIs: ${archive}\nSuites: bookworm bookworm-updates\nComponents: main\n`,
    )
    expect(await debianMirror({}, etc)).toBe(archive)
  })

  test('is found in sources.list; a file that apt does not read is not read here either', async () => {
    await writeFile(join(etc, 'apt/sources.list'), `deb ${archive} bookworm main\n`)
    await writeFile(join(etc, 'apt/sources.list.d/other.list.disabled'), 'deb http://other.example/debian bookworm main\n')
    expect(await debianMirror({}, etc)).toBe(archive)
  })

  test('is followed through a mirror list, as cloud images have it', async () => {
    await writeFile(join(etc, 'mirrors.list'), `${archive}\nhttp://second.example/debian\n`)
    await writeFile(join(etc, 'apt/sources.list'), `deb mirror+file://${join(etc, 'mirrors.list')} bookworm main\n`)
    expect(await debianMirror({}, etc)).toBe(archive)
  })

  test('is the one the user names, before all others', async () => {
    await writeFile(join(etc, 'apt/sources.list'), `deb ${archive} bookworm main\n`)
    expect(await debianMirror({ DCMS_DEBIAN_MIRROR: 'http://mine.example/debian' }, etc)).toBe('http://mine.example/debian')
  })

  test('is unknown on Ubuntu, whose archive does not carry Debian', async () => {
    await writeFile(join(etc, 'os-release'), 'ID=ubuntu\nVERSION_CODENAME=noble\n')
    await writeFile(join(etc, 'apt/sources.list'), 'deb http://ubuntu.example/ubuntu noble main\n')
    expect(await debianMirror({}, etc)).toBeUndefined()
  })
})
