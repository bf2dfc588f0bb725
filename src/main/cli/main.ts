#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { defaultCacheDir } from '../settings/folders.ts';
import { thisMachine } from './machine.ts';

const { env } = process;
if (env['NODE_V8_COVERAGE'] === undefined) {
  // Node strips the types of every file at every start; keeping the result halves the time of a command. In a folder of
  // the user's own: Node's usual one lies in the shared temporary folder, where others could put code into it.
  enableCompileCache(join(defaultCacheDir(thisMachine(env)), 'node'));
}
// Imported after that, so that it serves them too.
const [{ EXIT_INTERRUPTED, runCommandLine }, { nodeTerminal }, { systemClock }] = await Promise.all([
  import('./run.ts'),
  import('./terminal.ts'),
  import('../platform/clock.ts'),
]);

const interrupt = new AbortController();
const onInterrupt = (): void => {
  // The first asks the command to end in good order; whoever presses again will not wait for that.
  if (interrupt.signal.aborted) process.exit(EXIT_INTERRUPTED);
  interrupt.abort();
};
process.on('SIGINT', onInterrupt);
process.on('SIGTERM', onInterrupt);
// A reader such as `head` may close the pipe early; that ends the output, and is no failure.
process.stdout.on('error', () => process.exit(0));

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: nodeTerminal({ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env }),
  env,
  clock: systemClock,
  signal: interrupt.signal,
});
