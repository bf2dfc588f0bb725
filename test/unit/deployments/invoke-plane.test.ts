import { Response } from 'undici';
import { describe, expect, it } from 'vitest';
import { InvokePlane } from '../../../src/main/deployments/serverless/invoke-plane.ts';
import { endpointUpstream } from '../../../src/main/deployments/serverless/upstream.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import type { Fetch } from '../../../src/main/platform/http.ts';

const never = new AbortController().signal;

interface Asked {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: unknown;
  readonly body: unknown;
}

function plane(
  status: number,
  body: unknown,
  key: string | null = 'rpa_1',
): { readonly plane: InvokePlane; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const fetch: Fetch = async (url, init) => {
    asked.push({ url, method: init?.method, headers: init?.headers, body: init?.body });
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  };
  const made = new InvokePlane({
    fetch,
    clock: new ManualClock(),
    invokeUrl: 'https://api.runpod.ai/v2',
    lbUrlTemplate: 'https://{endpointId}.api.runpod.ai/',
    key: () => Promise.resolve(key),
    timeoutMs: 1000,
  });
  return { plane: made, asked };
}

describe('the invoke plane', () => {
  it('reads health, whatever of it is there', async () => {
    const { plane: made, asked } = plane(200, { workers: { running: 2 } });
    expect((await made.health('ep1', never)).workers).toMatchObject({ running: 2, throttled: 0 });
    expect(asked).toMatchObject([{ url: 'https://api.runpod.ai/v2/ep1/health', method: 'GET' }]);
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer rpa_1' });
  });

  it.each([
    [401, 'runpod_key_invalid'],
    [403, 'runpod_key_forbidden'],
    [404, 'runpod_not_found'],
    [429, 'runpod_rate_limited'],
    [400, 'runpod_rejected'],
    [500, 'runpod_unavailable'],
    [524, 'runpod_unavailable'],
  ])('tells status %i as %s', async (status, code) => {
    await expect(plane(status, '<html>no</html>').plane.health('ep1', never)).rejects.toMatchObject({ code });
  });

  it('takes an odd answer for none', async () => {
    await expect(plane(200, 'hello').plane.health('ep1', never)).rejects.toMatchObject({
      code: 'runpod_bad_answer',
    });
    await expect(plane(200, {}).plane.submit('ep1', '/v1/x', {}, never)).rejects.toMatchObject({
      code: 'runpod_bad_answer',
    });
  });

  it('sends a request of its own as a job, never by a synchronous route (traps 12, 13)', async () => {
    const { plane: made, asked } = plane(200, { id: 'job-1' });
    expect(await made.submit('ep1', '/v1/chat/completions', { model: 'one' }, never)).toBe('job-1');
    expect(asked[0]?.url).toBe('https://api.runpod.ai/v2/ep1/run');
    expect(JSON.parse(String(asked[0]?.body))).toEqual({
      input: { openai_route: '/v1/chat/completions', openai_input: { model: 'one' } },
    });
  });

  it('says that a job is gone, not that the endpoint is (trap 30)', async () => {
    expect(await plane(404, 'job not found').plane.job('ep1', 'j/1', never)).toEqual({ state: 'gone' });
    const { plane: made, asked } = plane(200, { status: 'IN_QUEUE' });
    expect(await made.job('ep1', 'j/1', never)).toEqual({ state: 'pending' });
    expect(asked[0]?.url).toBe('https://api.runpod.ai/v2/ep1/status/j%2F1');
  });

  it('calls nobody without a key, and knows the key only once it was read', async () => {
    const { plane: made, asked } = plane(200, {}, null);
    await expect(made.health('ep1', never)).rejects.toMatchObject({ code: 'runpod_key_missing' });
    expect(asked).toEqual([]);
    expect(made.headers).toBeNull();
    const known = plane(200, {}).plane;
    expect(known.headers).toBeNull();
    await known.key();
    expect(known.headers).toEqual({ authorization: 'Bearer rpa_1' });
  });
});

describe('how the proxy calls an endpoint', () => {
  const yes = (): boolean => true;
  const no = (): boolean => false;
  const one = (): number => 1;
  const launch = { servedModel: 'one', fingerprint: 'f', key: null };

  it('is not at all before the key is known', async () => {
    const { plane: made } = plane(200, {});
    const queue = { id: 'ep1', launch: { ...launch, type: 'QUEUE' as const } };
    expect(endpointUpstream(queue, made, yes, one)).toBeNull();
    await made.key();
    expect(endpointUpstream(queue, made, no, one)).toMatchObject({
      baseUrl: 'https://api.runpod.ai/v2/ep1/openai/v1',
      queue: { invokeUrl: 'https://api.runpod.ai/v2/ep1' },
    });
  });

  it('is at its own address behind a load balancer, with its limit (trap 38)', async () => {
    const { plane: made } = plane(200, {});
    await made.key();
    const balanced = { id: 'ep1', launch: { ...launch, type: 'LOAD_BALANCER' as const } };
    const upstream = endpointUpstream(balanced, made, yes, one);
    expect(upstream).toMatchObject({
      baseUrl: 'https://ep1.api.runpod.ai/v1',
      maxBodyBytes: 31_457_280,
      headers: { authorization: 'Bearer rpa_1' },
    });
    expect(upstream?.queue).toBeUndefined();
    const keyed = { id: 'ep1', launch: { ...balanced.launch, key: 'its-own' } };
    expect(endpointUpstream(keyed, made, yes, one)?.headers).toEqual({
      authorization: 'Bearer rpa_1',
      'x-rplm-key': 'its-own',
    });
  });
});
