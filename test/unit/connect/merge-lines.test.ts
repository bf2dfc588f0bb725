import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../../src/main/connect/line-diff.ts';
import { maskLine, NEW_KEY } from '../../../src/main/connect/mask-line.ts';
import { mergeToml, tomlString } from '../../../src/main/connect/merge-toml.ts';
import { mergeYaml, yamlString } from '../../../src/main/connect/merge-yaml.ts';

describe('merging into TOML', () => {
  const part = 'model = "coder"\n\n[p.ours]\nurl = "http://x"\nretries = 1';

  it('begins a file with what it has', () => {
    expect(mergeToml('', part)).toBe(`${part}\n`);
  });

  it('sets its own entries and leaves the rest, comments and order included', () => {
    const before =
      '# mine\nmodel = "old" # was\napproval = "never"\n\n[p.other]\nurl = "theirs"\n\n[p.ours]\nurl = "http://old"\nextra = [1, 2]\n';
    expect(mergeToml(before, part)).toBe(
      '# mine\nmodel = "coder" # was\napproval = "never"\n\n[p.other]\nurl = "theirs"\n\n[p.ours]\nurl = "http://x"\nextra = [1, 2]\nretries = 1\n',
    );
    expect(mergeToml(mergeToml(before, part), part)).toBe(mergeToml(before, part));
  });

  it('adds a table at the end and an entry above the first table', () => {
    expect(mergeToml('[a]\nb = 1\n', part)).toBe(
      'model = "coder"\n\n[a]\nb = 1\n\n[p.ours]\nurl = "http://x"\nretries = 1\n',
    );
  });

  it('takes out what must not stand beside it', () => {
    const before = '[p.ours]\nenv_key = "X"\nurl = "http://x"\n';
    expect(mergeToml(before, part, [{ table: 'p.ours', key: 'env_key' }])).not.toContain('env_key');
  });

  it.each([
    ['a value over several lines', 'a = 1\nb = """\nx = 2\n"""\n', 2],
    ['a list over several lines', 'a = [\n 1,\n]\n', 1],
    ['a table twice', '[a]\n[b]\n[a]\n', 3],
    ['nonsense', 'a = 1\nhello\n', 2],
  ])('refuses %s and names the line', (_name, text, line) => {
    expect(() => mergeToml(text, part)).toThrow(expect.objectContaining({ name: 'TextError', line }));
  });

  it('reads a string of a table', () => {
    expect(tomlString('k = "no"\n[t]\nk = "yes" # x\n', 't', 'k')).toBe('yes');
    expect(tomlString('[t]\nk = 3\n', 't', 'k')).toBeNull();
  });
});

describe('merging into YAML', () => {
  const part = {
    list: 'models',
    idKey: 'name',
    id: 'Ours',
    item: ['- name: Ours', '  key: "abc"'],
    head: ['version: 1'],
  };

  it.each([
    ['a new file', '', 'version: 1\nmodels:\n  - name: Ours\n    key: "abc"\n'],
    ['a file without the list', 'name: me\n', 'name: me\nmodels:\n  - name: Ours\n    key: "abc"\n'],
    ['an empty list', 'models: [] # none\nx: 1\n', 'models:\n  - name: Ours\n    key: "abc"\nx: 1\n'],
    [
      'other elements, with the list’s own depth and the comments',
      '# top\nmodels:\n- name: Other # keep\n  roles: [chat]\n# end\n\nrules:\n  - a\n',
      '# top\nmodels:\n- name: Other # keep\n  roles: [chat]\n- name: Ours\n  key: "abc"\n# end\n\nrules:\n  - a\n',
    ],
    [
      'our element, wherever its name stands in it',
      'models:\n    - key: "old"\n      name: "Ours"\n    - name: Other\n',
      'models:\n    - name: Ours\n      key: "abc"\n    - name: Other\n',
    ],
    ['quoted keys', '"models":\n- "name": "Ours"\n', '"models":\n- name: Ours\n  key: "abc"\n'],
    [
      'text blocks that look like keys',
      'prompt: |\n  models:\n    - name: Ours\nmodels:\n  - name: Other\n    text: >\n      - not an element\n',
      'prompt: |\n  models:\n    - name: Ours\nmodels:\n  - name: Other\n    text: >\n      - not an element\n  - name: Ours\n    key: "abc"\n',
    ],
    [
      'Windows line ends',
      'models:\r\n  - name: Other\r\n',
      'models:\r\n  - name: Other\r\n  - name: Ours\r\n    key: "abc"\r\n',
    ],
  ])('%s', (_name, before, after) => {
    expect(mergeYaml(before, part)).toBe(after);
    expect(mergeYaml(after, part)).toBe(after);
  });

  it.each([
    ['a list on one line', 'models: [{name: a}]\n', 1],
    ['an alias', 'x: 1\nmodels: *other\n', 2],
    ['a tab', 'models:\n\t- name: a\n', 2],
    ['a second document', 'a: 1\n---\nb: 2\n', 2],
    ['the list twice', 'models:\n  - a: 1\nmodels:\n  - b: 1\n', 3],
    ['something that is no list below it', 'models:\n  name: a\n', 2],
    ['elements of different depth', 'models:\n    - name: a\n  - name: b\n', 3],
    ['a flow at the top', '{a: 1}\n', 1],
  ])('refuses %s and names the line', (_name, text, line) => {
    expect(() => mergeYaml(text, part)).toThrow(expect.objectContaining({ name: 'TextError', line }));
  });

  it('reads the key of our element only', () => {
    const text = 'models:\n  - name: Other\n    key: "theirs"\n  - name: Ours\n    key: "abc"\n';
    expect(yamlString(text, part, /key: "([^"]*)"/)).toBe('abc');
    expect(yamlString('models:\n  - name: Other\n    key: "theirs"\n', part, /key: "([^"]*)"/)).toBeNull();
  });
});

describe('a difference', () => {
  it('shows changes with what stands around them', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const after = lines.with(9, 'other').join('\n');
    expect(lineDiff(lines.join('\n'), after).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'gap 6',
      'same line 6',
      'same line 7',
      'same line 8',
      'removed line 9',
      'added other',
      'same line 10',
      'same line 11',
      'same line 12',
      'gap 7',
    ]);
  });

  it('property: leads from the one text to the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (old, now) => {
        // Three lines of context show texts this short whole, but for what is far from any change.
        const diff = lineDiff(`${old.join('\n')}\n`, `${now.join('\n')}\n`);
        if (diff.some(({ kind }) => kind === 'gap')) return;
        const side = (without: string): string =>
          diff.flatMap((line) => (line.kind === without ? [] : [line.text])).join('\n');
        expect(side('added')).toBe(old.join('\n'));
        expect(side('removed')).toBe(now.join('\n'));
      }),
    );
  });
});

describe('a shown line', () => {
  const scrub = (text: string): string => text.replaceAll('known-secret', '[redacted]');

  it.each([
    ['"apiKey": "sk-theirs-123456"', '"apiKey": "••••"'],
    ['api_key: plain-value # mine', 'api_key: •••• # mine'],
    ["token = 'abc'", "token = '••••'"],
    ['"GITHUB_TOKEN": "x\\"y"', '"GITHUB_TOKEN": "••••"'],
    [`"apiKey": "pat_local_${'0'.repeat(60)}a1b2"`, '"apiKey": "••••a1b2"'],
    [`apiKey: "${NEW_KEY}"`, 'apiKey: "•••• a new key"'],
    ['"apiKey": "{env:OPENAI_API_KEY}"', '"apiKey": "{env:OPENAI_API_KEY}"'],
    ['"max_tokens": 32768', '"max_tokens": 32768'],
    ['"API_KEY": "",', '"API_KEY": "",'],
    ['"note": "known-secret"', '"note": "[redacted]"'],
  ])('%s', (line, shown) => {
    expect(maskLine(line, scrub)).toBe(shown);
  });
});
