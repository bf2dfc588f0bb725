import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../../src/main/connect/line-diff.ts';
import { maskLine, NEW_KEY } from '../../../src/main/connect/mask-line.ts';

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
