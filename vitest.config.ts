import { defineConfig } from 'vitest/config';

const setupFiles = ['./test/support/property-seed.ts'];

/** A busy machine takes longer than the second that is usual; what does come is not waited for any longer. */
const patience = { poll: { timeout: 15_000 } };

/**
 * Four projects: `unit` and `renderer` are pure and quick, `integration` uses real sockets, files, processes and engines,
 * `e2e` drives the whole product. Each file runs in its own process so that leaked handles are attributable.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          setupFiles,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'renderer',
          include: ['test/renderer/**/*.test.ts'],
          environment: 'node',
          setupFiles,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/conformance/*.test.ts'],
          environment: 'node',
          setupFiles,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: patience,
        },
      },
      {
        // Installs four coding agents from npm (some 700 MB): `npm run test:agents`, not a part of `npm test`.
        test: {
          name: 'agents',
          include: ['test/conformance/agents/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 360_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 300_000,
          hookTimeout: 120_000,
          expect: patience,
          // Each starts processes and browsers of its own: as many at once as two processor cores carry.
          maxWorkers: 2,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/main/**/*.ts', 'src/shared/**/*.ts'],
      exclude: ['src/main/runpod/generated/**', 'src/main/desktop/**', 'src/main/index.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
    },
  },
});
