import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtRenderer } from './support/built-renderer.ts';

const MOST_KIB = 200;

describe('what the browser loads before the first page', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await builtRenderer();
  });

  const page = (): string => readFileSync(resolve(dir, 'index.html'), 'utf8');

  /** Scripts and styles that the document names, and what those scripts import at once. */
  function initialFiles(): Set<string> {
    const files = new Set(
      [...page().matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((match) => match[1] ?? ''),
    );
    for (const file of files) {
      const text = readFileSync(resolve(dir, file), 'utf8');
      for (const match of text.matchAll(/(?:import|from)\s*["']\.\/([^"']+\.js)["']/g))
        files.add(`assets/${match[1]}`);
    }
    return files;
  }

  it(`is less than ${MOST_KIB} KiB compressed`, () => {
    const sizes = [...initialFiles()].map(
      (file) => gzipSync(readFileSync(resolve(dir, file)), { level: 9 }).length,
    );
    const kib = sizes.reduce((sum, size) => sum + size, 0) / 1024;
    expect(sizes.length).toBeGreaterThan(1);
    expect(kib).toBeLessThan(MOST_KIB);
  });

  it('leaves pages, charts and log views for later', () => {
    const text = [...initialFiles()].map((file) => readFileSync(resolve(dir, file), 'utf8')).join('');
    expect(text).not.toContain('uplot');
    expect(text).not.toContain('CUDA out of memory');
    // German is loaded by those who speak it; React's development build by nobody.
    expect(text.includes('Einstellungen')).toBe(false);
    expect(text.includes('unique "key" prop')).toBe(false);
  });

  it('has nothing inline, so that the policy needs no exception', () => {
    expect(page()).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|\sstyle=/);
  });
});
