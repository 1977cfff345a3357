// Parses the AsyncAPI document in the file that is named and prints what the parser has to say, as
// JSON.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

interface ParserModule {
  Parser: new () => { parse(text: string): Promise<{ diagnostics: object[] }> }
}

const { Parser }: ParserModule = createRequire(import.meta.url)('@asyncapi/parser')
const [file = ''] = process.argv.slice(2)
const { diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'))
console.log(JSON.stringify(diagnostics))
