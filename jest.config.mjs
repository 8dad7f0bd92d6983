/**
 * What `npm run outages` runs: servers that hang and crash for most of a minute. Every run kills and freezes them for a shorter time, and
 * places orders over RabbitMQ meanwhile, in `test/chaos` and `test/faults`.
 */
const longSuites = [
  'test/queue/rabbitmq-outage',
  'test/answer-cache/redis-outage',
  'test/counters/flusher-killed',
  'test/flows/place-order-rabbitmq',
];

/** What `npm run faults:short` runs: beside other tests, requests that come at a constant rate would wait for a processor. */
const suitesOfTheirOwn = ['test/faults/faults.test'];

/** One run over every package; `npm test -- prisma` narrows it to a folder. */
export default {
  testEnvironment: '<rootDir>/test/kit/plain-realm-environment.ts',
  rootDir: '.',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/\\.tributary/', '/\\.test-data/', ...longSuites, ...suitesOfTheirOwn],
  modulePathIgnorePatterns: ['/\\.tributary/', '/\\.test-data/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/test/kit/global-setup.ts',
  globalTeardown: '<rootDir>/test/kit/global-teardown.ts',
  reporters: ['<rootDir>/test/kit/secret-leak-reporter.ts', 'default', '<rootDir>/test/kit/plain-summary-reporter.ts'],
  maxWorkers: 2,
  // What test files leave in a worker adds up to gigabytes by the end of a run, and is looked through again and again.
  workerIdleMemoryLimit: '600MB',
  testTimeout: 30_000,
};
