import { parse } from '@decimalturn/toml-patch';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { mergeToml, tomlString } from '../../../src/main/connect/merge-toml.ts';
import { isWithoutLines } from './is-without.ts';

const PART = 'model = "coder"\n\n[p.ours]\nurl = "http://x"\nretries = 1';
const OURS = '[p.ours]\nurl = "http://x"\nretries = 1\n';

describe('merging into TOML', () => {
  it.each([
    ['a new file', '', `${PART}\n`],
    [
      'its own entries, and nothing else',
      '# mine\nmodel = "old" # was\napproval = \'never\'\n\n[p.other]\nurl = "theirs"\n\n[p.ours]\nurl = "http://old"\nextra = [1,   2]\n',
      '# mine\nmodel = "coder" # was\napproval = \'never\'\n\n[p.other]\nurl = "theirs"\n\n[p.ours]\nurl = "http://x"\nextra = [1,   2]\nretries = 1\n',
    ],
    ['an entry above the first table', '[a]\nb = 1\n', `model = "coder"\n\n[a]\nb = 1\n\n${OURS}`],
    [
      'values over several lines',
      'a = """\nx = 2\n"""\nb = [\n 1,  # one\n]\n',
      `a = """\nx = 2\n"""\nb = [\n 1,  # one\n]\nmodel = "coder"\n\n${OURS}`,
    ],
    [
      'what the library would lay out anew',
      'a =nan   # why\n  [ b ]\n[[ c ]]\n',
      `a =nan   # why\nmodel = "coder"\n  [ b ]\n[[ c ]]\n\n${OURS}`,
    ],
    ['no last line end', 'a = 1', `a = 1\nmodel = "coder"\n\n${OURS.trimEnd()}`],
    ['Windows line ends', 'a = 1\r\n', `a = 1\nmodel = "coder"\n\n${OURS}`.replaceAll('\n', '\r\n')],
    [
      'lines that end in two ways',
      '[a]\nb = 1\r\n# c\n',
      `model = "coder"\r\n\r\n[a]\nb = 1\r\n# c\n\r\n${OURS.replaceAll('\n', '\r\n')}`,
    ],
    ['a byte order mark', '\ufeffa = 1\n', `\ufeffa = 1\nmodel = "coder"\n\n${OURS}`],
    [
      'a table in braces',
      'model = "coder"\np = { other = { url = "theirs" } }\n',
      'model = "coder"\np = { other = { url = "theirs" }, ours = { url = "http://x", retries = 1 } }\n',
    ],
    [
      'keys with dots',
      'model = "coder"\np.ours.url = "old"\n',
      'model = "coder"\np.ours.url = "http://x"\np.ours.retries = 1\n',
    ],
  ])('%s', (_name, before, after) => {
    expect(mergeToml(before, PART)).toBe(after);
    expect(mergeToml(after, PART)).toBe(after);
  });

  it('takes out what must not stand beside it', () => {
    const before = '[p.ours]\nenv_key = "X"\nurl = "http://x"\n';
    expect(mergeToml(before, PART, [['p', 'ours', 'env_key']])).toBe(`model = "coder"\n\n${OURS}`);
  });

  it('does not take a comment out with it', () => {
    const before = '[p.ours]\n# mine\nenv_key = "X"\nurl = "http://x"\n';
    expect(() => mergeToml(before, PART, [['p', 'ours', 'env_key']])).toThrow(
      expect.objectContaining({ name: 'TextError', line: 2 }),
    );
  });

  it.each([
    ['a table twice', '[a]\n[b]\n[a]\n', 3, 'already defined'],
    ['nonsense', 'a = 1\nhello\n', 2, 'Expected "="'],
    ['an open text', 'a = 1\nb = "x\n', 2, 'not allowed in basic strings'],
    ['a hundred thousand brackets', `a = ${'['.repeat(100_000)}`, 1, ''],
    ['a table in braces over lines that are not ours', 'p = {\n  a = 1\n}\n', 2, 'not this app’s'],
  ])('refuses %s and names the line', (_name, text, line, message) => {
    const warned = vi.spyOn(console, 'warn');
    expect(() => mergeToml(text, PART)).toThrow(expect.objectContaining({ name: 'TextError', line }));
    expect(() => mergeToml(text, PART)).toThrow(message);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it('shows only the beginning of what was found: it may be a key', () => {
    expect(() => mergeToml('key = sk-live-0123456789\n', PART)).toThrow('Invalid float "sk-liv…"');
  });

  it('reads a text of a table', () => {
    expect(tomlString('k = "no"\n[t]\nk = \'yes\' # x\n', ['t', 'k'])).toBe('yes');
    expect(tomlString('[t]\nk = 3\n', ['t', 'k'])).toBeNull();
    expect(tomlString('', ['t', 'k'])).toBeNull();
  });

  const value = fc.constantFrom(
    '"text # none"',
    "'C:\\path'",
    '1.50',
    '0xFF',
    '9223372036854775807',
    'nan',
    '1979-05-27 07:32:00',
    '07:32:00',
    '[1,2,   3]',
    '[\n  "a", # one\n\n  "b"\n]',
    '{ x=1,   y = "z" }',
    '"""\nmodel = "no"\n[p.ours]\n"""',
  );
  const entry = fc.tuple(fc.constantFrom('=', ' = ', '   =  '), value, fc.constantFrom('', '  # why'));
  const section = fc.tuple(
    fc.constantFrom('[t', '[[t', '[p.other', '  [ t'),
    fc.array(entry, { maxLength: 3 }),
    fc.constantFrom('', '\n', '# a comment\n', '\n\n# a\n\n'),
  );
  const entries = (list: readonly (readonly [string, string, string])[]): string =>
    list.map(([equals, text, comment], at) => `k${at}${equals}${text}${comment}\n`).join('');

  it('property: lines that are not ours stay as they are', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 4 }),
        fc.array(section, { maxLength: 4 }),
        fc.constantFrom('', '[p.ours]\nurl = "old" # was\nmine = 1\n', 'model = "coder"\n'),
        fc.infiniteStream(fc.constantFrom('\n', '\r\n')),
        (top, sections, ours, ends) => {
          const tables = sections.map(
            ([open, list, after], at) =>
              `${open}${at}${open.startsWith('[[') ? ']]' : ']'}\n${entries(list)}${after}`,
          );
          const head = ours.startsWith('model') ? ours : '';
          const tail = head === '' ? ours : '';
          const before = [head, entries(top), ...tables, tail]
            .join('')
            .replaceAll('\n', () => ends.next().value);
          if (before === '') return;
          const after = mergeToml(before, PART);
          const old = parse(before);
          const own = { ...old['p']?.ours, url: 'http://x', retries: 1 };
          expect(parse(after)).toEqual({ ...old, model: 'coder', p: { ...old['p'], ours: own } });
          expect(isWithoutLines(before.replace(/^url = "old"[^\n]*\n/m, ''), after)).toBe(true);
          expect(mergeToml(after, PART)).toBe(after);
        },
      ),
    );
  });
});
