#!/usr/bin/env node
import { systemClock } from '../platform/clock.ts';
import { EXIT_INTERRUPTED, runCommandLine } from './run.ts';
import { nodeTerminal } from './terminal.ts';

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
  terminal: nodeTerminal({
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
  }),
  env: process.env,
  clock: systemClock,
  signal: interrupt.signal,
});
