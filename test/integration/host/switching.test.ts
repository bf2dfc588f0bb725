import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openGround } from '../../../src/main/body.ts';
import { clientFolders } from '../../../src/main/connect/client-folders.ts';
import { startHost } from '../../../src/main/host.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { Disposables } from '../../../src/main/platform/lifecycle.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import { createSandbox } from '../../../src/main/sandbox/sandbox.ts';
import { openSettingsFile } from '../../../src/main/settings/user-settings.ts';
import { repository } from '../../support/processes.ts';
import { tempDir } from '../../support/temp.ts';

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
  const ground = await openGround(
    {
      flags: { dataDir, port: 0 },
      env: { RUNPOD_API_URL: urls.apiUrl, RUNPOD_GRAPHQL_URL: urls.graphqlUrl },
      openSettings: openSettingsFile,
      terminal: null,
      memorySecrets: true,
    },
    owned,
  );
  const host = await startHost({
    ...ground,
    clock: systemClock,
    random: systemRandom,
    ids: randomIds(systemRandom),
    version: 'test',
    resourcesDir: join(repository, 'resources'),
    computer: { machine: 'test', folders: clientFolders({}, dataDir, process.platform) },
    controlUrl: () => null,
    onShutdown: () => undefined,
  });
  owned.add('app', host);
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
