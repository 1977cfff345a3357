// Jest evaluates what a test file imports in a context of its own and compiles it for each file
// anew. Here the sources of dependencies are compiled once per worker; each context still evaluates
// them for itself, so that no file sees another's state.
import vm from 'node:vm'

/** By file name: the script, its source, and who answers `import()` of the test that runs. */
const compiled = new Map()
const compileFunction = vm.compileFunction

/** From here on; a second call changes nothing. */
export function compileDependenciesOnce() {
  vm.compileFunction = compileOnce
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
