import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import {
  openConfiguration,
  type ConfigChange,
  type ConfigSource,
} from '../../../src/main/settings/config-source.ts';
import { tempDir } from '../../support/temp.ts';

interface Opened {
  readonly source: ConfigSource;
  readonly path: string;
  readonly changes: ConfigChange[];
  readonly clock: ManualClock;
  /** Writes the file and lets the app look at it until it has settled. */
  readonly write: (content: unknown) => Promise<void>;
}

function open(content: unknown, flags: Record<string, unknown> = {}): Opened {
  const folder = tempDir();
  const path = join(folder, 'llm_config.json');
  const clock = new ManualClock();
  if (content !== null) writeFileSync(path, textOf(content));
  const source = openConfiguration({
    flags: { dataDir: folder, ...flags },
    env: {},
    home: folder,
    clock,
    pollMs: 1000,
  });
  onTestFinished(() => source.dispose());
  const changes: ConfigChange[] = [];
  source.onChange((change) => changes.push(change));
  const write = async (next: unknown): Promise<void> => {
    writeFileSync(path, textOf(next));
    await clock.advance(2000);
  };
  return { source, path, changes, clock, write };
}

const textOf = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content, null, 2);

describe('a running app', () => {
  it('takes a changed file, and says which values changed and which wait for a restart', async () => {
    const { source, changes, write } = open({ log_level: 'info' });
    await write({ log_level: 'debug', proxy: { port: 5000 }, model: { name: 'a/b' } });
    expect(source.current()).toMatchObject({
      logLevel: 'debug',
      proxy: { port: 5000 },
      deployments: [{ name: 'b' }],
    });
    expect(changes).toEqual([
      {
        config: source.current(),
        changed: ['log_level', 'proxy.port', 'deployments.b'],
        afterRestart: ['proxy.port'],
      },
    ]);
    expect(Object.isFrozen(source.current())).toBe(true);
  });

  it('keeps the last good configuration while the file is bad, says so, and recovers', async () => {
    const { source, path, changes, write } = open({ log_level: 'warn' });
    await write('{ "log_level": "loud" }');
    expect(source.current().logLevel).toBe('warn');
    expect(source.problem()).toBe(
      `${path}:1:16: log_level: found "loud"; allowed: one of "debug", "info", "warn", "error"`,
    );
    await write({ log_level: 'error' });
    expect([source.current().logLevel, source.problem()]).toEqual(['error', null]);
    expect(changes.map((change) => change.changed)).toEqual([[], ['log_level']]);
  });

  it('does not read a file that is still being written', async () => {
    const { source, path, clock } = open({ log_level: 'info' });
    writeFileSync(path, '{ "log_level": ');
    await clock.advance(1000);
    expect(source.problem()).toBeNull();
    writeFileSync(path, '{ "log_level": "debug" }');
    await clock.advance(2000);
    expect([source.problem(), source.current().logLevel]).toEqual([null, 'debug']);
  });

  it('takes a file that is put in place of the old one, as editors do', async () => {
    const { source, path, clock } = open({ log_level: 'info' });
    writeFileSync(`${path}.new`, textOf({ log_level: 'debug' }));
    renameSync(`${path}.new`, path);
    await clock.advance(2000);
    expect(source.current().logLevel).toBe('debug');
  });

  it('takes a file that appears later, and keeps the configuration when it goes away', async () => {
    const { source, path, clock, write } = open(null);
    await write({ log_level: 'debug' });
    expect(source.current().logLevel).toBe('debug');
    rmSync(path);
    await clock.advance(2000);
    expect([source.current().logLevel, source.problem()]).toEqual([
      'debug',
      `${path} is gone; the last good configuration is kept.`,
    ]);
    await write({});
    expect([source.current().logLevel, source.problem()]).toEqual(['info', null]);
  });

  it('says that a file cannot be read any more', async () => {
    const { source, path, clock } = open({});
    rmSync(path);
    mkdirSync(path);
    await clock.advance(2000);
    expect(source.problem()).toContain('an unreadable file (EISDIR');
  });

  it('is not told about a file that says the same in other words, nor twice about one problem', async () => {
    const { changes, write } = open({ log_level: 'info' });
    await write({ log_level: 'info', proxy: {} });
    await write('{ ');
    await write('{ ');
    expect(changes.map((change) => change.changed)).toEqual([[]]);
  });

  it('keeps flags above a changed file', async () => {
    const { source, write } = open({}, { port: 0 });
    await write({ proxy: { port: 1234 } });
    expect(source.current().proxy.port).toBe(0);
  });

  it('shows what became of a listener that failed, and goes on', async () => {
    const { source, write } = open({});
    source.onChange(() => {
      throw new Error('broken part');
    });
    await write({ log_level: 'debug' });
    expect(source.problem()).toContain('broken part');
    await write({ log_level: 'error' });
    expect(source.current().logLevel).toBe('error');
  });

  it('leaves nothing running when it is disposed of', () => {
    const { source, clock } = open({});
    source.dispose();
    source.dispose();
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses to start with a bad file', () => {
    expect(() => open('{')).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });
});
