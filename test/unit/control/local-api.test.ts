import { describe, expect, it } from 'vitest';
import { createLocalApi } from '../../../src/main/control/local-api.ts';
import { methods, streams } from '../../../src/shared/api.ts';
import { asAppError, type AppError } from '../../../src/shared/errors.ts';
import { createFakeManager } from '../../support/fake-manager.ts';

const never = new AbortController().signal;

async function failure(promise: Promise<unknown>): Promise<AppError> {
  return promise.then(
    () => {
      throw new Error('It should have failed');
    },
    (error: unknown) => asAppError(error),
  );
}

const api = () => createLocalApi(createFakeManager(), { checkOutputs: true });

describe('local api', () => {
  it('parses inputs, filling defaults in', async () => {
    const fake = createFakeManager();
    await fake.api.call('deployments.create', { spec: { name: 'x', model: 'a/b' } });
    expect(fake.calls).toMatchObject([
      { name: 'deployments.create', input: { start: true, spec: { contextTokens: 32_768, mode: 'pod' } } },
    ]);
  });

  it('names an unknown method and the nearest known one', async () => {
    const error = await failure(api().callUnchecked('deployments.lst', {}, never));
    expect(error).toMatchObject({
      code: 'not_found',
      message: 'There is no method "deployments.lst"; did you mean "deployments.list"?',
      details: { nearest: 'deployments.list' },
    });
  });

  it.each(['constructor', '__proto__', 'toString', ''])('does not take %j for a method', async (name) => {
    expect((await failure(api().callUnchecked(name, {}, never))).code).toBe('not_found');
  });

  it('names the field, what was found and what was meant', async () => {
    const error = await failure(
      api().callUnchecked(
        'deployments.create',
        { spec: { name: 'Big', model: 'a/b', backend: 'vlm', compute: { gpuCount: 12 } } },
        never,
      ),
    );
    expect(error.code).toBe('invalid_input');
    expect(error.details?.['issues']).toEqual([
      { field: 'spec.name', message: expect.stringContaining('must be 1-40 lower-case') },
      {
        field: 'spec.backend',
        message: 'invalid option: expected one of "vllm"|"ollama" (found "vlm"); did you mean "vllm"?',
      },
      { field: 'spec.compute.gpuCount', message: 'must be at most 8 (found 12)' },
    ]);
  });

  it('says bounds in plain words, the one that counts, and what of a long value it can', async () => {
    const wrong = { name: 'x'.repeat(300), model: '', contextTokens: 1e20, compute: { gpuTypeIds: [''] } };
    const error = await failure(
      api().callUnchecked('deployments.create', { spec: { ...wrong, concurrency: 0 } }, never),
    );
    expect(error.message).toContain('(found 300 characters)');
    expect(error.message).toContain('compute.gpuTypeIds.0: must not be empty (found "")');
    expect(error.message).toMatch(/contextTokens: must be at most 2000000 \(found/);
    expect(error.message.match(/contextTokens/g)).toHaveLength(1);
    expect(error.message).toContain('concurrency: must be at least 1 (found 0)');
  });

  it('never repeats a secret in an error', async () => {
    const error = await failure(
      api().callUnchecked('secrets.set', { name: 'hf', value: 'rpa_canary'.repeat(2000) }, never),
    );
    expect(error.code).toBe('invalid_input');
    expect(JSON.stringify([error.message, error.details])).not.toContain('canary');
    const misplaced = await failure(
      api().callUnchecked('deployments.create', { spec: { env: { HF_TOKEN: 12 } } }, never),
    );
    expect(misplaced.message).not.toContain('12');
  });

  it('refuses a call whose caller has already left', async () => {
    const fake = createFakeManager();
    const error = await failure(fake.api.call('app.status', {}, AbortSignal.abort()));
    expect(error.code).toBe('client_closed');
    expect(fake.calls).toEqual([]);
  });

  it('reports an answer that the contract does not allow as a fault of the app', async () => {
    const fake = createFakeManager();
    fake.reply('proxy.key', () => Promise.resolve(JSON.parse('{"wrong":1}')));
    expect((await failure(fake.api.call('proxy.key', {}))).code).toBe('internal');
    const unchecked = createLocalApi(fake, { checkOutputs: false });
    await expect(unchecked.call('proxy.key', {})).resolves.toEqual({ wrong: 1 });
  });

  it('checks a stream before its first item is asked for', () => {
    expect(() => api().streamUnchecked('logs.folow', {}, never)).toThrow(/did you mean "logs.follow"/);
    expect(() => api().streamUnchecked('logs.app', { tail: -1 }, never)).toThrow(/tail: must be at least 0/);
  });

  it('knows no name that the contract does not have, and every one it has', async () => {
    for (const name of Object.keys(methods)) {
      const error = await failure(api().callUnchecked(name, { surplus: true }, never));
      expect([name, error.code]).toEqual([name, 'invalid_input']);
    }
    for (const name of Object.keys(streams)) {
      expect(() => api().streamUnchecked(name, { surplus: true }, never)).toThrow(/surplus/);
    }
  });
});
