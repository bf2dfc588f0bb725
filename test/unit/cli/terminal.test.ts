import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { nodeTerminal } from '../../../src/main/cli/terminal.ts';

/** Streams that look like a terminal's as far as the terminal is concerned. */
function streams(options: { tty: boolean; columns?: number; env?: Record<string, string> }) {
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: options.tty,
    setRawMode: (mode: boolean) => raw.push(mode),
  });
  const output = () =>
    Object.assign(new PassThrough(), { isTTY: options.tty, columns: options.columns ?? 80 });
  const stdout = output();
  const stderr = output();
  const terminal = nodeTerminal({ stdin, stdout, stderr, env: options.env ?? {} });
  const written = (stream: PassThrough): string => String(stream.read() ?? '');
  return { terminal, stdin, stderr, stdout, raw, written };
}

const never = new AbortController().signal;

describe('terminal', () => {
  it.each([
    [true, {}, true, 80],
    [true, { NO_COLOR: '1' }, false, 80],
    [true, { NO_COLOR: '' }, true, 80],
    [true, { TERM: 'dumb' }, false, 80],
    [false, {}, false, Infinity],
    [false, { FORCE_COLOR: '1' }, true, Infinity],
    [true, { FORCE_COLOR: '0' }, false, 80],
    [false, { COLUMNS: '60' }, false, 60],
    [true, { COLUMNS: 'wide' }, true, 80],
  ])('a TTY: %s with %j has colours: %s and %s columns', (tty, env, color, columns) => {
    const { terminal } = streams({ tty, env });
    expect([terminal.outColor, terminal.columns]).toEqual([color, columns]);
  });

  it.each([
    [true, {}, true],
    [true, { CI: 'true' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, {}, false],
  ])('a TTY: %s with %j is watched: %s', (tty, env, interactive) => {
    expect(streams({ tty, env }).terminal.interactive).toBe(interactive);
  });

  it('asks a question; no more input is an empty answer', async () => {
    const { terminal, stdin, stderr, written } = streams({ tty: true });
    const answer = terminal.ask('Go on? ', never);
    stdin.write('yes\r');
    expect(await answer).toBe('yes');
    expect(written(stderr)).toContain('Go on? ');
    const second = streams({ tty: false });
    const ended = second.terminal.ask('Go on? ', never);
    second.stdin.end();
    expect(await ended).toBe('');
  });

  it('gives a question up at Ctrl-C, and when the program is told to end', async () => {
    const { terminal, stdin } = streams({ tty: true });
    const answer = terminal.ask('Go on? ', never);
    stdin.write('\u0003');
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    const stop = new AbortController();
    const stopped = streams({ tty: true }).terminal.ask('Go on? ', stop.signal);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('writes results and progress to their own streams', () => {
    const { terminal, stdout, stderr, written } = streams({ tty: false });
    terminal.out('result');
    terminal.outRaw('piece');
    terminal.err('line');
    terminal.errRaw('raw');
    expect([written(stdout), written(stderr)]).toEqual(['result\npiece', 'line\nraw']);
  });

  it('gives a conversation every line, also of what was pasted at once', async () => {
    const { terminal, stdin } = streams({ tty: true });
    const said: string[] = [];
    const talk = terminal.converse('> ', (line) => Promise.resolve(said.push(line) < 3), never);
    stdin.write('one\ntwo\n');
    stdin.write('three\nfour\n');
    await talk;
    expect(said).toEqual(['one', 'two', 'three']);
  });

  it('stops the work on a line at Ctrl-C, and the conversation at the next one', async () => {
    const { terminal, stdin } = streams({ tty: true });
    const stopped: string[] = [];
    const onLine = (line: string, signal: AbortSignal): Promise<boolean> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          stopped.push(line);
          resolve(true);
          setImmediate(() => stdin.write('\u0003'));
        });
        stdin.write('\u0003');
      });
    const talk = terminal.converse('> ', onLine, never);
    stdin.write('one\n');
    await talk;
    expect(stopped).toEqual(['one']);
  });

  it('ends a conversation with its input, and when the program is told to end', async () => {
    const { terminal, stdin } = streams({ tty: true });
    const talk = terminal.converse('> ', () => Promise.resolve(true), never);
    stdin.end('one\n');
    await expect(talk).resolves.toBeUndefined();
    const stop = new AbortController();
    const other = streams({ tty: true }).terminal.converse('> ', () => Promise.resolve(true), stop.signal);
    stop.abort();
    await expect(other).resolves.toBeUndefined();
  });

  it('reads a secret without showing it, corrections included', async () => {
    const { terminal, stdin, stderr, raw, written } = streams({ tty: true });
    const secret = terminal.askSecret('Key: ', never);
    stdin.write('rpa_x\u007fabc');
    stdin.write('d\r');
    expect(await secret).toBe('rpa_abcd');
    expect(written(stderr)).toBe('Key: \n');
    expect(raw).toEqual([true, false]);
  });

  it.each(['abc\u0003'])('gives a secret up at Ctrl-C', async (typed) => {
    const { terminal, stdin, raw } = streams({ tty: true });
    const secret = terminal.askSecret('Key: ', never);
    stdin.write(typed);
    await expect(secret).rejects.toMatchObject({ name: 'AbortError' });
    expect(raw).toEqual([true, false]);
  });

  it('gives a secret up when the program is told to end', async () => {
    const { terminal, raw } = streams({ tty: true });
    const stop = new AbortController();
    const secret = terminal.askSecret('Key: ', stop.signal);
    stop.abort();
    await expect(secret).rejects.toMatchObject({ name: 'AbortError' });
    expect(raw).toEqual([true, false]);
  });

  it('reads all of standard input, but not without bound', async () => {
    const { terminal, stdin } = streams({ tty: false });
    stdin.write('one ');
    stdin.end('two');
    expect(await terminal.readInput(100)).toBe('one two');
    const long = streams({ tty: false });
    long.stdin.write('x'.repeat(50));
    long.stdin.end('y'.repeat(100));
    await expect(long.terminal.readInput(100)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
