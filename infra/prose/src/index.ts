// What tests of other parts need to hold documents against their code.
export { documents, textOf } from './files.ts'
export { blocksOf, codeWordsOf, proseOf } from './markdown.ts'
