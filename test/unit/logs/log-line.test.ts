import { describe, expect, it } from 'vitest';
import { terminalLine, toLogLine } from '../../../src/main/logs/log-line.ts';

const at = '2026-11-24T09:08:07.000Z';

describe('toLogLine', () => {
  it('shows the sentence first, then facts as name=value', () => {
    const stored = JSON.stringify({
      level: 'warn',
      time: at,
      podId: 'abc',
      n: 1,
      why: 'two words',
      msg: 'pod gone',
    });
    expect(toLogLine(stored)).toEqual({
      at,
      source: 'app',
      level: 'warn',
      text: 'pod gone podId=abc n=1 why="two words"',
    });
  });

  it('shows of an error what it and its causes say, not its stack', () => {
    const err = {
      type: 'HubUnavailable',
      message: 'The hub cannot be reached.',
      stack: 'HubUnavailable: …\n    at get (file.ts:1:1)',
      cause: { type: 'TypeError', message: 'fetch failed', stack: '…' },
    };
    const stored = JSON.stringify({ level: 'warn', time: at, err, msg: 'not asked' });
    expect(toLogLine(stored).text).toBe('not asked err="The hub cannot be reached: fetch failed"');
  });

  it('shows a line that is not JSON as it is', () => {
    expect(toLogLine('half a li\n')).toMatchObject({ level: 'info', text: 'half a li' });
  });
});

describe('terminalLine', () => {
  it('begins with time of day and level, in colour only where asked', () => {
    const line = { at, source: 'app', level: 'error', text: 'no' } as const;
    expect(terminalLine(line, false)).toBe('09:08:07 error no\n');
    expect(terminalLine(line, true)).toBe('\u001b[31m09:08:07 error no\u001b[0m\n');
  });

  it('shows control characters instead of obeying them', () => {
    const line = { at, source: 'app', level: null, text: 'a\u001b[2Jb\nc\u009bd\u202ee' } as const;
    expect(terminalLine(line, false)).toBe('09:08:07 info  a\\u001b[2Jb\\u000ac\\u009bd\\u202ee\n');
  });
});
