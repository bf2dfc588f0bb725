/**
 * A wake of nine and a half minutes in real time, with the official clients as their users have them: their own time-outs and
 * repeats, the sandbox booting at the pace of life, `serve` as a process of its own. Takes ten minutes. Prints a table;
 * ends with 1 when a client did not get its answer. `--factor N` makes the boot longer or shorter (2.35).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLog } from '../src/main/logs/log.ts';
import { isGuardCommand } from '../src/main/deployments/pod/start-command.ts';
import { systemClock } from '../src/main/platform/clock.ts';
import { systemRandom } from '../src/main/platform/random.ts';
import { createSandbox } from '../src/main/sandbox/sandbox.ts';
import type { Sandbox } from '../src/main/sandbox/types.ts';
import { Installation } from '../test/support/instance.ts';
import {
  PATIENT_CLIENTS,
  type Endpoint,
  type PatientClient,
} from '../test/support/nightly/patient-clients.ts';

const MODEL = 'Qwen/Qwen3-8B';
const NAME = 'nightly';
const KEY = `rpa_${systemRandom.hex(20)}`;

interface Row {
  readonly client: string;
  readonly outcome: string;
  readonly seconds: number;
  /** How often it asked, as the request log has it. */
  readonly requests: string;
}

/** Every duration of a boot at the middle of its range. */
function middling(): Sandbox {
  return createSandbox({
    clock: systemClock,
    random: { next: () => 0.5, hex: (bytes) => systemRandom.hex(bytes) },
    log: silentLog,
    speed: 1,
    tokensPerSecond: 60,
    balanceUsd: 25,
    keys: [{ key: KEY, rights: 'all' }],
    stateFile: null,
    runProcesses: (argv) => process.platform !== 'win32' && isGuardCommand(argv),
    answerFrom: null,
  });
}

async function asked(
  client: PatientClient,
  endpoint: Endpoint,
): Promise<{ outcome: string; seconds: number }> {
  const startedAt = systemClock.monotonic();
  const outcome = await client.ask(endpoint).then(
    (text) => (text.includes('[Simulated]') ? 'answered' : `something else: ${text.slice(0, 80)}`),
    (error: unknown) => `failed: ${String(error).slice(0, 120)}`,
  );
  return { outcome, seconds: Math.round((systemClock.monotonic() - startedAt) / 1000) };
}

/** Every client under a key of its own, so that the request log says how often each one asked. */
async function rowsOf(app: Installation, origin: string): Promise<Row[]> {
  const pending = PATIENT_CLIENTS.map(async (client, index) => {
    const name = `client-${index}`;
    const { secret } = await app.call('keys.make', { name });
    const answer = await asked(client, {
      origin,
      key: secret,
      model: NAME,
      prompt: `Hello from client ${index}`,
    });
    return { client, name, ...answer };
  });
  const answers = await Promise.all(pending);
  const { requests } = await app.call('requests.recent', { limit: 1000 });
  const askedBy = (client: string): number => requests.filter((record) => record.client === client).length;
  return answers.map(({ client, name, outcome, seconds }) => ({
    client: client.name,
    outcome,
    seconds,
    requests:
      client.keyless === true ? `${askedBy('anonymous')} of all without a key` : String(askedBy(name)),
  }));
}

const { values } = parseArgs({ options: { factor: { type: 'string', default: '2.35' } } });
const factor = Number(values.factor);
const sandbox = middling();
const urls = await sandbox.listen(0);
const app = new Installation({
  RUNPOD_API_URL: urls.apiUrl,
  RUNPOD_INVOKE_URL: urls.invokeUrl,
  RUNPOD_GRAPHQL_URL: urls.graphqlUrl,
  RUNPOD_POD_URL_TEMPLATE: urls.podUrlTemplate,
  RUNPOD_LB_URL_TEMPLATE: urls.lbUrlTemplate,
  RUNPOD_API_KEY: KEY,
});
try {
  const config = join(app.dataDir, 'nightly.json');
  writeFileSync(config, JSON.stringify({ proxy: { ollama_routes: true } }));
  const { endpoint } = await app.serve(['--runpod', '--config', config]);
  const stored = await app.cli(['deploy', MODEL, '--name', NAME, '--no-start', '--yes']);
  if (stored.code !== 0) throw new Error(stored.text);
  sandbox.arm({ kind: 'slow-boot', factor, times: 1 });
  process.stdout.write(
    `${new Date().toISOString()} ${PATIENT_CLIENTS.length} clients ask a sleeping deployment\n`,
  );
  const rows = await rowsOf(app, new URL(endpoint).origin);
  process.stdout.write('| Client | Outcome | After | Requests |\n|---|---|---|---|\n');
  for (const { client, outcome, seconds, requests } of rows) {
    process.stdout.write(`| ${client} | ${outcome} | ${seconds} s | ${requests} |\n`);
  }
  process.stdout.write(`pods made: ${sandbox.bill().pods.length}\n`);
  process.exitCode = rows.every(({ outcome }) => outcome === 'answered') ? 0 : 1;
} finally {
  await app.end();
  await sandbox.dispose();
}
