import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openApiContract } from '../../support/openapi.ts';
import { GPU, KEY, POD, rig, type Rig } from './support.ts';

/**
 * The sandbox and RunPod's document agree on what a request may be. Bodies are built field by field from right and wrong
 * values: what the document refuses the sandbox refuses with 422, what it allows is never a 422 (but may break a rule
 * the document does not know, a 400 or 404).
 */
const contract = openApiContract();

type Field = readonly [name: string, right: readonly unknown[], wrong: readonly unknown[]];

const CONTAINER: readonly Field[] = [
  ['args', ['', '--model x'], [1, null]],
  ['disk', [1, 40], [0, 1.5, '40', null]],
  ['env', [{}, { A: 'b' }], [{ A: 1 }, [], 'A=b']],
  ['ports', [[], ['8000/http']], [[8000], '8000/http']],
  ['registry', [null], [1, {}]],
];
const MOUNTS: Field = [
  'mounts',
  [{}, { persistent: { size: 20, path: '/w' } }],
  [
    { persistent: { size: 5, path: '/w' } },
    { persistent: { size: 20 } },
    { other: 1 },
    { network: [{ volumeId: 'v' }] },
    { network: [{}, {}] },
  ],
];
const SCALING: Field = [
  'scaling',
  [
    { type: 'QUEUE_DELAY', queueDelay: 4 },
    { type: 'REQUEST_COUNT', requestCount: 1 },
  ],
  [
    { type: 'QUEUE_DELAY', queueDelay: 0.1 },
    { type: 'QUEUE_DELAY', requestCount: 1 },
    { type: 'NONE' },
    { type: 'REQUEST_COUNT', requestCount: 1, queueDelay: 1 },
  ],
];
const WORKERS: Field = [
  'workers',
  [{}, { min: 0, max: 2 }],
  [{ min: -1 }, { idleTimeout: 0 }, { idleTimeout: 3601 }, { maximum: 1 }],
];

interface Target {
  readonly name: string;
  readonly method: string;
  readonly path: (world: Rig) => Promise<string>;
  readonly required: readonly Field[];
  readonly optional: readonly Field[];
}

const NAME: Field = ['name', ['a', 'b c'], ['', 1, null]];
const IMAGE: Field = ['image', ['me/image:v1'], [1, null]];

const TARGETS: readonly Target[] = [
  {
    name: 'create pod',
    method: 'POST',
    path: () => Promise.resolve('/pods'),
    required: [NAME, IMAGE],
    optional: [
      ...CONTAINER,
      MOUNTS,
      ['cloud', ['SECURE', 'COMMUNITY'], ['ALL', null]],
      [
        'gpu',
        [
          { id: GPU, count: 1 },
          { id: GPU, count: 1, minCudaVersion: '13.0' },
        ],
        [{}, { id: GPU, count: 0 }, { id: GPU, extra: 1 }, { id: GPU, minCudaVersion: '13' }],
      ],
      ['dataCenterIds', [[], ['EU-RO-1']], ['EU-RO-1', [1]]],
      ['startSsh', [true], ['yes']],
      ['globalNetworking', [false], [1]],
      ['imageName', [], ['x']],
    ],
  },
  {
    name: 'update pod',
    method: 'PATCH',
    path: async (world) => `/pods/${(await world.pod()).id}`,
    required: [],
    optional: [...CONTAINER, MOUNTS, NAME, ['locked', [true, false], ['no']], ['gpu', [], [{ id: GPU }]]],
  },
  {
    name: 'pod action',
    method: 'POST',
    path: async (world) => `/pods/${(await world.pod()).id}/action`,
    required: [['action', ['stop'], ['reset', 'STOP', 1]]],
    optional: [['reason', [], ['x']]],
  },
  {
    name: 'create endpoint',
    method: 'POST',
    path: () => Promise.resolve('/serverless'),
    required: [NAME, IMAGE, SCALING, ['type', ['QUEUE', 'LOAD_BALANCER'], ['LB', null]]],
    optional: [
      ...CONTAINER,
      WORKERS,
      [
        'gpu',
        [{ pools: ['ADA_24'] }, { pools: ['ADA_24'], count: 2, excludedTypes: [] }],
        [
          {},
          { pools: [] },
          { pools: ['ADA_24'], types: [] },
          { pools: ['ADA_24'], excludedTypes: ['x', 'x'] },
        ],
      ],
      ['flashboot', ['OFF', 'FLASHBOOT'], ['ON', true]],
      ['timeout', [0, 600_000], ['600', 1.5]],
      ['mounts', [], [{}]],
    ],
  },
  {
    name: 'update endpoint',
    method: 'PATCH',
    path: async (world) => {
      const body = {
        name: 'e',
        type: 'QUEUE',
        image: 'me/i:v1',
        scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
        gpu: { pools: ['ADA_24'] },
      };
      return `/serverless/${(await world.api('POST', '/serverless', body)).body.id}`;
    },
    required: [],
    optional: [
      ...CONTAINER,
      WORKERS,
      SCALING,
      NAME,
      ['gpu', [{ pools: ['ADA_24'] }, { minCudaVersion: '' }], [{ excludedTypes: [GPU] }, { pools: [] }]],
      ['type', [], ['QUEUE']],
    ],
  },
  {
    name: 'create template',
    method: 'POST',
    path: () => Promise.resolve('/templates'),
    required: [NAME, IMAGE],
    optional: [
      ...CONTAINER,
      ['mounts', [{}, { persistent: { size: 10, path: '/w' } }], [{ network: [] }]],
      ['category', ['NVIDIA', 'CPU'], ['GPU']],
      ['allowedCudaVersions', [[], ['12.8']], [['12']]],
      ['public', [false], ['no']],
    ],
  },
  {
    name: 'create volume',
    method: 'POST',
    path: () => Promise.resolve('/network-volumes'),
    required: [NAME, ['size', [10, 4096], [9, 4097, '10']], ['dataCenter', ['EU-RO-1', 'EU-NL-1'], ['', 1]]],
    optional: [
      ['type', ['STANDARD', 'HIGH_PERFORMANCE'], ['FAST']],
      ['dataCenterId', [], ['EU-RO-1']],
    ],
  },
  {
    name: 'create registry',
    method: 'POST',
    path: () => Promise.resolve('/registries'),
    required: [NAME, ['username', ['u'], ['']], ['password', ['p'], [1]]],
    optional: [['host', [], ['ghcr.io']]],
  },
  {
    name: 'replace SSH keys',
    method: 'PUT',
    path: () => Promise.resolve('/account/ssh-keys'),
    required: [['keys', [[], ['ssh-ed25519 AAAA me']], [['nonsense'], 'ssh-ed25519 AAAA', [1]]]],
    optional: [['merge', [], [true]]],
  },
];

/** A body with a few fields, each right or wrong, some required ones missing. */
function bodyOf(target: Target): fc.Arbitrary<Record<string, unknown>> {
  const value = ([, right, wrong]: Field): fc.Arbitrary<unknown> =>
    right.length === 0
      ? fc.constantFrom(...wrong)
      : fc.oneof(
          { weight: 12, arbitrary: fc.constantFrom(...right) },
          { weight: 1, arbitrary: fc.constantFrom(...wrong) },
        );
  const model = Object.fromEntries(
    [...target.required, ...target.optional].map((field) => [field[0], value(field)]),
  );
  const impossible = target.optional.filter(([, right]) => right.length === 0).map(([name]) => name);
  const some = fc.record(model, { requiredKeys: target.required.map(([name]) => name) });
  // Names that are always wrong are rare, or nothing would ever be accepted.
  return fc.tuple(some, fc.integer({ min: 0, max: 9 })).map(([body, dice]) => {
    const dropped =
      dice === 0 ? target.required.map(([name]) => name).slice(0, 1) : dice === 1 ? [] : impossible;
    return Object.fromEntries(Object.entries(body).filter(([name]) => !dropped.includes(name)));
  });
}

describe("request bodies are judged as RunPod's document judges them", () => {
  it.each(TARGETS)('$name', async (target) => {
    const tally = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(bodyOf(target), async (body) => {
        const world = rig({ balanceUsd: 1e6 });
        const path = await target.path(world);
        const problems = contract.validateRequest({ method: target.method, url: `/v2${path}`, body });
        const answer = await world.api(target.method, path, body);
        const shapeRefused = answer.status === 422 && answer.body.detail === 'Request validation failed.';
        // idleTimeout and the image are judged by rules the document only tells in words.
        const byWords = /idleTimeout|invalid image/.test((answer.body?.errors ?? []).join(' '));
        fc.pre(!byWords);
        expect({ body, refused: shapeRefused }).toEqual({ body, refused: problems.length > 0 });
        if (shapeRefused) tally.refused += 1;
        else tally.accepted += 1;
      }),
      { numRuns: 120, seed: 42 },
    );
    expect(tally.accepted).toBeGreaterThan(10);
    expect(tally.refused).toBeGreaterThan(10);
  });
});

describe('every documented route', () => {
  it('is answered, and every answer is one the document allows', async () => {
    const world = rig({ balanceUsd: 1e6 });
    const pod = await world.pod();
    const ids: Readonly<Record<string, string>> = {
      '/v2/pods': pod.id,
      '/v2/catalog/gpus': encodeURIComponent(GPU),
      '/v2/catalog/cpus': 'cpu5c',
      '/v2/catalog/datacenters': 'EU-RO-1',
    };
    for (const { method, path } of contract.operations) {
      if (path.endsWith('/logs')) continue;
      const parent = path.split('/{')[0] ?? '';
      const real = path.replace('/v2', '').replaceAll(/\{[^}]+\}/g, ids[parent] ?? 'unknown-id');
      const body = ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined;
      const answer = await world.api(method, real, body);
      expect({ route: `${method} ${path}`, status: answer.status }).not.toMatchObject({ status: 405 });
      expect(answer.body === undefined || answer.body.detail !== 'route not found').toBe(true);
    }
  });

  it('carries request id, date and rate limits; unknown routes and methods say so', async () => {
    const { api, clock } = rig();
    const { headers } = await api('GET', '/pods');
    expect(headers['x-request-id']).toMatch(/^sbx-[0-9a-f]{16}$/);
    expect(Date.parse(headers['date'] ?? '')).toBe(Math.floor(clock.now() / 1000) * 1000);
    expect(headers['ratelimit']).toMatch(/^"minute";r=1199;t=60, "hour"/);
    expect(await api('GET', '/nowhere')).toMatchObject({ status: 404, body: { detail: 'route not found' } });
    expect(await api('DELETE', '/pods')).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
  });

  it('answers 429 with the wait when the minute is used up', async () => {
    const { api, clock, sandbox } = rig({ requestsPerMinute: 3 });
    for (let i = 0; i < 3; i++) expect((await api('GET', '/pods')).status).toBe(200);
    await clock.advance(20_000);
    expect(await api('GET', '/pods')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '40' },
      body: { detail: 'rate limit exceeded for the minute window' },
    });
    await clock.advance(40_000);
    expect((await api('GET', '/pods')).status).toBe(200);
    const strange = await sandbox.fetch(`${sandbox.urls().apiUrl}/pods`, {
      headers: { authorization: 'Bearer nobody' },
    });
    expect(strange.headers.get('ratelimit')).toBeNull();
  });
});

describe('small resources', () => {
  it('volumes grow, pin, bill and are deleted last', async () => {
    const world = rig();
    const volume = (
      await world.api('POST', '/network-volumes', { name: 'v', size: 1000, dataCenter: 'EU-RO-1' })
    ).body;
    expect(
      await world.api('POST', '/network-volumes', { name: 'v', size: 10, dataCenter: 'EU-NL-1' }),
    ).toMatchObject({ status: 400, body: { detail: expect.stringContaining('EU-RO-1') } });
    expect(
      (
        await world.api('POST', '/network-volumes', {
          name: 'v',
          size: 10,
          dataCenter: 'EU-RO-1',
          type: 'HIGH_PERFORMANCE',
        })
      ).status,
    ).toBe(400);
    await world.clock.advance(3_600_000);
    expect((await world.api('PATCH', `/network-volumes/${volume.id}`, { size: 2000 })).status).toBe(200);
    expect((await world.api('PATCH', `/network-volumes/${volume.id}`, { size: 1500 })).status).toBe(400);
    await world.clock.advance(3_600_000);
    expect(world.sandbox.bill().totalUsd).toBeCloseTo((1000 * 0.07 + 1024 * 0.07 + 976 * 0.05) / 730, 4);
    const pod = await world.pod({ mounts: { network: [{ volumeId: volume.id, path: '/w' }] } });
    expect((await world.api('DELETE', `/network-volumes/${volume.id}`)).status).toBe(409);
    await world.api('DELETE', `/pods/${pod.id}`);
    expect((await world.api('DELETE', `/network-volumes/${volume.id}`)).status).toBe(204);
  });

  it('registries are write-only and held by the pods that use them', async () => {
    const { api, pod } = rig();
    const registry = await api('POST', '/registries', { name: 'r', username: 'u', password: 'secret' });
    expect(Object.keys(registry.body).toSorted()).toEqual(['id', 'name']);
    const { id } = await pod({ registry: registry.body.id });
    expect((await api('DELETE', `/registries/${registry.body.id}`)).status).toBe(400);
    await api('DELETE', `/pods/${id}`);
    const template = await api<{ id: string; registry: string | null }>('POST', '/templates', {
      name: 't',
      image: 'me/i:v1',
      registry: registry.body.id,
    });
    expect((await api('DELETE', `/registries/${registry.body.id}`)).status).toBe(204);
    expect(
      (await api<{ registry: string | null }>('GET', `/templates/${template.body.id}`)).body.registry,
    ).toBeNull();
  });

  it('public templates are readable and belong to nobody here', async () => {
    const { api } = rig();
    const listed = await api<{ templates: { id: string; serverless: boolean }[] }>(
      'GET',
      '/catalog/templates',
    );
    expect(listed.body.templates.map(({ id }) => id)).toContain('runpod-torch-v280');
    expect((await api('GET', '/templates/runpod-torch-v280')).status).toBe(200);
    expect((await api('PATCH', '/templates/runpod-torch-v280', { disk: 1 })).status).toBe(404);
    expect((await api('DELETE', '/templates/runpod-torch-v280')).status).toBe(404);
    expect((await api<{ templates: object[] }>('GET', '/templates')).body.templates).toEqual([]);
  });

  it('SSH keys reach pods that ask for them', async () => {
    const { api } = rig();
    const keys = ['ssh-ed25519 AAAA me@example.com'];
    expect((await api('PUT', '/account/ssh-keys', { keys })).body).toEqual({ keys });
    expect((await api('GET', '/account/ssh-keys')).body).toEqual({ keys });
  });

  it('a pod reached over SSH shows how, with a port that changes at every start', async () => {
    const { api, pod, clock } = rig();
    const { id } = await pod({ ports: ['22/tcp', '8000/http'] });
    await clock.advance(60_000);
    const { ssh, runtime } = (await api('GET', `/pods/${id}`)).body;
    expect(ssh.proxy?.command).toContain('@ssh.runpod.io');
    expect(runtime?.ports?.find((port) => port.private === 22)?.public).toBe(ssh.direct?.port);
    await api('POST', `/pods/${id}/action`, { action: 'stop' });
    await api('POST', `/pods/${id}/action`, { action: 'start' });
    await clock.advance(60_000);
    expect((await api('GET', `/pods/${id}`)).body.ssh.direct?.port).not.toBe(ssh.direct?.port);
  });
});

describe('the catalogue', () => {
  interface Gpus {
    readonly gpus: readonly {
      readonly id: string;
      readonly memory: number;
      readonly pool: string | null;
      readonly secure: boolean;
      readonly price: { readonly secure: number; readonly serverless?: number };
      readonly availability?: string;
      readonly dataCenters?: readonly { readonly id: string; readonly availability: string }[];
      readonly cudaVersions?: readonly { readonly version: string }[];
    }[];
    readonly detail: string;
  }
  const gpus = (query: string): Promise<{ status: number; body: Gpus }> =>
    rig().api<Gpus>('GET', `/catalog/gpus${query}`);

  it('lists every pool, ids that are pod-only, and the sentinel clients must leave out', async () => {
    const { body } = await gpus('');
    const pools = new Set(body.gpus.map(({ pool }) => pool));
    for (const pool of [
      'AMPERE_16',
      'AMPERE_24',
      'ADA_24',
      'ADA_32_PRO',
      'AMPERE_48',
      'ADA_48_PRO',
      'AMPERE_80',
      'ADA_80_PRO',
      'BLACKWELL_96',
      'HOPPER_141',
      'BLACKWELL_180',
      null,
    ]) {
      expect(pools).toContain(pool);
    }
    expect(body.gpus.map(({ id }) => id)).toContain('unknown');
    expect(body.gpus.every((gpu) => gpu.availability === undefined)).toBe(true);
    expect(body.gpus.every((gpu) => (gpu.pool === null) === (gpu.price.serverless === undefined))).toBe(true);
  });

  it.each([
    ['?include=AVAILABILITY', 400, /product is required/],
    ['?product=POD', 400, /only with include=AVAILABILITY/],
    ['?count=2', 400, /only with include=AVAILABILITY/],
    ['?include=AVAILABILITY&product=POD&cudaVersions=12.8&minCudaVersion=12.1', 400, /mutually exclusive/],
    ['?include=AVAILABILITY&product=CPU', 422, /product/],
    ['?include=AVAILABILITY&product=POD&countryCodes=fr', 422, /countryCodes/],
  ])('refuses %s', async (query, status, words) => {
    const answer = await gpus(query);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toMatch(words);
  });

  it('narrows stock by country, count, cloud and CUDA', async () => {
    const find = async (query: string, id = GPU): Promise<Gpus['gpus'][number] | undefined> =>
      (await gpus(`?include=AVAILABILITY&product=POD${query}`)).body.gpus.find((gpu) => gpu.id === id);
    expect(await find('')).toMatchObject({ availability: 'HIGH' });
    expect((await find('&countryCodes=CZ'))?.dataCenters).toEqual([
      { id: 'EU-CZ-1', name: expect.any(String), availability: 'MEDIUM' },
    ]);
    expect(await find('&countryCodes=AU')).toBeUndefined();
    expect(await find('&count=9')).toMatchObject({ availability: 'NONE' });
    expect(await find('&minCudaVersion=12.9')).toMatchObject({
      cudaVersions: [{ version: '13.0' }, { version: '12.9' }],
    });
    expect(await find('&cloud=COMMUNITY', 'NVIDIA L4')).toMatchObject({ availability: 'NONE' });
    expect(await find('', 'AMD Instinct MI300X OAM')).not.toHaveProperty('cudaVersions');
  });

  it('filters data centres and shows what stands in them', async () => {
    const world = rig();
    const { body } = await world.api<{
      dataCenters: { id: string; region: string; gpuAvailability?: { id: string }[] }[];
    }>(
      'GET',
      '/catalog/datacenters?regions=EUROPE&include=GPU_AVAILABILITY&networkVolumeTypes=HIGH_PERFORMANCE',
    );
    expect(body.dataCenters.map(({ id }) => id)).toEqual(['EUR-IS-1']);
    expect(body.dataCenters[0]?.gpuAvailability?.map(({ id }) => id)).toContain(GPU);
  });
});

describe('the control door', () => {
  it('opens to its token alone, arms faults, and stands outside them', async () => {
    const { sandbox, api } = rig();
    const door = async (
      method: string,
      path: string,
      body?: object,
      token = sandbox.controlToken,
    ): Promise<{ status: number; body: unknown }> => {
      const response = await sandbox.fetch(sandbox.urls().apiUrl.replace('/v2', `/sandbox/${path}`), {
        method,
        headers: { 'x-sandbox-control': token },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    };
    expect((await door('GET', 'bill', undefined, KEY)).status).toBe(401);
    expect(
      (await door('POST', 'faults', { kind: 'status', route: 'GET /v2/pods', status: 418 })).status,
    ).toBe(422);
    expect((await door('POST', 'faults', { kind: 'no-capacity' })).status).toBe(201);
    await door('POST', 'faults', { kind: 'status', route: 'GET /v2/pods', status: 503, times: 1 });
    expect((await door('GET', 'faults')).body).toMatchObject({
      faults: [
        { kind: 'no-capacity', left: null },
        { kind: 'status', left: 1 },
      ],
    });
    expect((await api('GET', '/pods')).status).toBe(503);
    expect((await api('GET', '/pods')).status).toBe(200);
    expect((await door('DELETE', 'faults')).status).toBe(204);
    expect((await door('GET', 'bill')).body).toMatchObject({ totalUsd: 0, balanceUsd: 50, pods: [] });
    expect((await door('GET', 'else')).status).toBe(404);
  });
});

describe('faults of routes', () => {
  const create = ({ sandbox }: Rig, signal?: AbortSignal): ReturnType<Rig['sandbox']['fetch']> =>
    sandbox.fetch(`${sandbox.urls().apiUrl}/pods`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify(POD),
      ...(signal === undefined ? {} : { signal }),
    });

  it('do the work and answer 502', async () => {
    const world = rig();
    world.sandbox.arm({ kind: 'lost-answer', route: 'POST /v2/pods', how: '502', times: 1 });
    expect((await create(world)).status).toBe(502);
    expect((await world.api('GET', '/pods')).body.pods).toHaveLength(1);
  });

  it('do the work and drop the connection', async () => {
    const world = rig();
    world.sandbox.arm({ kind: 'lost-answer', route: 'POST /v2/pods', how: 'reset', times: 1 });
    await expect(create(world)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect((await world.api('GET', '/pods')).body.pods).toHaveLength(1);
  });

  it('hang until the caller leaves', async () => {
    const world = rig();
    world.sandbox.arm({ kind: 'lost-answer', route: 'POST /v2/pods', how: 'hang', times: 1 });
    const leave = new AbortController();
    const call = create(world, leave.signal);
    call.catch(() => {});
    await world.clock.advance(3_600_000);
    leave.abort();
    await expect(call).rejects.toThrow(/abort/);
    expect((await world.api('GET', '/pods')).body.pods).toHaveLength(1);
  });

  it('delay by the clock, and refuse with any status', async () => {
    const world = rig();
    world.sandbox.arm({ kind: 'latency', route: 'GET /v2/pods/*', ms: 5000, times: 1 });
    world.sandbox.arm({
      kind: 'status',
      route: 'POST /v2/pods',
      status: 429,
      retryAfterSeconds: 7,
      times: 1,
    });
    const call = world.api('GET', '/pods/x');
    await world.clock.advance(4000);
    expect(await Promise.race([call, Promise.resolve('waiting')])).toBe('waiting');
    await world.clock.advance(2000);
    expect((await call).status).toBe(404);
    expect(await world.api('POST', '/pods', POD)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '7' },
    });
    expect((await world.api('POST', '/pods', POD)).status).toBe(201);
  });
});
