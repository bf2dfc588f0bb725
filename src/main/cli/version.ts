import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Define } from './commands.ts';
import { examples } from './help.ts';

const packageSchema = z.object({ version: z.string() });

export function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return packageSchema.parse(JSON.parse(text)).version;
}

export const define: Define = (command, run) => {
  command.addHelpText('after', examples('version')).action(
    run(async (cli) => {
      const version = packageVersion();
      cli.print({ version, node: process.versions.node }, () => version);
    }),
  );
};
