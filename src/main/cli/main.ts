#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { defaultCacheDir } from '../settings/folders.ts';
import { thisMachine } from './machine.ts';

// A server rests most of the time. Its young generation stays at the first megabytes, which saves some 30 MB, for more (short)
// collections under load. Here, because it never shrinks again; once V8 runs, its size as such cannot be set any more.
if (process.argv.includes('serve')) setFlagsFromString('--semi-space-growth-factor=1');
const { env } = process;
if (env['NODE_V8_COVERAGE'] === undefined) {
  // Node strips the types of every file at every start; keeping the result halves the time of a command. In a folder of
  // the user's own: Node's usual one lies in the shared temporary folder, where others could put code into it.
  enableCompileCache(join(defaultCacheDir(thisMachine(env)), 'node'));
}
// Imported after that, so that it serves them too.
const [{ EXIT_INTERRUPTED, runCommandLine, wantedCommand }, { nodeTerminal }, { systemClock }] =
  await Promise.all([import('./run.ts'), import('./terminal.ts'), import('../platform/clock.ts')]);

/** `conf` brings a library that sends every first signal to the process once more; no person is that quick. */
const IMPATIENT_AFTER_MS = 300;

const interrupt = new AbortController();
let interruptedAt = 0;
const onInterrupt = (): void => {
  const now = systemClock.monotonic();
  if (!interrupt.signal.aborted) {
    interruptedAt = now;
    interrupt.abort();
    return;
  }
  // The first asked the command to end in good order; whoever asks again will not wait for that.
  if (now - interruptedAt > IMPATIENT_AFTER_MS) process.exit(EXIT_INTERRUPTED);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onInterrupt);
// A reader such as `head` may close the pipe early; that ends the output, and is no failure. What runs until it is told to
// end goes on without readers.
const lasts = ['serve', 'sandbox'].includes(wantedCommand(process.argv.slice(2)) ?? '');
process.stdout.on('error', () => {
  if (!lasts) process.exit(0);
});
process.stderr.on('error', () => {});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: nodeTerminal({ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env }),
  env,
  clock: systemClock,
  signal: interrupt.signal,
});
