import { silentLog } from '../../src/main/logs/log.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import type { Random } from '../../src/main/platform/random.ts';
import type { RunPodApi } from '../../src/main/runpod/api.ts';
import { createRunPodApi } from '../../src/main/runpod/client.ts';
import { createSandbox } from '../../src/main/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/main/sandbox/types.ts';

const KEY = 'sandbox-key';

/** The real client against the sandbox cloud in this process, without sockets or processes; `sandbox` is to be disposed. */
export function sandboxApi({
  clock,
  random,
  speed,
  balanceUsd,
}: {
  readonly clock: Clock;
  readonly random: Random;
  readonly speed: number;
  readonly balanceUsd: number;
}): { readonly sandbox: Sandbox; readonly api: RunPodApi } {
  const sandbox = createSandbox({
    clock,
    random,
    log: silentLog,
    speed,
    tokensPerSecond: 100,
    balanceUsd,
    keys: [{ key: KEY, rights: 'all' }],
    stateFile: null,
    answerFrom: null,
    runProcesses: false,
  });
  const { apiUrl, graphqlUrl } = sandbox.urls();
  const api = createRunPodApi({
    clock,
    random,
    fetch: sandbox.fetch,
    log: silentLog,
    apiUrl,
    graphqlUrl,
    graphqlEnabled: false,
    apiKey: () => Promise.resolve(KEY),
    userAgent: 'test',
  });
  return { sandbox, api };
}
