import { createServer } from 'node:http';
import { flushCompileCache } from 'node:module';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { createHttpPool } from '../../../src/main/platform/http.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import { fixedKeyring, ownerKey } from '../../../src/main/proxy/keyring.ts';
import { createProxy } from '../../../src/main/proxy/proxy.ts';
import { joinSources, UserTargets } from '../../../src/main/proxy/user-targets.ts';
import { proxyConfigSchema } from '../../../src/main/settings/proxy-config.ts';
import { userTargetSchema } from '../../../src/shared/targets.ts';

/**
 * The proxy alone in a process, everything on: keys, limits, routing, breaker, cache lookup, flight, metering. Beside it a
 * server with a constant answer, the yardstick for cache hits. Reports its memory when asked.
 */
const [port, upstreamPort, constantPort] = process.argv.slice(2).map(Number);
const settings = proxyConfigSchema.parse({
  maxConnections: 4000,
  limits: { requestsPerMinute: 100_000_000, tokensPerMinute: 100_000_000, concurrent: 10_000 },
});
const target = userTargetSchema.parse({
  name: 'bench',
  baseUrl: `http://127.0.0.1:${upstreamPort}/v1`,
  models: ['bench'],
  contextTokens: 1_000_000,
});
let completed = 0;
const proxy = createProxy({
  source: joinSources(new UserTargets([target], {})),
  keyring: fixedKeyring([ownerKey('pat_local_bench')]),
  clock: systemClock,
  random: systemRandom,
  ids: randomIds(systemRandom),
  log: silentLog,
  pool: createHttpPool({ silenceMs: 0 }),
  settings: () => settings,
  onCompleted: () => {
    completed++;
  },
});
await proxy.listen('127.0.0.1', port ?? 0);

const body = Buffer.from(JSON.stringify({ constant: 'x'.repeat(680) }));
const constant = createServer((req, res) => {
  req.resume();
  req.on('end', () => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
});
constant.listen(constantPort, '127.0.0.1', () => {
  flushCompileCache();
  process.send?.('ready');
});

process.on('SIGINT', () => process.exit(0));
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ ...process.memoryUsage(), inFlight: proxy.stats().inFlight, completed });
});
