import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { repository, run, type Running } from '../../support/processes.ts';

/** Runs a module script in a process of its own; `@/` stands for src/main/. Arguments begin at process.argv[1]. */
export function runScript(code: string, args: readonly string[] = []): Running {
  const base = pathToFileURL(resolve(repository, 'src/main')).href;
  const source = code.replaceAll("'@/", `'${base}/`);
  return run(process.execPath, ['--input-type=module', '--eval', source, ...args]);
}
