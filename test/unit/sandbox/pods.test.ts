import { describe, expect, it } from 'vitest';
import { type Answer, GPU, INVOKE_KEY, KEY, POD, READ_KEY, rig } from './support.ts';

const CAPACITY = /no longer any instances available/;

describe('creating a pod', () => {
  const refused: [name: string, body: unknown, status: number, detail: RegExp][] = [
    ['an unknown field', { ...POD, gpuTypeIds: [GPU] }, 422, /additional properties 'gpuTypeIds'/],
    [
      'an unknown nested field',
      { ...POD, gpu: { ...POD.gpu, type: 'x' } },
      422,
      /\$\.gpu: additional properties 'type'/,
    ],
    ['no name', { ...POD, name: undefined }, 422, /missing properties 'name'/],
    ['an empty name', { ...POD, name: '' }, 422, /\$\.name/],
    ['neither image nor template', { ...POD, image: undefined }, 422, /missing properties 'image'/],
    ['a wrong type', { ...POD, disk: '40' }, 422, /\$\.disk/],
    ['zero GPUs', { ...POD, gpu: { id: GPU, count: 0 } }, 422, /\$\.gpu\.count/],
    ['an image reference that is none', { ...POD, image: 'not an image' }, 422, /invalid image reference/],
    ['an image no registry has', { ...POD, image: 'me/does-not-exist:v1' }, 422, /was not found/],
    ['a cloud that is none', { ...POD, cloud: 'ALL' }, 422, /\$\.cloud/],
    ['a body that is not JSON', '{"name":', 422, /not valid JSON/],
    ['a partial mount', { ...POD, mounts: { persistent: { size: 20 } } }, 422, /missing properties 'path'/],
    ['neither gpu nor cpu', { ...POD, gpu: undefined }, 400, /exactly one of gpu or cpu/],
    ['both gpu and cpu', { ...POD, cpu: { id: 'cpu5c', vcpuCount: 2 } }, 400, /exactly one of gpu or cpu/],
    [
      'both CUDA limits',
      { ...POD, gpu: { ...POD.gpu, allowedCudaVersions: ['13.0'] } },
      400,
      /mutually exclusive/,
    ],
    [
      'both kinds of mount',
      { ...POD, mounts: { persistent: { size: 10, path: '/w' }, network: [{ volumeId: 'v', path: '/v' }] } },
      400,
      /mutually exclusive/,
    ],
    [
      'a persistent disk on a CPU pod',
      {
        ...POD,
        gpu: undefined,
        cpu: { id: 'cpu5c', vcpuCount: 2 },
        mounts: { persistent: { size: 10, path: '/w' } },
      },
      400,
      /CPU pods/,
    ],
    [
      'a vCPU count that is no power of two',
      { ...POD, gpu: undefined, cpu: { id: 'cpu5c', vcpuCount: 6 } },
      400,
      /vcpuCount 6/,
    ],
    ['a port without sense', { ...POD, ports: ['http/8000'] }, 400, /invalid port/],
    ['a UDP port', { ...POD, ports: ['53/udp'] }, 400, /invalid port/],
    [
      'eleven HTTP ports',
      { ...POD, ports: Array.from({ length: 11 }, (_, i) => `${8000 + i}/http`) },
      400,
      /too many HTTP ports/,
    ],
    [
      '51 variables',
      { ...POD, env: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`V${i}`, 'x'])) },
      400,
      /too many environment variables/,
    ],
    ['an unknown GPU', { ...POD, gpu: { id: 'RTX 4090', count: 1 } }, 400, /gpu type "RTX 4090" not found/],
    [
      'an unknown network volume',
      { ...POD, mounts: { network: [{ volumeId: 'nope', path: '/v' }] } },
      400,
      /network volume nope not found/,
    ],
    ['an unknown template', { ...POD, templateId: 'nope' }, 404, /template not found/],
    ['a serverless template', { ...POD, templateId: 'runpod-worker-vllm' }, 422, /serverless template/],
    ['an unknown registry', { ...POD, registry: 'nope' }, 404, /registry nope not found/],
    ['more GPUs than any machine has', { ...POD, gpu: { id: GPU, count: 9 } }, 400, CAPACITY],
    ['a GPU count that is left out', { ...POD, gpu: { id: GPU } }, 400, CAPACITY],
    ['a data centre without that GPU', { ...POD, dataCenterIds: ['OC-AU-1'] }, 400, CAPACITY],
    [
      'a CUDA version nobody has',
      { ...POD, gpu: { id: GPU, count: 1, allowedCudaVersions: ['14.9'] } },
      400,
      CAPACITY,
    ],
    [
      'a GPU that is sold out everywhere',
      { ...POD, gpu: { id: 'NVIDIA H100 NVL', count: 1 } },
      400,
      CAPACITY,
    ],
    [
      'a GPU the Community Cloud does not offer',
      { ...POD, gpu: { id: 'NVIDIA L4', count: 1 }, cloud: 'COMMUNITY' },
      400,
      CAPACITY,
    ],
  ];

  it.each(refused)('refuses %s', async (_name, body, status, detail) => {
    const { api, sandbox } = rig();
    const answer = await api(
      'POST',
      '/pods',
      typeof body === 'string' ? body : JSON.parse(JSON.stringify(body)),
    );
    expect(answer.status).toBe(status);
    expect(`${answer.body.detail} ${(answer.body.errors ?? []).join(' ')}`).toMatch(detail);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect((await api('GET', '/pods')).body.pods).toEqual([]);
    expect(sandbox.bill().totalUsd).toBe(0);
  });

  it('lists valid fields as additional beside a missing one, as the real validator does', async () => {
    const { api } = rig();
    const { body } = await api('POST', '/pods', { gpu: POD.gpu, image: POD.image });
    expect(body.errors).toEqual([
      "$: missing properties 'name'",
      "$: additional properties 'gpu', 'image' not allowed",
    ]);
  });

  it('begins PROVISIONING without a data centre, with cost and without secrets', async () => {
    const { pod } = rig();
    const created = await pod({ env: { A: 'b' } });
    expect(created).toMatchObject({
      status: 'PROVISIONING',
      actions: ['stop', 'terminate'],
      dataCenterId: null,
      startedAt: null,
      runtime: null,
      template: null,
      locked: false,
      env: { A: 'b' },
    });
    expect(created.cost).toBeCloseTo(0.69 + (40 * 0.1) / 730, 5);
    expect(JSON.stringify(created)).not.toMatch(/rpa_pod_|RUNPOD_API_KEY/);
  });

  it('ignores unknown query parameters', async () => {
    const { sandbox, pod } = rig();
    const { id } = await pod();
    const response = await sandbox.fetch(`${sandbox.urls().apiUrl}/pods?status=EXITED`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(await response.json()).toMatchObject({ pods: [{ id }] });
  });

  it('puts a pod into the data centre of its network volume and refuses another', async () => {
    const { api, pod, clock } = rig();
    const volume = (await api('POST', '/network-volumes', { name: 'v', size: 50, dataCenter: 'EU-CZ-1' }))
      .body;
    const mounts = { network: [{ volumeId: volume.id, path: '/workspace' }] };
    const elsewhere = await api('POST', '/pods', { ...POD, mounts, dataCenterIds: ['US-TX-3'] });
    expect(elsewhere).toMatchObject({ status: 400, body: { detail: expect.stringContaining('EU-CZ-1') } });
    const community = await api('POST', '/pods', { ...POD, mounts, cloud: 'COMMUNITY' });
    expect(community).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('Secure Cloud') },
    });
    const { id } = await pod({ mounts });
    await clock.advance(2000);
    expect((await api('GET', `/pods/${id}`)).body.dataCenterId).toBe('EU-CZ-1');
  });

  it('copies a template once: the body wins, env merges, later edits reach nothing', async () => {
    const { api, pod } = rig();
    const template = await api('POST', '/templates', {
      name: 't',
      image: 'vllm/vllm-openai:v0.27.1',
      ports: ['8000/http'],
      disk: 33,
      env: { A: 'template', B: 'template' },
      mounts: { persistent: { size: 20, path: '/workspace' } },
    });
    expect(template.body).toMatchObject({
      startSsh: true,
      startJupyter: true,
      category: 'NVIDIA',
      public: false,
    });
    const created = await pod({
      image: undefined,
      disk: undefined,
      ports: undefined,
      templateId: template.body.id,
      env: { B: 'body' },
    });
    expect(created).toMatchObject({
      template: null,
      disk: 33,
      env: { A: 'template', B: 'body' },
      mounts: { persistent: { size: 20, path: '/workspace' } },
    });
    await api('PATCH', `/templates/${template.body.id}`, { disk: 99 });
    expect((await api('GET', `/pods/${created.id}`)).body.disk).toBe(33);
  });

  it('wants an hour of the pod on the account', async () => {
    const { api } = rig({ balanceUsd: 0.5 });
    expect((await api('POST', '/pods', POD)).status).toBe(402);
  });

  it('stops at the spend limit', async () => {
    const { api } = rig({ balanceUsd: 10_000 });
    const big = { ...POD, gpu: { id: 'NVIDIA H100 80GB HBM3', count: 8 } };
    for (let i = 0; i < 3; i++) expect((await api('POST', '/pods', big)).status).toBe(201);
    expect(await api('POST', '/pods', big)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('spend limit') },
    });
  });
});

describe('keys', () => {
  it('answers 401 without a key and with an unknown one', async () => {
    const { api } = rig();
    expect(await api('GET', '/pods', undefined, null)).toMatchObject({
      status: 401,
      body: { detail: 'missing bearer token' },
    });
    expect((await api('GET', '/pods', undefined, 'wrong')).status).toBe(401);
  });

  it('lets a read-only key read and nothing else, an invoke-only key neither', async () => {
    const { api, pod } = rig();
    const { id } = await pod();
    expect((await api('GET', '/pods', undefined, READ_KEY)).status).toBe(200);
    expect((await api('POST', '/pods', POD, READ_KEY)).status).toBe(403);
    expect((await api('DELETE', `/pods/${id}`, undefined, READ_KEY)).status).toBe(403);
    expect((await api('GET', '/pods', undefined, INVOKE_KEY)).status).toBe(403);
  });
});

describe('actions', () => {
  it('allows what the status allows and answers 409 to the rest', async () => {
    const { api, pod, clock } = rig();
    const { id } = await pod();
    const act = (action: string): Promise<Answer> => api('POST', `/pods/${id}/action`, { action });
    expect((await act('start')).status).toBe(409);
    expect((await act('restart')).status).toBe(409);
    await clock.advance(60_000);
    expect((await act('restart')).body.status).toBe('STARTING');
    await clock.advance(5000);
    const stopped = await act('stop');
    expect(stopped.body).toMatchObject({
      status: 'EXITED',
      actions: ['start', 'terminate'],
      cost: 0,
      runtime: null,
    });
    expect((await act('stop')).status).toBe(409);
    expect((await act('reset')).status).toBe(422);
    expect((await act('start')).body.status).toBe('PROVISIONING');
    expect((await act('terminate')).status).toBe(204);
    expect((await act('terminate')).status).toBe(404);
  });

  it('does not stop or reset a locked pod', async () => {
    const { api, pod, clock } = rig();
    const { id } = await pod();
    await clock.advance(60_000);
    expect((await api('PATCH', `/pods/${id}`, { locked: true })).body.locked).toBe(true);
    expect((await api('POST', `/pods/${id}/action`, { action: 'stop' })).status).toBe(409);
    expect((await api('PATCH', `/pods/${id}`, { env: { A: '1' } })).status).toBe(409);
    expect((await api('PATCH', `/pods/${id}`, { name: 'still fine' })).status).toBe(200);
    expect((await api('PATCH', `/pods/${id}`, { locked: false })).body.locked).toBe(false);
    expect((await api('POST', `/pods/${id}/action`, { action: 'stop' })).status).toBe(200);
  });

  it('deletes with 204 and no body, and then knows nothing', async () => {
    const { api, pod } = rig();
    const { id } = await pod();
    expect(await api('DELETE', `/pods/${id}`)).toMatchObject({ status: 204, body: undefined });
    expect((await api('DELETE', `/pods/${id}`)).status).toBe(404);
    expect((await api('GET', `/pods/${id}`)).status).toBe(404);
  });
});

describe('changing a pod', () => {
  it('replaces env as a whole and begins a new container', async () => {
    const { api, pod, clock, ready, sandbox, podUrl } = rig();
    const { id } = await pod({ env: { A: '1', B: '2' } });
    await ready(id);
    const changed = await api('PATCH', `/pods/${id}`, { env: { C: '3' } });
    expect(changed.body.env).toEqual({ C: '3' });
    expect((await sandbox.fetch(`${podUrl(id)}/health`)).status).toBe(502);
    await clock.advance(1000);
    const uptime = (await api('GET', `/pods/${id}`)).body.runtime?.uptime ?? 0;
    expect(uptime).toBeLessThan(2);
    await ready(id);
  });

  it.each([
    ['a mount that was not there', {}, { persistent: { size: 20, path: '/w' } }, 400],
    [
      'a smaller disk',
      { persistent: { size: 20, path: '/w' } },
      { persistent: { size: 10, path: '/w' } },
      400,
    ],
    ['no mounts at all', { persistent: { size: 20, path: '/w' } }, { network: [] }, 400],
    [
      'a bigger disk',
      { persistent: { size: 20, path: '/w' } },
      { persistent: { size: 30, path: '/w' } },
      200,
    ],
    ['nothing', { persistent: { size: 20, path: '/w' } }, {}, 200],
  ])('answers to %s', async (_name, before, after, status) => {
    const { api, pod } = rig();
    const { id } = await pod({ mounts: before });
    expect((await api('PATCH', `/pods/${id}`, { mounts: after })).status).toBe(status);
  });
});
