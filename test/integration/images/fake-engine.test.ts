import { join } from 'node:path';
import { onTestFinished, describe, expect, it } from 'vitest';
import { AppError, isAbort } from '../../../src/shared/errors.ts';
import { connectEngine, type Engine } from '../../../src/main/images/engine.ts';
import { pushImage } from '../../../src/main/images/transfer.ts';
import { ManualClock, systemClock } from '../../../src/main/platform/clock.ts';
import { tempDir } from '../../support/temp.ts';
import { json, lines, startFakeEngine, type FakeEngine } from './support/fake-engine.ts';
import { collector, createRig, request, type Rig } from './support/rig.ts';

const never = new AbortController().signal;
/** Podman's double of the API: it has the version and none of BuildKit's sessions. */
const PODMAN = { 'Api-Version': '1.41', 'Libpod-Api-Version': '5.0.0' };
const IMAGE = { Id: 'sha256:abc', Size: 1234 };

async function fake(options: Parameters<typeof startFakeEngine>[0] = {}): Promise<FakeEngine> {
  const engine = await startFakeEngine(options);
  onTestFinished(() => engine.dispose());
  return engine;
}

function rigOn(engine: FakeEngine, options: Parameters<typeof createRig>[1] = {}): Rig {
  const rig = createRig(engine.url, { network: null, ...options });
  onTestFinished(() => rig.dispose());
  return rig;
}

const connect = (url: string): Promise<Engine> =>
  connectEngine(
    [{ url, origin: 'test', certificates: null, verifyTls: true }],
    { clock: systemClock, advice: 'start it' },
    never,
  );

/** An image that is found once it was built. */
function building(engine: FakeEngine, messages: readonly unknown[], pieceBytes?: number): void {
  let reference = '';
  engine.on('POST /build', (request, response) => {
    reference = request.query.get('t') ?? '';
    engine.on(`GET /images/${reference}/json`, (_request, found) => json(found, IMAGE));
    lines(response, messages, pieceBytes);
  });
}

const STEPS = [
  { stream: 'Step 1/2 : FROM x\n' },
  { stream: ' ---> 1\n' },
  { stream: 'Step 2/2 : RUN übung\n' },
  { stream: 'größer 模型 🦙\n' },
];

describe('an engine without BuildKit', () => {
  it('builds what needs no secret, told plainly, whatever pieces its stream comes in', async () => {
    const engine = await fake({ headers: PODMAN });
    const rig = rigOn(engine);
    rig.secrets.set('hf', 'hf_only_for_gated_models_000');
    for (const pieceBytes of [1, 7, 1000]) {
      building(engine, [...STEPS, { aux: { ID: 'sha256:abc' } }], pieceBytes);
      const seen = collector();
      const wish = request({ model: `m${pieceBytes}`, weights: 'baked' });
      expect(await rig.service.ensure(wish, { push: false }, seen.onEvent, never)).toMatchObject({
        source: 'built',
      });
      expect(seen.events).toContainEqual({ type: 'log', step: 2, text: 'größer 模型 🦙' });
      expect(rig.service.builds()[0]).toMatchObject({
        imageId: 'sha256:abc',
        sizeBytes: 1234,
        totalSteps: 2,
      });
    }
    const sent = engine.requests.find(({ path }) => path === '/build');
    expect(sent?.query.get('platform')).toBe('linux/amd64');
    expect(sent?.query.has('version')).toBe(false);
    expect(sent?.body.toString('latin1')).toContain('RUN ["python3", "/opt/rplm/bake.py"');
    expect(sent?.body.toString('latin1')).not.toContain('--mount=type=secret');
    expect(sent?.body.toString('latin1')).not.toContain('hf_only_for');
  });

  it('refuses to bake gated weights: it could not keep the token out of the image', async () => {
    const engine = await fake({ headers: PODMAN });
    const rig = rigOn(engine, { gated: true });
    rig.secrets.set('hf', 'hf_only_for_gated_models_000');
    const error = await problemOf(
      rig.service.ensure(request({ model: 'm', weights: 'baked' }), { push: false }, () => {}, never),
    );
    expect(error).toMatchObject({ code: 'unsupported', advice: expect.stringContaining('at start') });
    expect(engine.requests.map(({ path }) => path)).not.toContain('/build');
  });

  it('gets the registry login for a private base in a header, and for no other registry', async () => {
    const engine = await fake({ headers: PODMAN });
    const rig = rigOn(engine);
    rig.secrets.set('docker-username', 'me').set('docker-token', 'a-token-of-mine');
    building(engine, [...STEPS, { aux: { ID: 'sha256:abc' } }]);
    const repository = '127.0.0.1:1/me/llm';
    await rig.service.ensure(
      request({ model: 'm', repository, base: '127.0.0.1:1/me/base:1' }),
      { push: false },
      () => {},
      never,
    );
    await rig.service.ensure(request({ model: 'm', repository }), { push: false }, () => {}, never);
    const headers = engine.requests
      .filter(({ path }) => path === '/build')
      .map((each) => each.headers['x-registry-config']);
    expect(JSON.parse(Buffer.from(String(headers[0]), 'base64url').toString())).toEqual({
      '127.0.0.1:1': { username: 'me', password: 'a-token-of-mine' },
    });
    expect(headers[1]).toBeUndefined();
  });
});

describe('an engine that misbehaves', () => {
  it.each<[string, unknown[], string]>([
    ['ends without an image', STEPS, 'ended the build without an image'],
    [
      'fails after it named an image',
      [{ aux: { ID: 'sha256:abc' } }, { error: 'late', errorDetail: { message: 'late' } }],
      'late',
    ],
    [
      'has only the old form of an error',
      [...STEPS, { error: 'old form' }],
      'Step 2 (RUN übung) failed: old form',
    ],
  ])('and %s has failed', async (_how, messages, text) => {
    const engine = await fake({ headers: PODMAN });
    building(engine, messages);
    const error = await problemOf(
      rigOn(engine).service.ensure(request({ model: 'm' }), { push: false }, () => {}, never),
    );
    expect(error).toMatchObject({ code: 'build_failed' });
    expect(error.message).toContain(text);
  });

  it('and breaks off in a step is told with that step', async () => {
    const engine = await fake({ headers: PODMAN });
    engine.on('POST /build', (_request, response) => {
      response.writeHead(200);
      response.write(STEPS.map((message) => `${JSON.stringify(message)}\n`).join(''), () =>
        response.destroy(),
      );
    });
    const error = await problemOf(
      rigOn(engine).service.ensure(request({ model: 'm' }), { push: false }, () => {}, never),
    );
    expect(error).toMatchObject({
      code: 'docker_unavailable',
      message: expect.stringContaining('step 2 (RUN übung)'),
    });
  });

  it('and answers 500 to the request is told in its own words', async () => {
    const engine = await fake({ headers: PODMAN });
    engine.on('POST /build', (_request, response) =>
      json(response, { message: 'dockerfile parse error line 3' }, 500),
    );
    const error = await problemOf(
      rigOn(engine).service.ensure(request({ model: 'm' }), { push: false }, () => {}, never),
    );
    expect(error).toMatchObject({ code: 'docker_failed', message: 'dockerfile parse error line 3' });
  });

  it('and says nothing is given up after a bounded wait', async () => {
    const engine = await fake();
    let asked = (): void => {};
    const pinged = new Promise<void>((resolve) => {
      asked = resolve;
    });
    engine.on('GET /_ping', () => asked());
    const clock = new ManualClock();
    const address = { url: engine.url, origin: 'test', certificates: null, verifyTls: true };
    const ended = problemOf(connectEngine([address], { clock, advice: 'start it' }, never));
    await pinged;
    await clock.advance(6000);
    expect(await ended).toMatchObject({
      code: 'docker_unavailable',
      advice: 'start it',
      message: expect.stringContaining('no answer in time'),
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('and is absent leaves a clear message with everything that was tried', async () => {
    const rig = createRig(`unix://${join(tempDir(), 'none.sock')}`);
    onTestFinished(() => rig.dispose());
    expect(await rig.service.engine(never)).toMatchObject({
      available: false,
      buildKit: false,
      problem: {
        code: 'docker_unavailable',
        message: expect.stringContaining('none.sock (the setting docker.host): connect ENOENT'),
      },
    });
    await expect(connect(`unix://${join(tempDir(), 'none.sock')}`)).rejects.toMatchObject({
      code: 'docker_unavailable',
      advice: 'start it',
    });
  });

  it('and runs Windows containers says what to switch', async () => {
    const engine = await fake({ info: { OSType: 'windows' } });
    await expect(connect(engine.url)).rejects.toMatchObject({
      code: 'unsupported',
      advice: expect.stringContaining('Linux containers'),
    });
  });

  it('stops when it is told to, also between the request and its first answer', async () => {
    const engine = await fake({ headers: PODMAN });
    const leave = new AbortController();
    let closed = (): void => {};
    const dropped = new Promise<void>((resolve) => {
      closed = resolve;
    });
    engine.on('POST /build', (_request, response) => {
      response.on('close', () => closed());
      leave.abort();
    });
    const error: unknown = await rigOn(engine)
      .service.ensure(request({ model: 'm' }), { push: false }, () => {}, leave.signal)
      .catch((thrown: unknown) => thrown);
    expect(isAbort(error)).toBe(true);
    await dropped;
  });
});

describe('a push', () => {
  const reference = '127.0.0.1:1/me/llm:v1';
  const login = { registry: '127.0.0.1:1', username: 'me', password: 'a-token-of-mine' };
  const done = [
    { status: 'v1: digest: sha256:d size: 1' },
    { progressDetail: {}, aux: { Tag: 'v1', Digest: 'sha256:d', Size: 1 } },
  ];

  /** A push that fails so often, then works; what was reported on the way. */
  async function pushing(failures: readonly string[]) {
    const engine = await fake();
    let tries = 0;
    engine.on('POST /images/127.0.0.1:1/me/llm/push', (_request, response) => {
      const problem = failures[tries++];
      const layers = [
        { id: 'a', status: 'Pushing', progressDetail: { current: 5, total: 10 } },
        { id: 'b', status: 'Layer already exists' },
      ];
      lines(
        response,
        problem === undefined
          ? [...layers, { id: 'a', status: 'Pushed' }, ...done]
          : [...layers, { error: problem }],
      );
    });
    const clock = new ManualClock();
    const progress: [number, number][] = [];
    const waits: number[] = [];
    let retried = (): void => {};
    const parts = {
      engine: await connect(engine.url),
      clock,
      onProgress: (done: number, total: number) => progress.push([done, total]),
      onRetry: (_error: AppError, waitMs: number) => {
        waits.push(waitMs);
        retried();
      },
    };
    const leave = new AbortController();
    const nextRetry = (): Promise<void> =>
      new Promise((resolve) => {
        retried = resolve;
      });
    return {
      engine,
      clock,
      progress,
      waits,
      nextRetry,
      leave,
      start: () => pushImage(reference, login, parts, leave.signal),
      tries: () => tries,
    };
  }

  it('carries the login in its header and answers the digest', async () => {
    const push = await pushing([]);
    expect(await push.start()).toBe('sha256:d');
    expect(push.progress.at(-1)).toEqual([10, 10]);
    const header = push.engine.requests.at(-1)?.headers['x-registry-auth'];
    expect(JSON.parse(Buffer.from(String(header), 'base64url').toString())).toEqual({
      username: 'me',
      password: 'a-token-of-mine',
      serveraddress: '127.0.0.1:1',
    });
  });

  it('begins again after longer and longer waits while the registry is away', async () => {
    const push = await pushing(['dial tcp: connection refused', 'unexpected EOF']);
    let retry = push.nextRetry();
    const ended = push.start();
    for (const waitMs of [2000, 5000]) {
      await retry;
      retry = push.nextRetry();
      await push.clock.advance(waitMs);
    }
    expect(await ended).toBe('sha256:d');
    expect(push.waits).toEqual([2000, 5000]);
  });

  it('does not begin again when it is refused, and stops waiting when it is cancelled', async () => {
    const denied = await pushing(['denied: requested access to the resource is denied']);
    expect(await problemOf(denied.start())).toMatchObject({ code: 'registry_denied' });
    expect(denied.tries()).toBe(1);
    const away = await pushing(['connection refused']);
    const retry = away.nextRetry();
    const ended = away.start().catch((thrown: unknown) => thrown);
    await retry;
    away.leave.abort();
    expect(isAbort(await ended)).toBe(true);
  });
});

describe('images on an engine that tells little', () => {
  const OWN = {
    Id: 'sha256:own',
    RepoTags: ['me/llm:vllm-pod-1', '<none>:<none>'],
    Created: 1_795_000_000,
    Size: 100,
    Labels: { 'runpod-llm.model': 'a/b', 'runpod-llm.backend': 'vllm', 'runpod-llm.target': 'pod' },
  };
  const BARE = { Id: 'sha256:bare', RepoTags: null, Created: 1_794_000_000, Size: 50, Labels: null };

  async function listing(containers: readonly object[] = []) {
    const engine = await fake();
    engine.on('GET /images/json', (_request, response) => json(response, [BARE, OWN]));
    engine.on('GET /containers/json', (_request, response) => json(response, containers));
    const rig = rigOn(engine);
    return { engine, rig };
  }

  it('are listed newest first, with who uses them; what is not told is not made up', async () => {
    const { rig } = await listing([{ ImageID: 'sha256:own', Names: ['/server'] }, { ImageID: 'sha256:own' }]);
    rig.inUse.set('me/llm:vllm-pod-1', ['coder']);
    expect(await rig.service.list(never)).toMatchObject([
      {
        id: 'sha256:own',
        references: ['me/llm:vllm-pod-1'],
        model: 'a/b',
        uniqueBytes: null,
        usedBy: ['container server', 'container without a name', 'deployment coder'],
      },
      { id: 'sha256:bare', references: [], model: null, uniqueBytes: null, usedBy: [] },
    ]);
  });

  it('are pruned by what its disk usage says of them, those without a name by their id', async () => {
    const { engine, rig } = await listing();
    engine.on('GET /system/df', (_request, response) =>
      json(response, {
        Images: [
          { ...OWN, SharedSize: 40 },
          { ...BARE, SharedSize: -1 },
        ],
      }),
    );
    const labels = OWN.Labels;
    for (const name of ['me/llm:vllm-pod-1', 'sha256:bare']) {
      engine.on(`GET /images/${name}/json`, (_request, response) =>
        json(response, { Id: name, Config: { Labels: labels } }),
      );
      engine.on(`DELETE /images/${name}`, (_request, response) => json(response, []));
    }
    const preview = await rig.service.prunePreview(never);
    expect(preview).toMatchObject({ bytes: 110 });
    const pruned = await rig.service.prune(
      preview.images.map(({ id }) => id),
      never,
    );
    expect(pruned.images).toHaveLength(2);
    const deleted = engine.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
    expect(deleted).toEqual(['/images/me/llm:vllm-pod-1', '/images/sha256:bare']);
  });

  it('take no more room than is told, where even that is not', async () => {
    const { engine, rig } = await listing();
    engine.on('GET /system/df', (_request, response) => json(response, { Images: null }));
    expect(await rig.service.prunePreview(never)).toMatchObject({ bytes: 0 });
  });

  it('are removed by this app only where it made them, and only where they are', async () => {
    const { engine, rig } = await listing();
    engine.on('GET /images/theirs/json', (_request, response) => json(response, { Id: 'sha256:x' }));
    expect(await problemOf(rig.service.remove('theirs', never))).toMatchObject({ code: 'not_allowed_now' });
    expect(await problemOf(rig.service.remove('nowhere', never))).toMatchObject({ code: 'not_found' });
    expect(engine.requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  it('are planned all the same where no engine is, and the engine’s own words are kept where it fails', async () => {
    const nowhere = createRig('unix:///nonexistent/docker.sock');
    onTestFinished(() => nowhere.dispose());
    const wish = request({ model: 'a/b' });
    expect((await nowhere.service.plan(wish, never)).exists).toEqual({ local: false, remote: false });
    const { engine, rig } = await listing();
    const { reference } = await rig.service.plan(wish, never);
    engine.on(`GET /images/${reference}/json`, (_request, response) =>
      json(response, { message: 'the storage driver is broken' }, 500),
    );
    // Docker in trouble hinders no plan either.
    expect((await rig.service.plan(wish, never)).exists.local).toBe(false);
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
