import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeSample, EMPTY_PARAMS, requestParams } from '../../src/renderer/view/code-samples.ts';
import { fuzzyFilter, fuzzyScore } from '../../src/renderer/view/fuzzy.ts';
import {
  parseInline,
  parseMarkdown,
  parseOn,
  type Inline,
  type Parsed,
} from '../../src/renderer/view/markdown.ts';

describe('Markdown of answers', () => {
  it('knows what models write', () => {
    const kinds = parseMarkdown(
      '# Title\n\ntext **bold** `code`\n\n- one\n- two\n  more\n\n1. first\n2. second\n\n> said\n\n```ts\nconst x = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---',
    );
    expect(kinds.map((block) => block.kind)).toEqual([
      'heading',
      'paragraph',
      'list',
      'list',
      'quote',
      'code',
      'table',
      'rule',
    ]);
    expect(kinds[5]).toEqual({ kind: 'code', language: 'ts', text: 'const x = 1;' });
    expect(kinds[2]).toMatchObject({ ordered: false, items: [[{ text: 'one' }], [{ text: 'two more' }]] });
  });

  /** Pieces of which any order makes sense to nobody, cut anywhere. */
  const pieces = fc.array(
    fc.constantFrom(
      '- x',
      '-',
      '1.',
      ' y',
      '\n',
      '\n\n',
      '```',
      '~~~',
      '# h',
      '> q',
      '|',
      '|-|',
      '---',
      '  ',
      'w',
      '\r',
      '*',
    ),
    { maxLength: 40 },
  );

  it('is the same parsed as it grows as parsed whole', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        let parsed: Parsed | null = null;
        let source = '';
        for (const part of parts) {
          source += part;
          parsed = parseOn(parsed, source);
          expect(parsed.blocks).toEqual(parseMarkdown(source));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps what is written, so that a token costs the same at the end of a long answer', () => {
    const long = Array.from({ length: 500 }, (_, index) => `Paragraph ${index} with \`code\`.`).join('\n\n');
    const before = parseOn(null, long);
    const after = parseOn(before, `${long} More`);
    expect(after.blocks).toHaveLength(500);
    expect(after.blocks.filter((block, index) => block !== before.blocks[index])).toHaveLength(2);
    const anew = parseOn(after, 'Another answer');
    expect(anew.blocks).toEqual(parseMarkdown('Another answer'));
  });

  it('shows a code block that is still being written', () => {
    expect(parseMarkdown('```py\nprint(1)')).toEqual([{ kind: 'code', language: 'py', text: 'print(1)' }]);
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](data:text/html,hi)',
    '[x](file:///etc/passwd)',
    '<img src=x onerror=alert(1)>',
    '![x](https://evil.example/p.png)',
  ])('makes no live thing of %s', (source) => {
    const inlines = parseInline(source);
    const links = inlines.filter(
      (inline): inline is Extract<Inline, { kind: 'link' }> => inline.kind === 'link',
    );
    for (const link of links) expect(new URL(link.href).protocol).toMatch(/^https?:$/);
  });

  it('ends with any text and loses no letter of plain text', () => {
    fc.assert(
      fc.property(fc.string(), (source) => {
        const links = parseInline(source).filter((inline) => inline.kind === 'link');
        for (const link of links) expect(link.href).toMatch(/^https?:/);
        parseMarkdown(source);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ]*$/), (source) => {
        expect(
          parseInline(source)
            .map((inline) => inline.text)
            .join(''),
        ).toBe(source);
      }),
    );
  });
});

describe('finding commands', () => {
  const commands = [
    'Stop qwen3-coder',
    'Start gemma',
    'Stop all 2 running deployments…',
    'Go to Costs',
    'Copy endpoint URL',
  ];

  it.each([
    ['stall', 'Stop all 2 running deployments…'],
    ['costs', 'Go to Costs'],
    ['cep', 'Copy endpoint URL'],
    ['stop q', 'Stop qwen3-coder'],
  ])('%s finds %s first', (query, first) => {
    expect(fuzzyFilter(query, commands, (command) => command)[0]).toBe(first);
  });

  it('finds nothing for what is not there and all for nothing', () => {
    expect(fuzzyFilter('zzz', commands, (command) => command)).toEqual([]);
    expect(fuzzyFilter('', commands, (command) => command)).toEqual(commands);
    expect(fuzzyScore('abc', 'ab')).toBeNull();
  });
});

describe('code of a chat', () => {
  const params = { ...EMPTY_PARAMS, temperature: '0', maxTokens: '64' };

  it('sends only what was set', () => {
    expect(requestParams({ ...params, seed: 'x' })).toEqual({ temperature: 0, maxTokens: 64 });
  });

  it.each(['curl', 'python', 'typescript'] as const)('in %s names the key by its variable', (language) => {
    const text = codeSample(
      language,
      'http://127.0.0.1:27182/v1',
      'coder',
      [{ role: 'user', content: "it's" }],
      params,
    );
    expect(text).toContain('RUNPOD_LLM_KEY');
    expect(text).toContain('coder');
    expect(text).toContain('http://127.0.0.1:27182/v1');
  });

  it('quotes for the shell', () => {
    expect(
      codeSample('curl', 'http://x/v1', 'm', [{ role: 'user', content: "it's" }], EMPTY_PARAMS),
    ).toContain(`it'\\''s`);
  });
});
