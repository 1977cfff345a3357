// The test run: every *.test.ts of the workspace, as ES modules, TypeScript stripped by swc.
export default {
  testMatch: ['<rootDir>/{gateway,services,packages,infra}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/.dcms/'],
  modulePathIgnorePatterns: ['<rootDir>/.dcms/', '/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' }, sourceMaps: true }],
  },
  testEnvironment: '<rootDir>/infra/local/jest-environment.mjs',
  runtime: '<rootDir>/infra/local/jest-runtime.mjs',
  testTimeout: 120_000,
}
