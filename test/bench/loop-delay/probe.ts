import { writeFileSync } from 'node:fs';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into `serve` before its own modules: measures how late its event loop is. On SIGUSR2 what was measured since the last
 * one is written to LOOP_DELAY_FILE, in ms.
 */
const RESOLUTION_MS = 2;
const late = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
late.enable();

/**
 * The same by processor time: what this thread worked from one tick to the next. Other programs' turns on the processor are not
 * in it, so it tells on a busy machine, too, how long the loop was kept by its own work.
 */
const worked = createHistogram();
let before = process.threadCpuUsage();
setInterval(() => {
  const { user, system } = process.threadCpuUsage(before);
  worked.record(Math.max(1, (user + system) * 1000));
  before = process.threadCpuUsage();
}, RESOLUTION_MS).unref();

/** Its timer comes every RESOLUTION_MS; what is above that is delay. */
const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

process.on('SIGUSR2', () => {
  const measured = {
    p99: ms(late.percentile(99)),
    max: ms(late.max),
    count: late.count,
    workedP99: ms(worked.percentile(99)),
    workedMax: ms(worked.max),
  };
  late.reset();
  worked.reset();
  writeFileSync(process.env['LOOP_DELAY_FILE'] ?? '', JSON.stringify(measured));
});
