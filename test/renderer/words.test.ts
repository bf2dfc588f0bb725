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

  it('hold all words: no component has any of its own', () => {
    expect(files.flatMap(literalsIn)).toEqual([]);
  });
});

/** Texts and labels that stand in a component instead of a catalogue. */
function literalsIn(file: string): string[] {
  if (!file.endsWith('.tsx')) return [];
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = ts.isJsxText(node)
      ? node.text.trim()
      : ts.isJsxAttribute(node) &&
          SPOKEN.has(node.name.getText()) &&
          node.initializer !== undefined &&
          ts.isStringLiteral(node.initializer)
        ? node.initializer.text
        : '';
    if (/\p{L}{2}/u.test(text) && !NAMES.has(text)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${file.slice(renderer.length + 1)}:${line + 1} ${text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Attributes that people read or hear. */
const SPOKEN = new Set(
  'label title aria-label placeholder hint what verb unit add note alt summary'.split(' '),
);
/** Names, examples and units, which no language changes. */
const NAMES = new Set([
  'vLLM',
  'Ollama',
  'RUNPOD_LLM_KEY',
  'coder, gpt-4o',
  'EU-RO-1, US-KS-2',
  'Qwen/Qwen3-8B',
  'ghcr.io/me/llm',
  'URL',
  'GB',
  'min',
  'main',
]);

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

/** What is called the same in both languages: names, formats, words that German took over. */
const SAME = new Set(
  'Alt|Budget|Cache|Client|Clients|Cloud|Community|Container|Deployment|Deployments|Desktop|Deutsch|Docker|Dockerfile|English|Fr|GPU|Hardware|Hugging Face|Image|Images|Info|JSON|Mo|Name|OK|Ollama|Pod|Proxy|Qwen/Qwen3-8B, llama3.2:3b, …|Repository|Revision|RunPod LLM Manager|Sa|Secure|Seed|Server|Serverless|Start|Starts|Streaming|System|Text|Tokens|Tokens/s|Top P|URL|Version'.split(
    '|',
  ),
);

describe('German', () => {
  it('has words of its own for every text', async () => {
    const same: string[] = [];
    for (const file of files.filter((path) => path.endsWith('/messages.ts'))) {
      const pair = await Promise.all([loaded(file), loaded(file.replace(/\.ts$/, '.de.ts'))]);
      same.push(...sameTexts(...pair, file.slice(renderer.length + 1)));
    }
    expect(same).toEqual([]);
  });

  it('addresses people as Sie, with German quotation marks and dashes', () => {
    const texts: string[] = [];
    const collect = (value: unknown): void => {
      if (typeof value === 'string') texts.push(value);
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
    };
    collect(de);
    expect(texts.length).toBeGreaterThan(300);
    expect(texts.filter((text) => /“[^”]*”|\b(?:du|dein|deine|deinen|euch)\b/i.test(text))).toEqual([]);
  });
});

/** The one catalogue that a module brings. */
async function loaded(file: string): Promise<unknown> {
  return Object.values((await import(file)) as Record<string, unknown>)[0];
}

function sameTexts(english: unknown, german: unknown, path: string): string[] {
  if (typeof english === 'string')
    return english === german && !SAME.has(english) ? [`${path}: ${english}`] : [];
  if (typeof english !== 'object' || english === null || typeof german !== 'object' || german === null)
    return [];
  return Object.entries(english).flatMap(([key, value]) =>
    sameTexts(value, Reflect.get(german, key), `${path} ${key}`),
  );
}
