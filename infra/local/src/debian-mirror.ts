// Finds the Debian mirror this machine already uses, in apt's two source formats.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Source {
  uri: string
  suites: string[]
  components: string[]
}

/** The mirror for Debian packages; undefined when the machine names none (then the user has to). */
export async function debianMirror(env: NodeJS.ProcessEnv = process.env, etc = '/etc'): Promise<string | undefined> {
  if (env.DCMS_DEBIAN_MIRROR) return env.DCMS_DEBIAN_MIRROR
  const release = parseOsRelease(await readText(join(etc, 'os-release')))
  if (release.ID !== 'debian') return undefined // Ubuntu's mirrors do not carry Debian's suites
  const uri = chooseMirror(await readSources(etc), release.VERSION_CODENAME ?? 'stable')
  // Cloud images point to a file that lists the mirrors.
  const list = uri?.match(/^mirror\+file:(?:\/\/)?(\/.*)$/)?.[1]
  if (!list) return uri
  return (await readText(list))
    .split('\n')
    .find((line) => /^https?:/.test(line))
    ?.split(/\s/)[0]
}

export async function readSources(etc: string): Promise<Source[]> {
  const folder = join(etc, 'apt/sources.list.d')
  const names = (await readdir(folder).catch(() => [])).sort()
  const texts = await Promise.all(names.map((name) => readText(join(folder, name))))
  const listed = names.flatMap((name, i) => {
    if (name.endsWith('.sources')) return parseDeb822(texts[i] ?? '')
    return name.endsWith('.list') ? parseOneLine(texts[i] ?? '') : []
  })
  return [...parseOneLine(await readText(join(etc, 'apt/sources.list'))), ...listed]
}

/** `deb [options] uri suite component…` */
export function parseOneLine(text: string): Source[] {
  return text.split('\n').flatMap((line) => {
    const words = line
      .replace(/#.*/, '')
      .replace(/\[[^\]]*\]/, ' ')
      .trim()
      .split(/\s+/)
    const [type, uri, suite, ...components] = words
    return type === 'deb' && uri && suite ? [{ uri, suites: [suite], components }] : []
  })
}

/** Paragraphs of `Field: value`, values continued on indented lines. */
export function parseDeb822(text: string): Source[] {
  const withoutComments = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
  return withoutComments.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (name: string) => {
      const value = paragraph.match(new RegExp(`^${name}:((?:.*)(?:\\n[ \\t].*)*)`, 'im'))?.[1]
      return value?.trim().split(/\s+/).filter(Boolean) ?? []
    }
    if (!field('Types').includes('deb') || /^(no|false|0)$/i.test(field('Enabled')[0] ?? 'yes')) return []
    return field('URIs').map((uri) => ({ uri, suites: field('Suites'), components: field('Components') }))
  })
}

/**
 * Vendors' repositories may use Debian's suite names too, so the one that also has the updates
 * suite is preferred.
 */
export function chooseMirror(sources: Source[], codename: string): string | undefined {
  const archives = sources.filter(
    ({ uri, suites, components }) =>
      /^(https?|mirror\+file):/.test(uri) &&
      components.includes('main') &&
      suites.some((suite) => [codename, 'stable', 'testing', 'sid', 'forky'].includes(suite)),
  )
  const hasUpdates = (uri: string) =>
    sources.some((source) => source.uri === uri && source.suites.some((suite) => suite.endsWith('-updates')))
  return (archives.find(({ uri }) => hasUpdates(uri)) ?? archives.find(({ uri }) => /debian\/?$/.test(uri)) ?? archives[0])?.uri
}

function parseOsRelease(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^(\w+)="?([^"\n]*)"?$/gm)].map(([, key = '', value = '']) => [key, value]))
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
