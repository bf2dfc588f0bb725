import { join } from 'node:path';
import { openGround } from '../../../src/main/body.ts';
import { clientFolders } from '../../../src/main/connect/client-folders.ts';
import { startHost, type Host } from '../../../src/main/host.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import type { Disposables } from '../../../src/main/platform/lifecycle.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import { openSettingsFile } from '../../../src/main/settings/user-settings.ts';
import { repository } from '../../support/processes.ts';

export interface HostWish {
  readonly dataDir: string;
  readonly sandboxSpeed?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The whole app as `serve` runs it, without a terminal and with secrets in memory, on a free port; ends with `owned`. */
export async function runHost({ dataDir, env = {}, ...flags }: HostWish, owned: Disposables): Promise<Host> {
  const ground = await openGround(
    {
      flags: { dataDir, port: 0, ...flags },
      env,
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
  return host;
}
