import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The import rules of the layout, each with its reason. A rule looks at every import of every file below `from`.
 */
const root = resolve(import.meta.dirname, '../../..');

interface Import {
  readonly file: string;
  /** A package name, or a path below the repository root. */
  readonly target: string;
  readonly typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('/generated/'));
}

const PATTERN =
  /(?:^|\n)\s*(import|export)(\s+type)?\s[^'";]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(PATTERN)].map((match) => {
    const spec = match[3] ?? match[4] ?? match[5] ?? '';
    const target = spec.startsWith('.') ? relative(root, resolve(root, dirname(file), spec)) : spec;
    return { file, target, typeOnly: match[2] !== undefined };
  });
}

const imports = sourceFiles('src').flatMap(importsOf);

const below = (path: string, ...folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`));
const show = (found: readonly Import[]): string[] => found.map((entry) => `${entry.file} → ${entry.target}`);

describe('import rules', () => {
  it('finds the imports it judges', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('keeps electron under desktop/, index.ts and preload/, so that all else runs and is tested in plain Node', () => {
    const wrong = imports.filter(
      (entry) =>
        (entry.target === 'electron' || entry.target.startsWith('electron/')) &&
        !below(entry.file, 'src/main/desktop', 'src/main/index.ts', 'src/preload'),
    );
    expect(show(wrong)).toEqual([]);
  });

  it('keeps shared/ to zod alone, since the sandboxed renderer and preload load it', () => {
    const wrong = imports.filter(
      (entry) =>
        below(entry.file, 'src/shared') && entry.target !== 'zod' && !below(entry.target, 'src/shared'),
    );
    expect(show(wrong)).toEqual([]);
  });

  it('keeps the planner pure: no node, no network, no platform, so that a plan is a function of its input', () => {
    const allowed = (entry: Import): boolean =>
      entry.typeOnly || entry.target === 'zod' || below(entry.target, 'src/main/planner', 'src/shared');
    const wrong = imports.filter((entry) => below(entry.file, 'src/main/planner') && !allowed(entry));
    expect(show(wrong)).toEqual([]);
  });

  it('keeps the policies of deployments pure, so that a month of them runs in a second and needs no double', () => {
    const allowed = (entry: Import): boolean =>
      entry.typeOnly ||
      entry.target === 'zod' ||
      below(entry.target, 'src/main/deployments/policy', 'src/shared') ||
      ['costs/attribution.ts', 'costs/calendar.ts', 'deployments/pod/shell-quote.ts'].includes(
        entry.target.replace('src/main/', ''),
      );
    const wrong = imports.filter(
      (entry) => below(entry.file, 'src/main/deployments/policy') && !allowed(entry),
    );
    expect(show(wrong)).toEqual([]);
  });

  it('keeps proxy and deployments apart but for the Target, so that either can be replaced', () => {
    const wrong = imports.filter(
      (entry) =>
        (below(entry.file, 'src/main/proxy') && below(entry.target, 'src/main/deployments')) ||
        (below(entry.file, 'src/main/deployments') && below(entry.target, 'src/main/proxy')),
    );
    expect(show(wrong)).toEqual([]);
  });

  it('keeps the renderer to shared/, since it is sandboxed', () => {
    const wrong = imports.filter(
      (entry) => below(entry.file, 'src/renderer') && below(entry.target, 'src/main', 'src/preload'),
    );
    expect(show(wrong)).toEqual([]);
  });

  it('lets only the entries import the sandbox: it has no private door into the app', () => {
    const entries = [
      'src/main/headless.ts',
      'src/main/index.ts',
      'src/main/desktop',
      'src/main/cli/sandbox.ts',
    ];
    const wrong = imports.filter(
      (entry) =>
        below(entry.target, 'src/main/sandbox') &&
        !below(entry.file, 'src/main/sandbox', 'src/main/cloud.ts', ...entries),
    );
    expect(show(wrong)).toEqual([]);
  });

  it('keeps the global clock, timers and randomness in platform/, so that tests can own time', () => {
    const pattern = /\bDate\.now\(|\bMath\.random\(|\b(?:setTimeout|setInterval)\(|new Date\(\)/;
    const wrong = sourceFiles('src/main')
      .filter((file) => !below(file, 'src/main/platform'))
      .filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')));
    expect(wrong).toEqual([]);
  });
});
