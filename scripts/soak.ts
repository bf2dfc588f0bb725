/**
 * The proxy under load in front of a model server with random faults, for two minutes; ends with 1 when anything happened
 * that must not. `--seconds N`, `--seed N` (printed, so that a run can be repeated).
 */
import { parseArgs } from 'node:util';
import { faultSoak } from '../test/support/soak/fault-soak.ts';

const LAP_SECONDS = 20;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, seed: { type: 'string' } },
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  process.stderr.write('--seconds takes a number of seconds, --seed a whole number.\n');
  process.exit(2);
}
process.stdout.write(`seed ${seed}\n`);
const { problems, laps, met } = await faultSoak({
  seed,
  seconds,
  laps: Math.max(3, Math.round(seconds / LAP_SECONDS)),
  onLap: ({ lap, requests, whole, told, left, heapBytes }) =>
    process.stdout.write(
      `lap ${lap}: ${requests} requests: ${whole} whole, ${told} told why not, ${left} left; ${(heapBytes / 2 ** 20).toFixed(1)} MiB in use\n`,
    ),
});
const total = laps.reduce((sum, { requests }) => sum + requests, 0);
const faults = Array.from(met, ([name, count]) => `${name} ×${count}`).join(', ');
process.stdout.write(`${total} requests; met: ${faults}\n`);
for (const problem of problems) process.stdout.write(`✗ ${problem}\n`);
process.stdout.write(
  problems.length === 0 ? 'Nothing happened that must not.\n' : `${problems.length} problems\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
