// Judging findings: planted secrets where they were planted are expected, everything else is a
// leak.
import { expect, test } from '@jest/globals'
import type { Finding, Place } from './finding.ts'
import { judge, newPlantedSecrets } from './planting.ts'
import { Searcher } from './searcher.ts'

const planted = { installation: 'leakscan1', secrets: newPlantedSecrets('608040') }
const { noted, unnoted } = planted.secrets
const places: Place[] = ['logs', 'database files']
const { compressedPan, ...uncompressed } = unnoted
const everything = [...Object.values(noted), ...Object.values(uncompressed)]
const complete: Finding[] = places.flatMap((place) =>
  everything.map((secret) => ({ place, source: place === 'logs' ? 'leakscan1.log' : 'postgres/1', at: 'byte 0', secret })),
)

test('when all that was planted was found and nothing else, nothing is missed and nothing leaked', () =>
  expect(judge(complete, planted, places)).toEqual({ leaks: [], missed: [], found: 14 }))

test('what was planted and not found is missed', () => {
  const { missed } = judge(
    complete.filter(({ place, secret }) => place !== 'logs' || secret !== unnoted.pin),
    planted,
    places,
  )
  expect(missed).toEqual(['pin in logs'])
})

test('the value in the compressed document is expected among the documents, and may stand in the files', () => {
  const inFile: Finding = { place: 'database files', source: 'postgres/1', at: 'byte 9', secret: compressedPan }
  expect(judge([...complete, inFile], planted, places).leaks).toEqual([])
  expect(judge([], planted, ['documents']).missed).toContain('compressedPan in documents')
})

test('a planted secret in a log of somebody else is a leak, and so is any other secret', () => {
  const elsewhere: Finding = { place: 'logs', source: 't1/kit.log', at: 'byte 3', secret: unnoted.cvv }
  const other: Finding = { place: 'database files', source: 'postgres/1', at: 'byte 3', secret: { kind: 'pan', value: '6080400000000002' } }
  expect(judge([...complete, elsewhere, other], planted, places).leaks).toEqual([elsewhere, other])
})

test('planted secrets are recognised as noted ones or by their form', () => {
  const searcher = new Searcher(Object.values(noted), ['608040'])
  const found = (text: Buffer | string) => searcher.search(Buffer.from(text), 'raw').map(({ secret }) => secret)
  for (const secret of [noted.pan, noted.hexBlock, noted.encryptedPin, unnoted.pan, compressedPan])
    expect(found(secret.value)).toEqual([secret])
  expect(found(Buffer.from(noted.rawBlock.value, 'hex'))).toEqual([noted.rawBlock])
  expect(found(`{"pin":"${unnoted.pin.value}","cvv":"${unnoted.cvv.value}"}`)).toEqual([unnoted.pin, unnoted.cvv])
})
