import { z } from 'zod';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError, isAbort } from '../../../src/shared/errors.ts';
import type { BuildEvent } from '../../../src/shared/images.ts';
import { buildImage } from '../../../src/main/images/build.ts';
import type { Engine } from '../../../src/main/images/engine.ts';
import { createRegistryClient } from '../../../src/main/images/registry.ts';
import { createHttpPool } from '../../../src/main/platform/http.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { missing } from '../../support/missing.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { engineMissing, startEngine, type TestEngine } from './support/engine.ts';
import { LOGIN, startRegistry } from './support/registry.ts';
import { collector, createRig, request, type Rig } from './support/rig.ts';

const never = new AbortController().signal;
const absent = engineMissing();

/** Steps whose mark shows up in the process list of this machine, since containers are processes here. */
const waiting = (mark: string): string =>
  `FROM rplm-base:test\nRUN ["bash", "-c", "echo begun; sleep ${mark}"]\n`;
const isRunning = (mark: string): boolean =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => commandOf(pid).includes(`sleep\0${mark}`));

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It ended while the list was read.
    return '';
  }
}

const begun = (event: BuildEvent): boolean => event.type === 'log' && event.text === 'begun';

describe('a build that does not end well', { timeout: 120_000 }, () => {
  let docker: TestEngine;
  let rig: Rig;

  beforeAll(async () => {
    if (absent !== null) return;
    docker = await startEngine();
    rig = createRig(docker.url);
  }, 120_000);
  afterAll(async () => {
    if (absent !== null) return;
    await rig.dispose();
    await docker.dispose();
  }, 60_000);

  it('says which step failed and what it printed last', async (context) => {
    if (absent !== null) missing(context, absent);
    const wish = request({ model: 'a/b', packages: ['fails==1.0'] });
    const error = await problemOf(rig.service.ensure(wish, { push: false }, () => {}, never));
    expect(error.code).toBe('build_failed');
    expect(error.message).toContain('"fails==1.0"]) failed: ');
    expect(error.message).toContain('exit code: 1');
    // The step prints on two streams, whose order among each other the engine does not keep.
    expect(
      z
        .array(z.string())
        .parse(error.details?.['lines'])
        .toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(['Collecting fails==1.0', 'ERROR: No matching distribution found for fails==1.0']);
    const view = rig.service.builds()[0];
    expect(view).toMatchObject({ state: 'failed', imageId: null, problem: { code: 'build_failed' } });
    expect(view?.steps.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual([
      expect.stringContaining('"pip", "install"'),
    ]);
  });

  it('has really stopped when its cancellation is confirmed', async (context) => {
    if (absent !== null) missing(context, absent);
    const mark = '98761';
    const seen = collector();
    const leave = new AbortController();
    const wish = request({ model: 'a/b', dockerfile: waiting(mark) });
    const ended = rig.service
      .ensure(wish, { push: false }, seen.onEvent, leave.signal)
      .catch((error: unknown) => error);
    await seen.waitFor(begun);
    await expect.poll(() => isRunning(mark), { timeout: 15_000 }).toBe(true);
    leave.abort();
    expect(isAbort(await ended)).toBe(true);
    await expect.poll(() => isRunning(mark), { timeout: 15_000 }).toBe(false);
    expect(rig.service.builds()[0]).toMatchObject({ state: 'cancelled', problem: null, imageId: null });
    // The engine is free for the next one, and the queue goes on.
    const next = request({ model: 'a/b', dockerfile: 'FROM rplm-base:test\nLABEL after=1\n' });
    expect(await rig.service.ensure(next, { push: false }, () => {}, never)).toMatchObject({
      source: 'built',
    });
  });

  it('leaves the queue at once when it was still waiting', async (context) => {
    if (absent !== null) missing(context, absent);
    const seen = collector();
    const first = rig.service.ensure(
      request({ model: 'a/b', dockerfile: waiting('98762') }),
      { push: false },
      seen.onEvent,
      never,
    );
    const firstEnd = first.catch((error: unknown) => error);
    await seen.waitFor(begun);
    const second = rig.service.start(request({ model: 'c/d' }), { push: false });
    expect(second.state).toBe('queued');
    expect(await rig.service.cancel(second.id)).toMatchObject({ state: 'cancelled' });
    const running = rig.service.builds()[0];
    expect(running).toMatchObject({ state: 'building' });
    await rig.service.cancel(running?.id ?? '');
    expect(isAbort(await firstEnd)).toBe(true);
  });

  it('fails and stops just so with the classic builder', async (context) => {
    if (absent !== null) missing(context, absent);
    const { engine } = docker;
    const classic: Engine = {
      facts: { ...engine.facts, buildKit: false },
      json: (asked, signal) => engine.json(asked, signal),
      stream: (asked, signal) => engine.stream(asked, signal),
      hijack: (asked, signal) => engine.hijack(asked, signal),
      freeBytes: () => engine.freeBytes(),
    };
    const lines: string[] = [];
    let heard = (): void => {};
    const build = (dockerfile: string, signal: AbortSignal): Promise<string> =>
      buildImage(
        {
          id: 'b',
          reference: 'x/y:1',
          dockerfile,
          files: [],
          secrets: new Map(),
          login: null,
          network: 'host',
        },
        {
          engine: classic,
          clock: systemClock,
          scrub: (text) => text,
          onMessage: (message) => {
            if (message.kind === 'log') lines.push(message.text);
            if (lines.includes('begun')) heard();
          },
          onContext: () => {},
        },
        signal,
      );
    expect(await build('FROM rplm-base:test\nRUN ["true"]\n', never)).toMatch(/^sha256:/);
    const error = await problemOf(
      build('FROM rplm-base:test\nRUN ["bash", "-c", "echo why; exit 3"]\n', never),
    );
    expect(error).toMatchObject({ code: 'build_failed', details: { step: 2, lines: ['why'] } });
    const leave = new AbortController();
    const begunNow = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const ended = build(waiting('98764'), leave.signal).catch((thrown: unknown) => thrown);
    await begunNow;
    leave.abort();
    expect(isAbort(await ended)).toBe(true);
    await expect.poll(() => isRunning('98764'), { timeout: 20_000 }).toBe(false);
  });

  it.each(['me/UPPER', 'a/b:tag:tag', 'with space', '-dash/x', 'a/b@sha256:zz'])(
    'is refused for the image name %j before anything is asked',
    (name) => {
      expect(() => request({ model: 'a/b', repository: name })).toThrow(/repository|image reference/);
      expect(() => request({ model: 'a/b', base: name })).toThrow(/image reference/);
    },
  );

  it('names a base that does not exist', async (context) => {
    if (absent !== null) missing(context, absent);
    const wish = request({ model: 'a/b', base: '127.0.0.1:1/not/there:1' });
    const error = await problemOf(rig.service.ensure(wish, { push: false }, () => {}, never));
    expect(error.code).toBe('registry_unavailable');
    expect(error.message).toContain('not/there');
  });
});

describe('an engine or registry that goes away', { timeout: 120_000 }, () => {
  it('stops a build with the step it was in, and says how to start the engine', async (context) => {
    if (absent !== null) missing(context, absent);
    const docker = await startEngine();
    const rig = createRig(docker.url);
    try {
      const seen = collector();
      const wish = request({ model: 'a/b', dockerfile: waiting('98763') });
      const ended = problemOf(rig.service.ensure(wish, { push: false }, seen.onEvent, never));
      await seen.waitFor(begun);
      await docker.stop();
      expect(await ended).toMatchObject({ code: 'docker_unavailable' });
      expect((await ended).message).toContain('went away in step');
      const status = await rig.service.engine(never);
      expect(status).toMatchObject({ available: false, problem: { code: 'docker_unavailable' } });
      expect(status.problem?.advice).toContain('systemctl start docker');
    } finally {
      await rig.dispose();
      await docker.dispose();
    }
  });

  it('goes on with a push when the registry comes back', async (context) => {
    if (absent !== null) missing(context, absent);
    const [docker, registry] = await Promise.all([startEngine(), startRegistry()]);
    const rig = createRig(docker.url);
    rig.secrets.set('docker-username', LOGIN.username).set('docker-token', LOGIN.password);
    const pool = createHttpPool({ silenceMs: 10_000 });
    try {
      // Random, so that it stays big on its way.
      const dockerfile = `FROM rplm-base:test\nRUN ["bash", "-c", "head -c 150000000 /dev/urandom > /big"]\n`;
      const wish = request({ model: 'a/b', dockerfile, repository: `${registry.host}/me/big` });
      const seen = collector();
      const pushed = rig.service.ensure(wish, { push: true }, seen.onEvent, never);
      await seen.waitFor(
        (event) =>
          event.type === 'view' &&
          event.build.transfer?.what === 'push' &&
          event.build.transfer.doneBytes > 5_000_000,
      );
      await registry.kill();
      await registry.restart();
      const built = await pushed;
      const login = { registry: registry.host, ...LOGIN };
      const client = createRegistryClient({ fetch: pool.fetch, clock: systemClock });
      const there = await client.measure(built.reference, login, never);
      expect(there?.digest).toBe(built.digest);
      expect(there?.layerBytes).toBeGreaterThan(150_000_000);
    } finally {
      await rig.dispose();
      await pool.close();
      await Promise.all([docker.dispose(), registry.dispose()]);
    }
  });

  it('tells a full disk from a failed step, and sees one coming', async (context) => {
    if (absent !== null) missing(context, absent);
    const dataRoot = smallDisk(context, 600_000_000);
    const docker = await startEngine({ dataRoot });
    const rig = createRig(docker.url);
    try {
      const big = 'FROM rplm-base:test\nRUN ["bash", "-c", "head -c 700000000 /dev/zero > /big"]\n';
      const error = await problemOf(
        rig.service.ensure(request({ model: 'a/b', dockerfile: big }), { push: false }, () => {}, never),
      );
      expect(error).toMatchObject({ code: 'disk_full' });
      expect(error.advice).toContain('images prune');
      const baked = request({ model: 'a/nine-gb', weights: 'baked' });
      const early = await problemOf(rig.service.ensure(baked, { push: false }, () => {}, never));
      expect(early.code).toBe('disk_full');
      expect(early.message).toMatch(/needs about 11 GB where Docker keeps images; 0\.\d GB are free/);
      expect(rig.service.builds()[0]).toMatchObject({ steps: [] });
    } finally {
      await rig.dispose();
      await docker.dispose();
    }
  });
});

async function problemOf(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}
