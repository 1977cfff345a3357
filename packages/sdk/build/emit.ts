// Emits the package that banks install: one JavaScript file with the workspace's packages in it,
// its types, and a package.json; and the same once more in `cjs`, for CommonJS, where TypeScript
// wants declarations of its own. `node build/emit.ts [folder]`; the folder is `dist` unless given.
import { execFile } from 'node:child_process'
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'rolldown'

const sdk = join(import.meta.dirname, '..')
const packages = join(sdk, '..')
const tsc = join(packages, '..', 'node_modules', '.bin', 'tsc')
/** The oldest Node that banks run it with: what undici 7 asks for. */
const NODE_MIN = '>=20.18.1'
const COMMON_JS = 'cjs'
const TYPES = 'types/sdk/src/index.d.ts'

interface Manifest {
  name: string
  version: string
  license: string
  dependencies: Record<string, string>
}

const manifestOf = async (folder: string): Promise<Manifest> => JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))

/** Writes everything into `folder`, which is emptied first. */
async function emit(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await mkdir(join(folder, COMMON_JS))
  await Promise.all([
    emitCode(join(folder, 'index.js'), 'esm'),
    emitCode(join(folder, COMMON_JS, 'index.js'), 'cjs'),
    writeFile(join(folder, COMMON_JS, 'package.json'), '{ "type": "commonjs" }\n'),
    emitTypes(folder),
    emitManifest(folder),
    copyFile(join(sdk, 'README.md'), join(folder, 'README.md')),
  ])
  await cp(join(folder, 'types'), join(folder, COMMON_JS, 'types'), { recursive: true })
}

async function emitCode(file: string, format: 'esm' | 'cjs'): Promise<void> {
  await build({
    input: join(sdk, 'src', 'index.ts'),
    platform: 'node',
    external: [/^node:/, 'undici'],
    // Of the contract only the endpoints are needed; importing its validators would bring a
    // compiler of schemas along.
    treeshake: { moduleSideEffects: (id) => !id.includes('/contract/src/') && !id.includes('/ajv') },
    transform: { target: 'node20' },
    output: { file, format, minify: false },
    logLevel: 'warn',
  })
}

/**
 * Declarations of the SDK and of what it is made of, side by side as in the workspace, with
 * relative imports between them.
 */
async function emitTypes(folder: string): Promise<void> {
  const types = join(folder, 'types')
  const project = join(folder, 'tsconfig.json')
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: './types',
    rootDir: relative(folder, packages),
    // Found by path, as what is found under node_modules counts as somebody else's and is not
    // emitted.
    paths: { '@dcms/*': [join(relative(folder, packages), '*', 'src', 'index.ts')] },
    typeRoots: [relative(folder, join(packages, '..', 'node_modules', '@types'))],
  }
  const configuration = {
    extends: relative(folder, join(packages, '..', 'tsconfig.json')),
    compilerOptions,
    include: [],
    files: [relative(folder, join(sdk, 'src', 'index.ts'))],
  }
  await writeFile(project, JSON.stringify(configuration))
  await promisify(execFile)(tsc, ['-p', project])
  await rm(project)
  for (const file of await readdir(types, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue
    const path = join(types, file)
    const text = await readFile(path, 'utf8')
    const local = text
      .replace(/(['"])@dcms\/([a-z-]+)\1/g, (_, quote: string, name: string) => {
        const target = relative(dirname(path), join(types, name, 'src', 'index.js'))
        return `${quote}${target.startsWith('.') ? target : `./${target}`}${quote}`
      })
      .replace(/(from |import\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2')
    await writeFile(path, local)
  }
}

async function emitManifest(folder: string): Promise<void> {
  const { name, version, license, dependencies } = await manifestOf(sdk)
  const contract = await manifestOf(join(packages, 'contract'))
  const needed = (from: Manifest, dependency: string): string => {
    const wanted = from.dependencies[dependency]
    if (wanted === undefined) throw new Error(`${from.name} no longer depends on ${dependency}`)
    return wanted
  }
  const manifest = {
    name,
    version,
    license,
    description: 'Client of DCMS, the open debit-card management system',
    type: 'module',
    exports: {
      '.': {
        import: { types: `./${TYPES}`, default: './index.js' },
        require: { types: `./${COMMON_JS}/${TYPES}`, default: `./${COMMON_JS}/index.js` },
      },
    },
    // For what does not read `exports`: TypeScript's older resolution.
    main: `./${COMMON_JS}/index.js`,
    types: `./${COMMON_JS}/${TYPES}`,
    engines: { node: NODE_MIN },
    // The last two are of use to the types only.
    dependencies: {
      undici: needed({ name, version, license, dependencies }, 'undici'),
      'json-schema-to-ts': needed(contract, 'json-schema-to-ts'),
      '@types/node': '20.x || 22.x || 24.x',
    },
  }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

const folder = resolve(process.argv[2] ?? join(sdk, 'dist'))
await emit(folder)
console.log(`${folder} is ready: npm pack there gives the package to install`)
