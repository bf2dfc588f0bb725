/** `npm run bench`: every benchmark in turn; `npm run bench -- startup` runs the named ones. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const NOT_BENCHMARKS = new Set(['run.ts', 'report.ts', 'cpu-seconds.ts']);
const here = import.meta.dirname;

function find(folder: string, prefix = ''): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      const bench = join(folder, entry.name, 'bench.ts');
      return existsSync(bench) ? [`${prefix}${entry.name}/bench.ts`] : [];
    }
    return entry.name.endsWith('.ts') && !NOT_BENCHMARKS.has(entry.name) ? [prefix + entry.name] : [];
  });
}

const wanted = process.argv.slice(2);
const names = find(here).filter(
  (name) => wanted.length === 0 || wanted.includes(name.replace(/(?:\/bench)?\.ts$/, '')),
);
if (names.length === 0) {
  process.stderr.write(`No benchmark named ${wanted.join(', ')}. There are: ${find(here).join(', ')}\n`);
  process.exit(2);
}
let failed = false;
for (const name of names) {
  process.stdout.write(`\n▸ ${name}\n`);
  failed = spawnSync(process.execPath, [join(here, name)], { stdio: 'inherit' }).status !== 0 || failed;
}
process.exit(failed ? 1 : 0);
