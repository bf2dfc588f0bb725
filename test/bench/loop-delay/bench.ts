/**
 * How late the event loop of `serve` is, p99 in ms (PERFORMANCE P10): at rest, under a benchmark's requests, while plans are made,
 * during a build that writes 10,000 lines, and while a log is followed. Each beside the delay at rest, because another
 * program's turn on the processor looks the same, and beside what the loop's own work took (worked…), which such turns leave alone.
 */
import { fork, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  json,
  lines,
  startFakeEngine,
  type FakeEngine,
} from '../../integration/images/support/fake-engine.ts';
import { Installation } from '../../support/instance.ts';
import { cliPath } from '../../support/processes.ts';
import { requests } from '../proxy/load.ts';
import { report } from '../report.ts';

const UPSTREAM_PORT = 19_191;
const REQUESTS = 10_000;
const CONNECTIONS = 64;
const PLANS = 20;
const LINES = 10_000;
const REST_MS = 3000;
const MODEL = 'Qwen/Qwen3-8B';

const delaySchema = z.object({
  p99: z.number(),
  max: z.number(),
  count: z.number(),
  workedP99: z.number(),
  workedMax: z.number(),
});
type Delay = z.infer<typeof delaySchema>;

/** An engine whose one build writes so many lines, as fast as they are read. */
async function wordyEngine(): Promise<FakeEngine> {
  const engine = await startFakeEngine({ headers: { 'Api-Version': '1.41', 'Libpod-Api-Version': '5.0.0' } });
  engine.on('POST /build', (request, response) => {
    const reference = request.query.get('t') ?? '';
    engine.on(`GET /images/${reference}/json`, (_request, found) =>
      json(found, { Id: 'sha256:abc', Size: 1234 }),
    );
    const said = Array.from({ length: LINES }, (_, n) => ({
      stream: `line ${n} of a build that says a lot\n`,
    }));
    lines(response, [{ stream: 'Step 1/1 : FROM x\n' }, ...said, { aux: { ID: 'sha256:abc' } }]);
  });
  return engine;
}

/** A command of the program, run to its end or ended after a while. */
function command(
  app: Installation,
  args: readonly string[],
  endAfterMs: number | null = null,
): Promise<number | null> {
  const child = spawn(process.execPath, [cliPath, ...args], {
    env: { ...process.env, ...app.env },
    stdio: 'ignore',
  });
  if (endAfterMs !== null) setTimeout(() => child.kill('SIGTERM'), endAfterMs);
  return new Promise((resolve) => child.once('close', resolve));
}

const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const engine = await wordyEngine();
const upstream = fork(join(import.meta.dirname, '../proxy/upstream.ts'), [String(UPSTREAM_PORT)]);
await new Promise((ready) => upstream.once('message', ready));
const plain = new Installation();
const file = join(plain.dataDir, 'loop-delay.json');
/** The same installation, run with the probe inside. */
const app = new Installation(
  {
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'probe.ts')}`,
    LOOP_DELAY_FILE: file,
    DOCKER_HOST: engine.url,
  },
  plain.dataDir,
);

/** What the loop's delay was while something happened. */
async function during(what: () => Promise<unknown>): Promise<Delay> {
  await read();
  await what();
  return read();
}

async function read(): Promise<Delay> {
  rmSync(file, { force: true });
  app.program.child.kill('SIGUSR2');
  for (;;) {
    await rest(20);
    try {
      return delaySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      // Not written yet, or not whole.
    }
  }
}

try {
  const config = join(app.dataDir, 'bench.json');
  const target = { name: 'bench', base_url: `http://127.0.0.1:${UPSTREAM_PORT}/v1`, models: ['bench'] };
  writeFileSync(config, JSON.stringify({ proxy: { targets: [target] } }));
  const { endpoint, key } = await app.serve(['--sandbox', '--sandbox-speed', '60', '--config', config]);
  const port = Number(new URL(endpoint).port);
  const body = '{"model":"bench","messages":[{"role":"user","content":"hi"}]';
  await requests({ port, body, key }, 1000, CONNECTIONS);
  await app.call('plan.make', { model: MODEL });
  const figures: Record<string, Delay> = {
    'at rest': await during(() => rest(REST_MS)),
    [`${REQUESTS} requests, ${CONNECTIONS} connections`]: await during(() =>
      requests({ port, body, key }, REQUESTS, CONNECTIONS),
    ),
    [`${PLANS} plans`]: await during(async () => {
      for (let plan = 0; plan < PLANS; plan++) await app.call('plan.make', { model: MODEL });
    }),
    [`a build of ${LINES} lines, followed`]: await during(() => command(plain, ['build', MODEL])),
  };
  await app.cli(['deploy', MODEL, '--name', 'one', '--yes', '--wait']);
  figures['a log followed'] = await during(() => command(plain, ['logs', 'one', '--follow'], REST_MS));
  report('loop-delay', { goalP99Ms: 20, loadAverage: loadavg()[0], figures });
} finally {
  await app.end();
  upstream.kill();
  await engine.dispose();
}
