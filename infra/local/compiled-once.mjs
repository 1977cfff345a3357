// Jest evaluates what a test file imports in a context of its own and compiles it for each file
// anew. Here every source is compiled once per worker; each context still evaluates it for itself,
// so that no file sees another's state.
import vm from 'node:vm'

/** By file name: the script, its source, and who answers `import()` of the test that runs. */
const compiled = new Map()
const compileFunction = vm.compileFunction

/** From here on; a second call changes nothing. */
export function compileDependenciesOnce() {
  vm.compileFunction = compileOnce
  vm.SourceTextModule = ModuleCompiledOnce
}

/** By file name: the source of a module and what V8 made of it. */
const cached = new Map()

class ModuleCompiledOnce extends vm.SourceTextModule {
  constructor(source, options) {
    const known = cached.get(options.identifier)
    if (known?.source === source) {
      super(source, { ...options, cachedData: known.cachedData })
      return
    }
    super(source, options)
    cached.set(options.identifier, { source, cachedData: this.createCachedData() })
  }
}

function compileOnce(source, parameters, options) {
  const { filename, parsingContext, importModuleDynamically } = options
  if (!filename.includes('/node_modules/') || !parsingContext) return compileFunction(source, parameters, options)
  let known = compiled.get(filename)
  if (known?.source !== source) {
    known = compile(source, parameters, filename)
    // What does not compile this way (another syntax) is told as ever.
    if (!known) return compileFunction(source, parameters, options)
    compiled.set(filename, known)
  }
  known.importModuleDynamically = importModuleDynamically
  return known.script.runInContext(parsingContext)
}

function compile(source, parameters, filename) {
  const opening = `(function (${parameters.join(', ')}) {`
  const known = { source, script: undefined, importModuleDynamically: undefined }
  try {
    known.script = new vm.Script(`${opening}${source}\n})`, {
      filename,
      columnOffset: -opening.length,
      importModuleDynamically: (specifier, _script, ...further) => known.importModuleDynamically(specifier, undefined, ...further),
    })
  } catch {
    return undefined
  }
  return known
}
