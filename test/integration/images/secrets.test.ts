import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../src/shared/errors.ts';
import type { ImageWish } from '../../../src/shared/images.ts';
import { removeImage } from '../../../src/main/images/local-images.ts';
import { missing } from '../../support/missing.ts';
import { runToEnd } from './support/containers.ts';
import { engineMissing, startEngine, type TestEngine } from './support/engine.ts';
import { LOGIN, startRegistry, type TestRegistry } from './support/registry.ts';
import { collector, createRig, request, type Rig } from './support/rig.ts';

const never = new AbortController().signal;
const absent = engineMissing();
const TOKEN = 'hf_QwErTyUiOpAsDfGhJkLzXcVbNm0123456789';

describe('secrets of a build', { timeout: 120_000 }, () => {
  let docker: TestEngine;
  let registry: TestRegistry;
  let rig: Rig;

  beforeAll(async () => {
    if (absent !== null) return;
    [docker, registry] = await Promise.all([startEngine(), startRegistry()]);
    rig = createRig(docker.url, { gated: true });
    rig.secrets.set('docker-username', LOGIN.username).set('docker-token', LOGIN.password).set('hf', TOKEN);
  }, 120_000);
  afterAll(async () => {
    if (absent !== null) return;
    await rig.dispose();
    await Promise.all([docker.dispose(), registry.dispose()]);
  }, 60_000);

  it('reach the step that needs them, and no layer, history, label, log, event or database', async (context) => {
    if (absent !== null) missing(context, absent);
    const wish = request({ model: 'meta/gated', weights: 'baked', repository: `${registry.host}/me/baked` });
    const seen = collector();
    const built = await rig.service.ensure(wish, { push: true }, seen.onEvent, never);
    expect(built.launch.modelPath).toBe('/models/weights');

    const config = await runToEnd(docker.engine, built.reference, ['cat', '/models/weights/config.json']);
    expect(JSON.parse(config.output)).toEqual({
      model: 'meta/gated',
      revision: '0123456789abcdef0123456789abcdef01234567',
      token_sha256: createHash('sha256').update(TOKEN).digest('hex'),
    });
    const listed = await runToEnd(docker.engine, built.reference, ['ls', '-A', '/models/weights']);
    expect(listed.output.trim().split(/\s+/)).toEqual([
      'config.json',
      'model-1.safetensors',
      'model-2.safetensors',
    ]);

    for (const secret of [TOKEN, LOGIN.password]) {
      for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, -4)]) {
        expect(await exportHolds(docker, built.reference, form)).toBe(false);
        const history = await docker.engine.json(
          { method: 'GET', path: `/images/${built.reference}/history` },
          never,
        );
        const facts = await docker.engine.json(
          { method: 'GET', path: `/images/${built.reference}/json` },
          never,
        );
        expect(JSON.stringify([history, facts, seen.events, rig.log, rig.service.builds()])).not.toContain(
          form,
        );
        expect(JSON.stringify(rig.db.all('SELECT * FROM image_builds'))).not.toContain(form);
        expect(JSON.stringify(rig.db.all('SELECT * FROM registry_credentials'))).not.toContain(form);
      }
    }
    // The search finds what is there: it would find a secret.
    expect(await exportHolds(docker, built.reference, 'meta/gated')).toBe(true);
  });

  it('are taken out of what a failing command prints', async (context) => {
    if (absent !== null) missing(context, absent);
    const leak = `FROM rplm-base:test
RUN --mount=type=secret,id=hf ["bash", "-c", "echo it is $(cat /run/secrets/hf); exit 3"]
`;
    const seen = collector();
    const wish = request({ model: 'meta/gated', weights: 'baked', dockerfile: leak });
    const error = await problemOf(rig.service.ensure(wish, { push: false }, seen.onEvent, never));
    expect(error).toMatchObject({ code: 'build_failed', message: expect.stringContaining('it is [secret]') });
    expect(inspect([error, seen.events, rig.log, rig.service.builds()], { depth: 12 })).not.toContain(TOKEN);
  });

  it('that are wrong are told before anything is built', async (context) => {
    if (absent !== null) missing(context, absent);
    const wrong = 'wrong-password-of-tester';
    rig.secrets.set('docker-token', wrong);
    try {
      const wish = request({ model: 'other/model', repository: `${registry.host}/me/llm` });
      const error = await problemOf(rig.service.ensure(wish, { push: true }, () => {}, never));
      expect(error).toMatchObject({
        code: 'registry_denied',
        message: `The registry ${registry.host} does not accept the login of "tester".`,
      });
      expect(rig.service.builds()[0]).toMatchObject({ state: 'failed', steps: [] });
      expect(inspect([error, rig.log, rig.service.builds()], { depth: 12 })).not.toContain(wrong);
    } finally {
      rig.secrets.set('docker-token', LOGIN.password);
    }
  });

  it.each<[string, ImageWish]>([
    ['env.HF_TOKEN', { model: 'a/b', env: { HF_TOKEN: 'x' } }],
    ['env.MY_API_KEY', { model: 'a/b', env: { MY_API_KEY: 'x' } }],
  ])('are refused as %s, which every reader of the image could see', async (field, wish) => {
    const own = createRig(null);
    try {
      expect(await problemOf(own.service.plan(request(wish), never))).toMatchObject({
        code: 'invalid_input',
        details: { field },
      });
    } finally {
      await own.dispose();
    }
  });

  it('lists and prunes the images it made, and nothing else', async (context) => {
    if (absent !== null) missing(context, absent);
    const kept = await rig.service.ensure(request({ model: 'a/kept' }), { push: false }, () => {}, never);
    const loose = await rig.service.ensure(request({ model: 'a/loose' }), { push: false }, () => {}, never);
    rig.inUse.set(kept.reference, ['my-deployment']);
    const listed = await rig.service.list(never);
    expect(listed.find(({ references }) => references.includes(kept.reference))).toMatchObject({
      model: 'a/kept',
      backend: 'vllm',
      target: 'pod',
      base: 'vllm/vllm-openai:v0.27.1',
      usedBy: ['deployment my-deployment'],
    });
    const preview = await rig.service.prunePreview(never);
    expect(preview.images.map(({ model }) => model)).not.toContain('a/kept');
    expect(preview.images.map(({ model }) => model)).toContain('a/loose');
    expect(preview.bytes).toBeGreaterThan(0);
    const ids = preview.images.map(({ id }) => id);
    expect((await rig.service.prune(ids, never)).images.map(({ id }) => id)).toEqual(ids);
    const left = z.array(z.object({ RepoTags: z.array(z.string()) }));
    const all = left.parse(await docker.engine.json({ method: 'GET', path: '/images/json' }, never));
    const tags = all.flatMap(({ RepoTags }) => RepoTags);
    expect(tags).toContain(kept.reference);
    expect(tags).toContain('rplm-base:test');
    expect(tags).not.toContain(loose.reference);
    expect(await problemOf(rig.service.remove(kept.reference, never))).toMatchObject({
      code: 'not_allowed_now',
    });
    expect(await problemOf(removeImage(docker.engine, 'rplm-base:test', never))).toMatchObject({
      code: 'not_allowed_now',
    });
  });
});

/** Searches the whole exported image, layers included, for a piece of text. */
async function exportHolds(docker: TestEngine, reference: string, text: string): Promise<boolean> {
  const stream = await docker.engine.stream({ method: 'GET', path: `/images/${reference}/get` }, never);
  let before = Buffer.alloc(0);
  let found = false;
  for await (const chunk of stream) {
    const piece = Buffer.concat([before, z.instanceof(Buffer).parse(chunk)]);
    found ||= piece.includes(text);
    before = piece.subarray(-text.length);
  }
  return found;
}

async function problemOf(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}
