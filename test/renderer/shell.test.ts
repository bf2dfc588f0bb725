import { describe, expect, it } from 'vitest';
import {
  BINDINGS,
  commandFor,
  shownKey,
  type KeyContext,
  type KeyPress,
} from '../../src/renderer/app/keys.ts';
import { parseRoute, to } from '../../src/renderer/app/router.ts';
import { clientSheets, fitness, withHint, withToken } from '../../src/shared/connect/clients.ts';
import { TOKEN_MARK } from '../../src/shared/connect/sheet.ts';
import { freeName, nameFromModel } from '../../src/shared/recipes.ts';
import { nameSchema } from '../../src/shared/model.ts';

describe('addresses', () => {
  it.each([
    ['', { page: 'overview' }],
    [to.overview(), { page: 'overview' }],
    [to.deploy({ model: 'Qwen/Qwen3-8B' }), { page: 'deploy', model: 'Qwen/Qwen3-8B', from: null }],
    [to.deployment('a.b-c', 'logs'), { page: 'deployment', name: 'a.b-c', tab: 'logs' }],
    [to.deployment('a'), { page: 'deployment', name: 'a', tab: 'summary' }],
    [to.playground('a'), { page: 'playground', model: 'a' }],
    [to.logs('@app'), { page: 'logs', source: '@app' }],
    [to.connect('zed'), { page: 'connect', client: 'zed' }],
    [to.settings('keys'), { page: 'settings', section: 'keys' }],
    ['#/nowhere', { page: 'unknown', address: '/nowhere' }],
  ])('%s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });
});

describe('the keyboard map', () => {
  const press = (key: string, code: string, mods: Partial<KeyPress> = {}): KeyPress => ({
    key,
    code,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...mods,
  });
  const desktop: KeyContext = { body: 'desktop', mac: false, typing: false, singleKeys: true };
  const browser: KeyContext = { ...desktop, body: 'browser' };

  it.each([
    [press('k', 'KeyK', { ctrlKey: true }), desktop, 'palette'],
    [press('k', 'KeyK', { metaKey: true }), { ...desktop, mac: true }, 'palette'],
    [press('k', 'KeyK', { ctrlKey: true }), { ...desktop, mac: true }, null],
    [press('k', 'KeyK', { ctrlKey: true, shiftKey: true }), desktop, null],
    [press('1', 'Digit1', { ctrlKey: true }), desktop, 'section1'],
    [press('1', 'Digit1', { ctrlKey: true }), browser, null],
    [press('1', 'Digit1', { altKey: true }), browser, 'section1'],
    // Alt+1 types another character on a Mac.
    [press('¡', 'Digit1', { altKey: true }), { ...browser, mac: true }, 'section1'],
    [press('>', 'Period', { ctrlKey: true, shiftKey: true }), browser, 'stopAll'],
    [press('?', 'Slash', { shiftKey: true }), desktop, 'keys'],
    [press('?', 'Slash', { shiftKey: true }), { ...desktop, typing: true }, null],
    [press('?', 'Slash', { shiftKey: true }), { ...desktop, singleKeys: false }, null],
    [press('a', 'KeyA'), desktop, null],
  ] as const)('%#', (keys, context, command) => {
    expect(commandFor(keys, context)).toBe(command);
  });

  it('gives no key twice', () => {
    for (const body of ['desktop', 'browser'] as const) {
      const combos = BINDINGS.map((binding) => binding[body]);
      expect(new Set(combos).size).toBe(combos.length);
    }
  });

  it('shows keys as the system does', () => {
    expect(shownKey('Mod+Shift+C', true)).toBe('⌘⇧C');
    expect(shownKey('Mod+Shift+C', false)).toBe('Ctrl+Shift+C');
  });
});

describe('client sheets', () => {
  const facts = { root: 'http://127.0.0.1:27182', model: 'coder', contextTokens: 32_768 };
  const sheets = clientSheets(facts);

  it('know every client once', () => {
    const ids = sheets.map((sheet) => sheet.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        'vscode',
        'claude-code',
        'codex',
        'opencode',
        'cline',
        'zed',
        'cursor',
        'curl',
      ]),
    );
  });

  it.each(sheets.map((sheet) => [sheet.id, sheet] as const))('%s is filled in', (_id, sheet) => {
    const all = JSON.stringify([sheet.steps, sheet.snippets]);
    expect(all).not.toMatch(/YOUR_|undefined|NaN|\{\{(?!LOCAL_KEY)/);
    if (sheet.support !== 'impossible') expect(all).toContain('127.0.0.1:27182'.split(':')[1]);
    for (const snippet of sheet.snippets) {
      if (snippet.language === 'json' || snippet.language === 'jsonc') JSON.parse(snippet.text);
      expect(withToken(snippet.text, 'pat_local_x')).not.toContain(TOKEN_MARK);
      expect(withHint(snippet.text, '3f9a')).not.toContain(TOKEN_MARK);
    }
  });

  it('puts those that cannot work last and warns of a short context', () => {
    expect(sheets.at(-1)?.id).toBe('cursor');
    const claude = sheets.find((sheet) => sheet.id === 'claude-code');
    expect(claude && fitness(claude, 32_768)).toHaveLength(1);
    expect(claude && fitness(claude, 65_536)).toEqual([]);
  });

  it('gives Claude Code the address without /v1', () => {
    const text = sheets.find((sheet) => sheet.id === 'claude-code')?.snippets[0]?.text ?? '';
    expect(text).toContain('ANTHROPIC_BASE_URL=http://127.0.0.1:27182 ');
  });
});

describe('names', () => {
  it.each([
    ['Qwen/Qwen3-8B', 'qwen3-8b'],
    ['llama3.2:3b', 'llama3.2-3b'],
    ['org/--Weird__Name--', 'weird__name'],
    ['x/ÜÖ', 'model'],
  ])('%s becomes %s', (model, name) => {
    expect(nameFromModel(model)).toBe(name);
    expect(nameSchema.safeParse(name).success).toBe(true);
  });

  it('are made free', () => {
    expect(freeName('a', [])).toBe('a');
    expect(freeName('a', ['a', 'a-2'])).toBe('a-3');
  });
});
