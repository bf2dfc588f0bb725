import { Response } from 'undici';
import { describe, expect, it } from 'vitest';
import { firstToken } from '../../../src/main/deployments/pod/readiness.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { never } from './harness.ts';

/** What the answers to the first real question mean (SPEC 3.5): a refusal of every kind of question is final, trouble never. */
const answers = (...all: (readonly [status: number, body: string])[]) => {
  const paths: string[] = [];
  const fetch = (url: string): Promise<Response> => {
    paths.push(new URL(url).pathname);
    const [status, body] = all[Math.min(paths.length, all.length) - 1] ?? [500, ''];
    return Promise.resolve(new Response(body, { status }));
  };
  const target = {
    url: 'https://pod1-8000.pods.test',
    backend: 'vllm',
    key: 'k',
    servedModel: 'qwen',
    model: 'Qwen/Qwen3-8B',
  } as const;
  const tools = { fetch, clock: new ManualClock(), timeoutMs: 1000, tokenTimeoutMs: 1000 };
  return { paths, ask: () => firstToken(target, 'qwen', tools, never) };
};

const refusal = [400, '{"error":{"message":"no chat template"}}'] as const;

describe('the first token', () => {
  it('may come from any kind of question, and the next kind is asked only after a refusal', async () => {
    const { ask, paths } = answers(refusal, [200, '{"choices":[]}']);
    expect(await ask()).toMatchObject({ stage: 'ready', detail: '/v1/completions' });
    expect(paths).toEqual(['/v1/chat/completions', '/v1/completions']);
  });

  it('never comes where every kind is refused: that is final', async () => {
    const { ask, paths } = answers(refusal);
    expect(await ask()).toMatchObject({
      stage: 'refused',
      detail: expect.stringContaining('no chat template'),
    });
    expect(paths).toHaveLength(3);
  });

  it('is still to come while the server is too busy or too slow, or the edge knows nothing there yet', async () => {
    for (const trouble of [
      [429, '{"error":"slow down"}'],
      [408, '{}'],
      [404, '<html>not found</html>'],
      [500, '{}'],
      [502, '<html>'],
      [524, '<html>'],
    ] as const) {
      const { ask, paths } = answers(trouble);
      expect(await ask()).toMatchObject({ stage: 'server', missing: false });
      expect(paths).toHaveLength(1);
    }
  });

  it('is refused by a server that knows no such route: its 404 is JSON, the edge’s is a page', async () => {
    const { ask } = answers([404, '{"detail":"Not Found"}'], [200, '{}']);
    expect(await ask()).toMatchObject({ stage: 'ready', detail: '/v1/completions' });
  });
});
