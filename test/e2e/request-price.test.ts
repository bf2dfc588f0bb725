import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../src/shared/activity.ts';
import type { DeploymentView } from '../../src/shared/model.ts';
import { Installation } from '../support/instance.ts';

/** A request's price is its share of the hardware for the time it was served (SPEC 5.3). */
describe('the price of a request', () => {
  const app = new Installation();
  let endpoint: string;
  let key: string;
  let usdPerHour: number;

  beforeAll(async () => {
    ({ endpoint, key } = await app.serve(['--sandbox-speed', '100']));
    await app.cli(['deploy', '--model', 'Qwen/Qwen3-0.6B', '--name', 'small', '--yes', '--wait']);
    const { deployment } = await app.json<{ deployment: DeploymentView }>(['show', 'small']);
    usdPerHour = deployment.cost.nowUsdPerHour;
  });
  afterAll(() => app.end());

  const ask = async (content: string): Promise<void> => {
    const answer = await fetch(`${endpoint}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content }], max_tokens: 60 }),
    });
    await answer.json();
  };
  const newest = async (limit: number): Promise<RequestRecord[]> => {
    const answer = await app.call('requests.recent', { limit });
    return answer.requests;
  };
  const wholeUsd = (record: RequestRecord): number =>
    (usdPerHour * (record.totalMs - record.queueMs)) / 3_600_000;

  it('is the whole hardware for a request that had it to itself', async () => {
    await ask('alone');
    const [record] = await newest(1);
    if (record === undefined) throw new Error('the request left no record');
    expect(record.usd).toBeCloseTo(wholeUsd(record), 9);
  });

  it('is shared by requests that are served together', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((word) => ask(`together ${word}`)));
    const records = await newest(4);
    const spent = records.reduce((total, record) => total + (record.usd ?? 0), 0);
    const whole = records.reduce((total, record) => total + wholeUsd(record), 0);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThan(whole * 0.75);
  });
});
