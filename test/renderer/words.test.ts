import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { afterEach, describe, expect, it } from 'vitest';
import { shell } from '../../src/renderer/app/messages.ts';
import { words as costs } from '../../src/renderer/pages/costs/messages.ts';
import { CATALOGUES, putTranslation, spokenLanguage } from '../../src/renderer/words/catalogue.ts';
import { de } from '../../src/renderer/words/de.ts';
import { chooseLanguage } from '../../src/shared/language.ts';

const renderer = resolve(import.meta.dirname, '../../src/renderer');
const files = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => join(renderer, file));

afterEach(() => putTranslation('en', null));

describe('which language', () => {
  it.each([
    ['system', ['de-AT', 'en'], 'de'],
    ['system', ['fr', 'de', 'en'], 'de'],
    ['system', ['fr-FR'], 'en'],
    ['system', [], 'en'],
    ['system', ['EN_us', 'de'], 'en'],
    ['en', ['de'], 'en'],
    ['de', ['en'], 'de'],
  ] as const)('%s of %j is %s', (choice, tags, language) => {
    expect(chooseLanguage(choice, tags)).toBe(language);
  });
});

describe('catalogues', () => {
  it('speak another language in place, and English again', () => {
    const { costs: page } = shell.pages;
    putTranslation('de', de);
    expect([shell.pages.costs, costs.title, spokenLanguage()]).toEqual(['Kosten', 'Kosten', 'de']);
    putTranslation('en', null);
    expect([shell.pages.costs, costs.title, spokenLanguage()]).toEqual([page, 'Costs', 'en']);
  });

  it('have a German one each', () => {
    expect(Object.keys(de).toSorted()).toEqual([...CATALOGUES].toSorted());
  });

  it('are read where something is shown, never once for all when a module is loaded', () => {
    expect(files.flatMap(readAtLoading)).toEqual([]);
  });
});

/** Places where a module holds on to a catalogue's words before anybody chose a language. */
function readAtLoading(file: string): string[] {
  if (/messages(\.de)?\.ts$/.test(file)) return [];
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const names = new Set<string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const target = resolve(dirname(file), statement.moduleSpecifier.text);
    const bound = statement.importClause?.namedBindings;
    if (!target.endsWith('/messages.ts') || bound === undefined || !ts.isNamedImports(bound)) continue;
    for (const element of bound.elements) names.add(element.name.text);
  }
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node) && names.has(node.text)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${file.slice(renderer.length + 1)}:${line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
