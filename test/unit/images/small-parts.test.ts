import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import type { BuildEvent, BuildView } from '../../../src/shared/images.ts';
import { neededBytes, refuseWithoutRoom } from '../../../src/main/images/disk-need.ts';
import { engineError, failure } from '../../../src/main/images/engine-error.ts';
import { createBuildHistory } from '../../../src/main/images/build-history.ts';
import { createRunPodRegistries } from '../../../src/main/images/runpod-registry.ts';
import { readWeightsFolder } from '../../../src/main/images/image-files.ts';
import { tempDir } from '../../support/temp.ts';
import { Job } from '../../../src/main/images/job.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb } from '../../../src/main/platform/db.ts';
import type { RunPodApi } from '../../../src/main/runpod/api.ts';

const never = new AbortController().signal;

describe('room on the disk', () => {
  it('counts the base packed and unpacked, the context twice, the weights once, and a reserve', () => {
    expect(neededBytes({ baseBytes: 10, contextBytes: 0, weightBytes: 0 })).toBeCloseTo(42);
    expect(neededBytes({ baseBytes: 0, contextBytes: 10, weightBytes: 5 })).toBeCloseTo(30);
    expect(neededBytes({ baseBytes: null, contextBytes: 0, weightBytes: 0 })).toBe(0);
  });

  it('is refused only where it is known to be too small', () => {
    const need = { baseBytes: 0, contextBytes: 0, weightBytes: 10e9 };
    expect(() => refuseWithoutRoom(need, 11e9)).toThrow(
      'needs about 12 GB where Docker keeps images; 11 GB are free',
    );
    expect(() => refuseWithoutRoom(need, 12e9)).not.toThrow();
    expect(() => refuseWithoutRoom(need, null)).not.toThrow();
  });
});

describe("an engine's failure", () => {
  it.each<[string, string]>([
    ['write /x: no space left on device', 'disk_full'],
    ['unauthorized: authentication required', 'registry_denied'],
    ['denied: requested access to the resource is denied', 'registry_denied'],
    ['dial tcp 1.2.3.4:443: connect: connection refused', 'registry_unavailable'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'registry_unavailable'],
    ['Get "https://x": EOF', 'registry_unavailable'],
    ['something else', 'docker_failed'],
  ])('%s is %s', (message, code) => {
    expect(failure(message, 'docker_failed').code).toBe(code);
  });

  it('is told by its status, or by the connection', () => {
    const http = (statusCode: number): unknown =>
      Object.assign(new Error('x'), { statusCode, json: { message: 'why' } });
    expect(engineError(http(404))).toMatchObject({ code: 'not_found', message: 'Docker: why' });
    expect(engineError(http(409)).code).toBe('not_allowed_now');
    expect(engineError(http(500))).toMatchObject({ code: 'docker_failed', message: 'why' });
    const streamed = Object.assign(new Error('(HTTP code 500) server error - why '), { statusCode: 500 });
    expect(engineError(streamed).message).toBe('why');
    expect(engineError(Object.assign(new Error('connect'), { code: 'EACCES' })).advice).toContain('usermod');
    expect(engineError(Object.assign(new Error(''), { code: 'ECONNREFUSED' })).message).toContain(
      'ECONNREFUSED',
    );
  });
});

describe('the login at RunPod', () => {
  const login = { registry: 'ghcr.io', username: 'me', password: 'first-password' };

  function runpod(inUse: string[] = []) {
    const stored: { id: string; name: string; username: string; password: string }[] = [];
    let next = 1;
    const registries: RunPodApi['registries'] = {
      list: async () => stored.map(({ id, name }) => ({ id, name })),
      create: async ({ name, username, password }) => {
        const id = `r${next++}`;
        stored.push({ id, name, username, password });
        return { id, name };
      },
      delete: async (id) => {
        if (inUse.includes(id)) throw new AppError('runpod_conflict', 'in use');
        stored.splice(0, stored.length, ...stored.filter((each) => each.id !== id));
      },
    };
    return { api: { registries }, stored };
  }

  it('is registered once and reused, across restarts and by two callers at once', async () => {
    const db = openDb(':memory:');
    const { api, stored } = runpod();
    const first = createRunPodRegistries(api, db);
    expect(await Promise.all([first.ensure(login, never), first.ensure(login, never)])).toEqual(['r1', 'r1']);
    expect(await createRunPodRegistries(api, db).ensure(login, never)).toBe('r1');
    expect(stored).toEqual([
      { id: 'r1', name: 'runpod-llm ghcr.io me', username: 'me', password: 'first-password' },
    ]);
    expect(JSON.stringify(db.all('SELECT * FROM registry_credentials'))).not.toContain('first-password');
  });

  it('is replaced when the password changed, and kept beside the new one while a pod uses it', async () => {
    const db = openDb(':memory:');
    const free = runpod();
    await createRunPodRegistries(free.api, db).ensure(login, never);
    const changed = { ...login, password: 'second-password' };
    expect(await createRunPodRegistries(free.api, db).ensure(changed, never)).toBe('r2');
    expect(free.stored.map(({ name, password }) => [name, password])).toEqual([
      ['runpod-llm ghcr.io me', 'second-password'],
    ]);

    const busy = runpod(['r1']);
    const own = openDb(':memory:');
    await createRunPodRegistries(busy.api, own).ensure(login, never);
    await createRunPodRegistries(busy.api, own).ensure(changed, never);
    expect(busy.stored.map(({ name }) => name)).toEqual(['runpod-llm ghcr.io me', 'runpod-llm ghcr.io me 2']);
  });
});

const VIEW: BuildView = {
  id: 'b1',
  kind: 'build',
  reference: 'x/y:1',
  model: 'm',
  backend: 'vllm',
  target: 'pod',
  state: 'queued',
  startedAt: '2026-11-24T09:00:00.000Z',
  endedAt: null,
  steps: [],
  totalSteps: null,
  transfer: null,
  source: null,
  imageId: null,
  digest: null,
  sizeBytes: null,
  problem: null,
};

describe('a job', () => {
  const job = (clock = new ManualClock()): Job =>
    new Job(VIEW, clock, (error) => {
      throw error;
    });

  it('tells late followers what happened, then what happens, to its end', async () => {
    const one = job();
    one.log(1, 'early');
    const seen: BuildEvent[] = [];
    const following = (async () => {
      for await (const event of one.follow(never)) seen.push(event);
    })();
    await Promise.resolve();
    one.log(1, 'late');
    one.end(null, (text) => text);
    await following;
    expect(seen.map((event) => (event.type === 'log' ? event.text : event.build.state))).toEqual([
      'early',
      'queued',
      'late',
      'done',
    ]);
  });

  it('lets a follower go without disturbing the others', async () => {
    const one = job();
    const leave = new AbortController();
    const gone = (async () => {
      for await (const event of one.follow(leave.signal)) {
        expect(event.type).toBe('view');
        leave.abort();
      }
    })();
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
    expect(() => one.log(null, 'x')).not.toThrow();
  });

  it('reports a transfer a few times a second, and its end always', async () => {
    const clock = new ManualClock();
    const one = job(clock);
    const seen: number[] = [];
    one.subscribe((event) => {
      if (event.type === 'view' && event.build.transfer !== null) seen.push(event.build.transfer.doneBytes);
    });
    for (let done = 1; done <= 100; done++) {
      one.transfer('push', done, 100);
      await clock.advance(10);
    }
    expect(seen).toEqual([1, 26, 51, 76, 100]);
  });

  it('takes secrets out of the problem it shows', () => {
    const one = job();
    one.end(new AppError('build_failed', 'it is hunter22'), (text) =>
      text.replaceAll('hunter22', '[secret]'),
    );
    expect(one.view).toMatchObject({
      state: 'failed',
      problem: { code: 'build_failed', message: 'it is [secret]' },
    });
  });
});

describe('a login that RunPod has already', () => {
  const login = { registry: 'ghcr.io', username: 'me', password: 'now' };

  /** RunPod with registrations of the same name, each of which it deletes as told. */
  function runpodWith(onDelete: (id: string) => void) {
    const names = ['runpod-llm ghcr.io me', 'runpod-llm ghcr.io me 2', 'runpod-llm ghcr.io meg'];
    const made: string[] = [];
    const registries: RunPodApi['registries'] = {
      list: async () => names.map((name, index) => ({ id: `r${index + 1}`, name })),
      create: async ({ name }) => {
        made.push(name);
        return { id: 'new', name };
      },
      delete: async (id) => onDelete(id),
    };
    return { registrations: createRunPodRegistries({ registries }, openDb(':memory:')), made };
  }

  it('with a password this computer never knew is replaced; another account’s is let be', async () => {
    const deleted: string[] = [];
    const { registrations, made } = runpodWith((id) => void deleted.push(id));
    expect(await registrations.ensure(login, never)).toBe('new');
    expect(deleted).toEqual(['r1', 'r2']);
    expect(made).toEqual(['runpod-llm ghcr.io me']);
  });

  it.each([
    ['runpod_conflict', 'runpod-llm ghcr.io me 3'],
    ['runpod_rejected', 'runpod-llm ghcr.io me 3'],
    ['runpod_not_found', 'runpod-llm ghcr.io me'],
  ] as const)(
    'and that it does not let go of (%s) is stood beside, under a name of its own',
    async (code, name) => {
      const { registrations, made } = runpodWith(() => {
        throw new AppError(code, 'no');
      });
      expect(await registrations.ensure(login, never)).toBe('new');
      expect(made).toEqual([name]);
    },
  );

  it('is not made anew where RunPod cannot be asked', async () => {
    const { registrations, made } = runpodWith(() => {
      throw new AppError('runpod_unavailable', 'away');
    });
    await expect(registrations.ensure(login, never)).rejects.toMatchObject({ code: 'runpod_unavailable' });
    expect(made).toEqual([]);
    // Its failure does not stand in the way of the next one.
    await expect(registrations.ensure(login, never)).rejects.toMatchObject({ code: 'runpod_unavailable' });
  });
});

describe('the history of builds', () => {
  it('keeps the newest hundred, and skips what it cannot read', () => {
    const db = openDb(':memory:');
    const history = createBuildHistory(db, silentLog);
    for (let n = 0; n < 105; n++) history.add({ ...VIEW, id: `b${n}` });
    db.run('INSERT INTO image_builds (id, view) VALUES (?, ?)', 'odd', '{"id":"odd"}');
    expect(
      history
        .list()
        .map(({ id }) => id)
        .slice(0, 2),
    ).toEqual(['b104', 'b103']);
    expect(history.list()).toHaveLength(100);
  });
});

describe('a folder of weights', () => {
  it('is every file below it, links followed and hidden ones left out', async () => {
    const folder = tempDir();
    mkdirSync(join(folder, 'blobs'));
    mkdirSync(join(folder, '.cache'));
    writeFileSync(join(folder, 'blobs', 'abc'), 'bytes');
    writeFileSync(join(folder, '.cache', 'lock'), '');
    symlinkSync(join(folder, 'blobs', 'abc'), join(folder, 'model.safetensors'));
    const files = await readWeightsFolder(folder, never);
    expect(files.map(({ path, entry }) => [path, entry.size])).toEqual([
      ['weights/blobs/abc', 5],
      ['weights/model.safetensors', 5],
    ]);
  });

  it.each(['missing', 'empty', 'looping'])(
    'is refused when it is %s, without its whole path',
    async (kind) => {
      const folder = join(tempDir(), 'weights-of-mine');
      if (kind !== 'missing') mkdirSync(folder);
      if (kind === 'looping') symlinkSync(folder, join(folder, 'again'));
      const error: unknown = await readWeightsFolder(folder, never).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'invalid_input', details: { field: 'weightsFolder' } });
      expect(String(error)).not.toContain(folder);
    },
  );
});
