import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findImage } from '../../../src/main/images/local-images.ts';
import { pullImage } from '../../../src/main/images/transfer.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { missing } from '../../support/missing.ts';
import { engineMissing, startEngine, type TestEngine } from './support/engine.ts';
import { LOGIN, startRegistry, type TestRegistry } from './support/registry.ts';
import { collector, createRig, request, type Rig } from './support/rig.ts';

const never = new AbortController().signal;
const absent = engineMissing();

describe('an image from its request to a running container', { timeout: 120_000 }, () => {
  let docker: TestEngine;
  let registry: TestRegistry;
  let rig: Rig;

  beforeAll(async () => {
    if (absent !== null) return;
    [docker, registry] = await Promise.all([startEngine(), startRegistry()]);
    rig = createRig(docker.url);
    rig.secrets.set('docker-username', LOGIN.username);
    rig.secrets.set('docker-token', LOGIN.password);
  }, 120_000);
  afterAll(async () => {
    if (absent !== null) return;
    await rig.dispose();
    await Promise.all([docker.dispose(), registry.dispose()]);
  }, 60_000);

  it('is built once, found again, sent, found there, and pulled and run after it was removed here', async (context) => {
    if (absent !== null) missing(context, absent);
    const wish = request({ model: 'Qwen/Qwen3-8B', repository: `${registry.host}/me/llm` });
    const planned = await rig.service.plan(wish, never);
    expect(planned.reference).toMatch(/^127\.0\.0\.1:\d+\/me\/llm:vllm-pod-[0-9a-f]{16}$/);
    expect(planned.exists).toEqual({ local: false, remote: false });

    const first = collector();
    const built = await rig.service.ensure(wish, { push: false }, first.onEvent, never);
    expect(built).toMatchObject({ reference: planned.reference, source: 'built', digest: null });
    const last = rig.service.builds()[0];
    expect(last).toMatchObject({
      state: 'done',
      source: 'built',
      reference: planned.reference,
      problem: null,
    });
    expect(last?.steps.map(({ state }) => state)).toEqual(last?.steps.map(() => 'done'));
    expect(last?.steps.some(({ name }) => name.includes('COPY rplm/ /opt/rplm/'))).toBe(true);
    expect((await rig.service.plan(wish, never)).exists).toEqual({ local: true, remote: false });

    const second = collector();
    expect(await rig.service.ensure(wish, { push: false }, second.onEvent, never)).toMatchObject({
      source: 'local',
    });
    expect(rig.service.builds()[0]?.steps).toEqual([]);

    const sent = await rig.service.ensure(wish, { push: true }, () => {}, never);
    expect(sent.digest).toMatch(/^sha256:/);
    expect(sent.registryId).toBe('reg1');
    expect(rig.registrations).toEqual([
      { id: 'reg1', name: `runpod-llm ${registry.host} ${LOGIN.username}`, ...LOGIN },
    ]);

    await rig.service.remove(planned.reference, never);
    expect((await rig.service.plan(wish, never)).exists).toEqual({ local: false, remote: true });
    const again = await rig.service.ensure(wish, { push: true }, () => {}, never);
    expect(again).toMatchObject({ source: 'registry', digest: sent.digest, registryId: 'reg1' });
    expect(await findImage(docker.engine, planned.reference, never)).toBeNull();

    const login = { registry: registry.host, ...LOGIN };
    const parts = { engine: docker.engine, clock: systemClock, onProgress: () => {}, onRetry: () => {} };
    await pullImage(planned.reference, login, parts, never);
    const smoke = await rig.service.smoke(planned.reference, never);
    expect(smoke.lines).toContain("smoke: ok: the server's program vllm");
    expect(smoke).toMatchObject({ ok: true, exitCode: 0 });
  });

  it('is a private base of another, pulled with the login, and sent by name alone', async (context) => {
    if (absent !== null) missing(context, absent);
    const base = await rig.service.ensure(
      request({ model: 'a/base', repository: `${registry.host}/me/private` }),
      { push: true },
      () => {},
      never,
    );
    await rig.service.remove(base.reference, never);
    const wish = request({ model: 'a/top', base: base.reference, repository: `${registry.host}/me/top` });
    const { reference } = await rig.service.ensure(wish, { push: false }, () => {}, never);
    const begun = rig.service.push(reference);
    expect(begun).toMatchObject({ kind: 'push', state: 'queued' });
    const events = await Array.fromAsync(rig.service.follow(begun.id, never));
    const last = events.at(-1);
    expect(last).toMatchObject({
      type: 'view',
      build: { state: 'done', digest: expect.stringMatching(/^sha256:/) },
    });
    // Who comes after the end sees the end.
    expect(await Array.fromAsync(rig.service.follow(begun.id, never))).toEqual([last]);
    expect(await rig.service.cancel(begun.id)).toMatchObject({ state: 'done' });
    expect((await rig.service.plan(wish, never)).exists).toEqual({ local: true, remote: true });
  });

  it('is not sent where there is no login, no image or nowhere to go', async (context) => {
    if (absent !== null) missing(context, absent);
    const own = createRig(docker.url);
    const push = async (reference: string): Promise<unknown> => {
      await Array.fromAsync(own.service.follow(own.service.push(reference).id, never));
      return own.service.builds()[0];
    };
    try {
      expect(await push(`${registry.host}/me/x:1`)).toMatchObject({ problem: { code: 'registry_denied' } });
      expect(await push('runpod-llm/x:1')).toMatchObject({ problem: { code: 'invalid_input' } });
      own.secrets.set('docker-username', LOGIN.username).set('docker-token', LOGIN.password);
      expect(await push(`${registry.host}/me/x:1`)).toMatchObject({ problem: { code: 'not_found' } });
      expect(() => own.service.push('NOT a name')).toThrow(/not an image reference/);
      expect(() => own.service.follow('none', never)).toThrow(/no build "none"/);
    } finally {
      await own.dispose();
    }
  });
});
