// Makes, compiles and runs a client that OpenAPI Generator makes of a document.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pythonPackages } from '@dcms/local'

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024
const OUTPUT_SHOWN = 3_000
const JVM = ['-Xmx1g', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
const firstCalls = join(import.meta.dirname, 'first-calls')
const compiler = join(import.meta.dirname, '../../../node_modules/.bin/tsc')
/** What generated Python clients import, with all that these import. */
const pythonRequirements = [
  'annotated-types==0.8.0',
  'pydantic==2.14.4',
  'pydantic-core==2.50.5',
  'python-dateutil==4.0.0',
  'typing-extensions==4.16.0',
  'typing-inspection==0.4.5',
  'tzdata==2026.6',
  'urllib3==2.8.0',
]
const importAll = `
import importlib, pkgutil, openapi_client
for module in pkgutil.walk_packages(openapi_client.__path__, "openapi_client."): importlib.import_module(module.name)
`

/** A client in `folder` that has been compiled. */
export interface CompiledClient {
  /**
   * Runs its first calls with this on stdin; undefined where what it needs to run cannot be had
   * here.
   */
  readonly firstCalls: ((input: string) => Promise<string>) | undefined
}

interface Running {
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Runs the generator, as its users do: without templates or settings of our own. */
export async function generate(jar: string, language: string, document: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await run('java', [...JVM, '-jar', jar, 'generate', '-i', document, '-g', language, '-o', folder], { folder })
}

/**
 * Compiles every file and, where PyPI can be reached or was once, imports every module: what
 * pydantic makes of them shows only then.
 */
export async function compilePython(folder: string, progress: (line: string) => void): Promise<CompiledClient> {
  const packages = await pythonPackages(pythonRequirements, progress).catch((problem: Error) => problem)
  await run('python3', ['-m', 'compileall', '-q', '.'], { folder })
  if (packages instanceof Error) {
    progress(`generated clients: Python's was compiled, its modules were not imported and its first calls not made: ${packages.message}`)
    return { firstCalls: undefined }
  }
  const environment = { PYTHONPATH: [packages, folder].join(':'), PYTHONDONTWRITEBYTECODE: '1' }
  await run('python3', ['-c', importAll], { folder, environment })
  return { firstCalls: (input) => run('python3', [join(firstCalls, 'first_call.py')], { folder, environment, input }) }
}

/**
 * Builds the module with nothing but Go's own library: what its go.mod names besides is for tests.
 */
export async function compileGo(folder: string): Promise<CompiledClient> {
  // Not optimised: the first calls run but once, and optimising takes longer than they do.
  const environment = { GOFLAGS: "-mod=mod '-gcflags=all=-N -l'", GOWORK: 'off', CGO_ENABLED: '0' }
  await run('go', ['build', '-p=2', './...'], { folder, environment })
  const program = join(folder, 'firstcall')
  await mkdir(program)
  await copyFile(join(firstCalls, 'first_call.go'), join(program, 'main.go'))
  return { firstCalls: (input) => run('go', ['run', './firstcall'], { folder, environment, input }) }
}

/** Checks all types, as strictly as TypeScript does. */
export async function compileTypeScript(folder: string): Promise<CompiledClient> {
  const compilerOptions = {
    ...{ strict: true, noEmit: true, target: 'es2024', lib: ['es2024', 'dom'], types: [] },
    ...{ module: 'esnext', moduleResolution: 'bundler' },
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }))
  await run(compiler, ['-p', '.'], { folder })
  return {
    async firstCalls(input) {
      const bundle = join(folder, 'client.mjs')
      await run(process.execPath, [join(firstCalls, 'bundle.mjs'), join(folder, 'index.ts'), bundle], { folder })
      return run(process.execPath, [join(firstCalls, 'first-call.mjs'), bundle], { folder, input })
    },
  }
}

/** What the program prints; the end of all it said where it ends with an error. */
function run(command: string, args: readonly string[], { folder, environment, input = '' }: Running): Promise<string> {
  const options = { cwd: folder, env: { ...process.env, ...environment }, maxBuffer: OUTPUT_BYTES_MAX }
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, options, (problem, stdout, stderr) => {
      if (problem === null) resolve(stdout)
      else reject(new Error(`${command} ${args.slice(0, 2).join(' ')}:\n${`${stdout}${stderr}`.slice(-OUTPUT_SHOWN)}`))
    })
    child.stdin?.on('error', () => undefined) // a program that ended before it read says so by its exit code
    child.stdin?.end(input)
  })
}
