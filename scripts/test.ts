/**
 * `npm test`: everything that must hold, on a fresh machine. Installs host components first, then runs each step and
 * prints how long it took. `npm test -- unit types` runs the named steps only.
 */
import { spawnSync } from 'node:child_process';
import { installMissing } from './host.ts';

interface Step {
  readonly name: string;
  readonly what: string;
  readonly command: readonly string[];
}

const steps: readonly Step[] = [
  {
    name: 'generated',
    what: 'generated files match their sources',
    command: ['node', 'scripts/generate.ts', '--check'],
  },
  { name: 'types', what: 'types', command: ['npm', 'run', '--silent', 'types'] },
  { name: 'lint', what: 'lint, format and unused code', command: ['npm', 'run', '--silent', 'lint'] },
  // All bundles, before the tests that drive them: two at once must not both find them stale and build.
  { name: 'renderer', what: 'the app builds', command: ['npm', 'run', '--silent', 'build'] },
  {
    name: 'tests',
    what: 'unit, integration and conformance tests, with coverage',
    command: [
      'vitest',
      'run',
      '--coverage',
      '--project',
      'unit',
      '--project',
      'renderer',
      '--project',
      'integration',
    ],
  },
  { name: 'e2e', what: 'the whole product', command: ['vitest', 'run', '--project', 'e2e'] },
];

const say = (line: string): void => {
  process.stdout.write(`\n▸ ${line}\n`);
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  say(`Unknown step ${unknown.join(', ')}. Steps: ${steps.map((step) => step.name).join(', ')}`);
  process.exit(2);
}

const missing = installMissing(say);
for (const component of missing) say(`Not installed: ${component.program} (${component.neededBy})`);
if (missing.length > 0 && process.env['CI'] === 'true') {
  say('Under CI=true every suite must run.');
  process.exit(1);
}

const failed: string[] = [];
for (const step of steps) {
  if (chosen.length > 0 && !chosen.includes(step.name)) continue;
  say(`${step.name}: ${step.what}`);
  const started = performance.now();
  const [program = '', ...args] = step.command;
  const result = spawnSync(program, args, { stdio: 'inherit' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ok = result.status === 0;
  say(`${step.name} ${ok ? 'passed' : 'FAILED'} in ${seconds} s`);
  if (!ok) failed.push(step.name);
}
say(failed.length === 0 ? 'All passed.' : `Failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
