import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientFolders } from '../../../src/main/connect/client-folders.ts';
import { CLIENT_PLACES } from '../../../src/main/connect/client-places.ts';
import { ConnectFiles } from '../../../src/main/connect/connect-files.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import type { FileClient } from '../../../src/shared/clients/files.ts';
import { AgentHome, installAgent, type AgentName } from '../../support/proxy-agents.ts';
import { Harness, LOCAL_KEY } from '../../support/proxy-harness.ts';
import { tempDir } from '../../support/temp.ts';
import { answerChat, sendJson } from '../../support/proxy-upstream.ts';

/**
 * The file that `connect <client> --write` makes, read by the client's own parser: it asks the proxy, and the undo leaves
 * nothing of it, whatever the client has put into its file meanwhile. `npm run test:agents`.
 */
const CASES: readonly {
  readonly client: FileClient;
  readonly agent: AgentName;
  /** What stands there before. */
  readonly before: string | null;
  readonly args: (home: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}[] = [
  {
    client: 'claude-code',
    agent: 'claude',
    before: null,
    args: (home) => ['-p', 'Say hello.', '--settings', join(home, '.runpod-llm', 'claude-code.json')],
  },
  {
    client: 'codex',
    agent: 'codex',
    before: '# mine\nnotify = [\n  "true", # nothing\n]\n',
    args: () => ['exec', '--profile', 'runpod-llm', '--skip-git-repo-check', 'Say hello.'],
  },
  {
    client: 'opencode',
    agent: 'opencode',
    before: '{\n  // mine\n  "autoupdate": false,\n}\n',
    args: () => ['run', '-m', 'runpod-llm/m', 'Say hello.'],
    env: { OPENCODE_DISABLE_MODELS_FETCH: '1' },
  },
  {
    client: 'kilo',
    agent: 'kilo',
    before: '{ "autoupdate": false }\n',
    args: () => ['run', '-m', 'runpod-llm/m', 'Say hello.'],
    env: { KILO_DISABLE_MODELS_FETCH: '1' },
  },
];

describe.each(CASES)('$client, from npm, with the file that is written for it', (given) => {
  const { client, agent, before, args, env = {} } = given;
  let h: Harness;
  let home: AgentHome;
  beforeEach(async () => {
    h = await Harness.start();
    h.target.contextTokens = 131_072;
    h.upstream.script = (request, res) =>
      request.path === '/v1/chat/completions'
        ? answerChat('Hello from the pod')(request, res)
        : sendJson(res, 404, { detail: 'Not Found' });
    home = new AgentHome();
  });
  afterEach(async () => {
    await home.remove();
    await h.stop();
  });

  it('answers, and is rid of it again', async (context) => {
    const installed = installAgent(agent);
    if ('reason' in installed) return context.skip(installed.reason);
    const folders = clientFolders(
      { XDG_CONFIG_HOME: join(home.folder, 'config') },
      home.folder,
      process.platform,
    );
    const files = new ConnectFiles({
      folders,
      dataDir: tempDir(),
      machine: 'here',
      keys: {
        opens: (secret) => secret === LOCAL_KEY,
        make: (name) => ({ id: 'k', name, secret: LOCAL_KEY }),
        revoke: (id) => id,
      },
      clock: systemClock,
      log: silentLog,
      scrub: (text) => text,
    });
    const path = CLIENT_PLACES[client].path(folders);
    if (before !== null) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, before);
    }
    const target = { baseUrl: `${h.url}/v1`, model: 'm', contextTokens: 131_072 };
    const { fingerprint } = await files.preview(client, target);
    await files.write(client, target, fingerprint);

    const run = home.run([...installed.command, ...args(home.folder)], env);
    expect([await run.ended, run.output()]).toEqual([0, expect.stringContaining('Hello from the pod')]);
    expect(h.records.every(({ outcome }) => outcome === 'ok')).toBe(true);

    const { outcome } = await files.restore(client);
    const left = existsSync(path) ? readFileSync(path, 'utf8') : null;
    expect(outcome).toBeOneOf(before === null ? ['removed'] : ['restored', 'taken-out']);
    expect([left === before, outcome]).toContainEqual(outcome === 'taken-out' ? outcome : true);
    expect(left ?? '').not.toMatch(/runpod-llm|pat_local/);
    installed.remove();
  }, 360_000);
});
