import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { generateConfigSchema } from '../src/main/settings/file-schema.ts';

/**
 * `npm run generate` writes every generated file; `npm run generate -- --check` changes nothing and exits 1, naming the
 * files, when a committed one differs from what its source gives.
 */

interface Generator {
  /** The file it writes, from the repository's root. */
  readonly path: string;
  /** Its whole content. */
  readonly produce: () => Promise<string>;
}

const ROOT = new URL('../', import.meta.url);

const generators: readonly Generator[] = [
  { path: 'src/main/runpod/generated/openapi.ts', produce: runpodTypes },
  { path: 'resources/config.schema.json', produce: async () => generateConfigSchema() },
];

/** A field with a default may be left out of a request, so it must not become a required one. */
async function runpodTypes(): Promise<string> {
  const ast = await openapiTS(new URL('resources/runpod/openapi.v2.json', ROOT), {
    defaultNonNullable: false,
  });
  return `${header('resources/runpod/openapi.v2.json')}\n${astToString(ast)}`;
}

function header(source: string): string {
  return `/**\n * Generated from ${source} by scripts/generate.ts: do not edit.\n */\n`;
}

/** @returns the exit code */
async function main(check: boolean): Promise<number> {
  const outdated: string[] = [];
  for (const { path, produce } of generators) {
    const content = await produce();
    if (content === read(path)) continue;
    outdated.push(path);
    if (!check) writeFileSync(new URL(path, ROOT), content);
  }
  for (const path of outdated) {
    if (check) console.error(`${path} is not what its source gives; run: npm run generate`);
    else console.log(`wrote ${path}`);
  }
  return check && outdated.length > 0 ? 1 : 0;
}

/** null when it does not exist yet. */
function read(path: string): string | null {
  try {
    return readFileSync(new URL(path, ROOT), 'utf8');
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return null;
    throw error;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await main(process.argv.includes('--check'));
}
