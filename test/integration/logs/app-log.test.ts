import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog, type AppLog, type LogOptions } from '../../../src/main/logs/app-log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { tempDir } from '../../support/temp.ts';

function open(options: Partial<LogOptions> = {}): {
  log: AppLog;
  path: string;
  shown: string[];
  clock: ManualClock;
} {
  const path = join(tempDir(), 'app.log');
  const shown: string[] = [];
  const clock = new ManualClock();
  const log = createLog({
    level: 'info',
    clock,
    file: { path, maxBytes: 100_000, keep: 2 },
    terminal: { write: (text) => shown.push(text), colour: false },
    ...options,
  });
  return { log, path, shown, clock };
}

const stored = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));

describe('createLog', () => {
  it('writes the same line to file, memory and terminal', () => {
    const { log, path, shown } = open();
    log.log.child({ room: 'pods' }).info({ podId: 'abc' }, 'pod created');
    log.dispose();
    expect(stored(path)).toEqual([
      { level: 'info', time: '2026-11-24T09:00:00.000Z', room: 'pods', podId: 'abc', msg: 'pod created' },
    ]);
    expect(log.recent(10)).toEqual([
      {
        at: '2026-11-24T09:00:00.000Z',
        source: 'app',
        level: 'info',
        text: 'pod created room=pods podId=abc',
      },
    ]);
    expect(shown).toEqual(['09:00:00 info  pod created room=pods podId=abc\n']);
  });

  it('leaves out what is below its level, which can be changed while it runs, for children too', () => {
    const { log } = open();
    const child = log.log.child({ room: 'x' });
    child.debug({}, 'one');
    log.setLevel('debug');
    child.debug({}, 'two');
    log.setLevel('error');
    child.warn({}, 'three');
    child.error({}, 'four');
    log.dispose();
    expect(log.recent(9).map((line) => line.text)).toEqual(['two room=x', 'four room=x']);
  });

  it('lets no secret through, by whatever road it came', () => {
    const secret = 'canary-5f2c9a-"quoted"-value';
    const { log, path, shown } = open({ level: 'debug' });
    log.addSecret(secret);
    const heard: string[] = [];
    log.subscribe((line) => heard.push(line.text));
    const basic = Buffer.from(`user:${secret}`).toString('base64');
    log.log.child({ who: secret }).error(
      {
        secret,
        nested: [{ text: `key is ${secret}` }],
        [secret]: 1,
        error: new Error(`refused ${secret}`, { cause: secret }),
        url: `https://h/?q=${encodeURIComponent(secret)}`,
        auth: basic,
      },
      `message with ${secret}`,
    );
    log.dispose();
    const everything = [readFileSync(path, 'utf8'), JSON.stringify(log.recent(9)), ...shown, ...heard].join(
      '\n',
    );
    expect(everything).toContain('[redacted]');
    expect(everything).not.toContain('canary');
    expect(everything).not.toContain(Buffer.from('canary-5f2c9a').toString('base64').slice(2, 12));
  });

  it('never fails its caller', () => {
    const { log } = open();
    const hostile = {
      get broken(): string {
        throw new Error('getter');
      },
    };
    expect(() => log.log.info(hostile, 'still written')).not.toThrow();
    log.dispose();
    expect(log.recent(1)[0]?.text).toBe('still written unloggable=getter');
  });

  it('goes on in memory without a usable file, and says why', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'file'), '');
    const { log, clock } = open({ file: { path: join(folder, 'file/app.log'), maxBytes: 1000, keep: 2 } });
    log.log.info({}, 'kept in memory');
    expect(log.fileProblem()).toContain(join(folder, 'file/app.log'));
    expect(log.recent(9).map((line) => line.text)).toEqual([
      expect.stringContaining('the log file cannot be written'),
      'kept in memory',
    ]);
    await clock.advance(10_000);
    log.dispose();
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('reports a file that works again', async () => {
    const folder = tempDir();
    const path = join(folder, 'logs');
    writeFileSync(path, 'in the way');
    const { log, clock } = open({ file: { path: join(path, 'app.log'), maxBytes: 100_000, keep: 2 } });
    log.log.info({}, 'lost');
    rmSync(path);
    await clock.advance(6000);
    log.log.warn({}, 'written');
    expect(log.fileProblem()).toBeNull();
    log.dispose();
    expect(stored(join(path, 'app.log'))).toMatchObject([
      { msg: 'written' },
      { level: 'warn', msg: 'the log file is written again' },
    ]);
  });

  it('is followed from its tail on, until it ends', async () => {
    const { log } = open();
    log.log.info({}, 'one');
    log.log.info({}, 'two');
    const seen: string[] = [];
    for await (const line of log.follow({ tail: 1, follow: true }, new AbortController().signal)) {
      seen.push(line.text);
      if (line.text === 'two') log.log.info({}, 'three');
      if (line.text === 'three') log.dispose();
    }
    expect(seen).toEqual(['two', 'three']);
  });
});
