import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { Disposables } from '../../../src/main/platform/lifecycle.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import { createSandbox } from '../../../src/main/sandbox/sandbox.ts';
import { tempDir } from '../../support/temp.ts';
import { runHost } from './running-host.ts';

const owned = new Disposables();
afterEach(() => owned.dispose());

it('a key whose cloud cannot be opened at once is used as soon as it can be, and says meanwhile why not', async () => {
  const KEY = 'rpa_of_the_user';
  const runpod = createSandbox({
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    speed: 60,
    tokensPerSecond: 100,
    balanceUsd: 10,
    keys: [{ key: KEY, rights: 'all' }],
    stateFile: null,
    answerFrom: null,
    runProcesses: false,
  });
  const urls = await runpod.listen(0);
  owned.add('runpod', runpod);
  const dataDir = tempDir();
  const env = { RUNPOD_API_URL: urls.apiUrl, RUNPOD_GRAPHQL_URL: urls.graphqlUrl };
  const host = await runHost({ dataDir, env }, owned);
  const { signal } = new AbortController();
  const cloud = async (): Promise<string> => {
    try {
      return (await host.methods['app.status']({}, signal)).cloud;
    } catch (error) {
      return Reflect.get(Object(error), 'code') as string;
    }
  };
  expect(await cloud()).toBe('sandbox');

  // A file where the folder of the real cloud's data has to be.
  writeFileSync(join(dataDir, 'runpod'), '');
  await host.methods['secrets.set']({ name: 'runpod', value: KEY }, signal);
  await expect.poll(cloud, { timeout: 20_000 }).toBe('data_dir_unusable');
  rmSync(join(dataDir, 'runpod'));
  await expect.poll(cloud, { timeout: 40_000 }).toBe('runpod');
});
