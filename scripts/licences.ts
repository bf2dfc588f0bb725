/**
 * Collects the licences of everything that is shipped inside the bundles into resources/licences.txt, which the About
 * box opens: `node scripts/licences.ts`.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '..');

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});
type Package = z.infer<typeof packageSchema> & { readonly folder: string };

/** Production dependencies and theirs, as Node would find them. */
export function shippedPackages(): Package[] {
  const found = new Map<string, Package>();
  const visit = (name: string, from: string): void => {
    const folder = locate(name, from);
    if (folder === null || found.has(folder)) return;
    const known = read(folder);
    found.set(folder, { ...known, folder });
    for (const dependency of Object.keys(known.dependencies ?? {})) visit(dependency, folder);
  };
  for (const name of Object.keys(read(root).dependencies ?? {})) visit(name, root);
  return [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name));
}

/** One block a package; the text of its own licence file where it has one. */
export function licencesText(packages: readonly Package[]): string {
  const blocks = packages.map((one) => {
    const kind = typeof one.license === 'string' ? one.license : (one.license?.type ?? 'see its own page');
    return `${one.name} ${one.version} (${kind})\n\n${licenceOf(one.folder)}`.trim();
  });
  return `${[
    'RunPod LLM Manager is under the MIT License. It contains the work of others:',
    'Electron, Chromium and Node bring their licences beside the program (LICENSES.chromium.html).',
    ...blocks,
  ].join(`\n\n${'-'.repeat(78)}\n\n`)}\n`;
}

const read = (folder: string): z.infer<typeof packageSchema> =>
  packageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));

function locate(name: string, from: string): string | null {
  for (let at = from; ; at = resolve(at, '..')) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (at === root || at === resolve(at, '..')) return null;
  }
}

function licenceOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
}

if (import.meta.main) {
  writeFileSync(join(root, 'resources/licences.txt'), licencesText(shippedPackages()));
}
