import { describe, expect, it } from 'vitest';
import {
  BINDINGS,
  commandFor,
  shownKey,
  type KeyContext,
  type KeyPress,
} from '../../src/renderer/app/keys.ts';
import { parseRoute, to } from '../../src/renderer/app/router.ts';
import {
  CLIENT_ENTRIES,
  heardFrom,
  nameOfCaller,
  shownSnippets,
  snippetWithKey,
  unfitness,
} from '../../src/renderer/view/connect.ts';
import { CLIENTS } from '../../src/shared/clients/clients.ts';
import { freeName, nameFromModel } from '../../src/shared/recipes.ts';
import { nameSchema, type RequestRecord } from '../../src/shared/model.ts';
import { sampleRequest } from '../support/samples.ts';

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

describe('the connect page', () => {
  const target = { baseUrl: 'http://127.0.0.1:27182/v1', model: 'coder', contextTokens: 32_768 };

  it('shows every client of the registry once', () => {
    expect(CLIENT_ENTRIES.map((entry) => entry.sheet.id).toSorted()).toEqual(
      CLIENTS.map((sheet) => sheet.id).toSorted(),
    );
  });

  it.each(CLIENT_ENTRIES.map((entry) => [entry.sheet.id, entry.sheet] as const))(
    '%s shows the key by its last characters and copies it whole',
    (_id, sheet) => {
      for (const snippet of shownSnippets(sheet, target, '3f9a')) {
        const copied = snippetWithKey(snippet, 'pat_local_3f9a');
        expect(snippet.shown).not.toMatch(/LOCAL_KEY_GOES_HERE|pat_local/);
        expect(copied).not.toContain('LOCAL_KEY_GOES_HERE');
        expect(copied.includes('pat_local_3f9a')).toBe(snippet.hasKey);
        expect(snippet.shown.includes('••••3f9a')).toBe(snippet.hasKey);
      }
    },
  );

  it('warns of a context that is too short', () => {
    const claude = CLIENTS.find((sheet) => sheet.id === 'claude-code');
    if (claude === undefined) throw new Error('the registry has Claude Code');
    expect(unfitness(claude, 32_768)).toContain('64k');
    expect(unfitness(claude, 65_536)).toBeNull();
  });

  const since = Date.parse('2026-11-24T10:00:00Z');
  const request = (given: Partial<RequestRecord>): RequestRecord => ({
    ...sampleRequest(since + 1),
    at: new Date(since + 1).toISOString(),
    deployment: 'coder',
    model: 'coder',
    outcome: 'ok',
    ...given,
  });
  const heard = (recent: readonly RequestRecord[], hasChecked = false): RequestRecord | undefined => {
    const sheet = CLIENTS.find(({ id }) => id === 'codex');
    if (sheet === undefined) throw new Error('the registry has Codex');
    return heardFrom(recent, { sheet, view: { name: 'coder', models: ['alias'] }, since, hasChecked });
  };

  it.each([
    ['its own key', { client: 'Codex CLI' }, true],
    ['its second key', { client: 'Codex CLI 2' }, true],
    ['a key of the user’s', { client: 'laptop' }, true],
    ['the owner’s key', { client: 'owner' }, true],
    ['no key', { client: null }, true],
    ['an alias of the deployment', { deployment: null, model: 'alias' }, true],
    ['the key of another client', { client: 'OpenCode' }, false],
    ['another deployment', { deployment: 'other', model: 'other' }, false],
    ['a time before the card was opened', { at: '2026-11-24T09:59:59Z' }, false],
  ] as const)('hears a request with %s: %o → %s', (_name, given, isHeard) => {
    expect(heard([request({ client: 'Codex CLI', ...given })]) !== undefined).toBe(isHeard);
  });

  it('does not take its own check for the client, and prefers what worked', () => {
    const [owner, own] = [request({ client: 'owner' }), request({ client: 'Codex CLI' })];
    expect(heard([owner], true)).toBeUndefined();
    expect(heard([owner, own], true)).toBe(own);
    const failed = request({ client: 'Codex CLI', outcome: 'error' });
    expect(heard([failed, own])).toBe(own);
    expect(heard([failed])).toBe(failed);
    expect([nameOfCaller(owner), nameOfCaller(own)]).toEqual([null, 'Codex CLI']);
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
