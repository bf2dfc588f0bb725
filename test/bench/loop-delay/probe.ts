import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into `serve` before its own modules: measures how late its event loop is. On SIGUSR2 what was measured since the last
 * one is written to LOOP_DELAY_FILE, in ms.
 */
const RESOLUTION_MS = 2;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
histogram.enable();

/** Its timer comes every RESOLUTION_MS; what is above that is delay. */
const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

process.on('SIGUSR2', () => {
  const measured = { p99: ms(histogram.percentile(99)), max: ms(histogram.max), count: histogram.count };
  histogram.reset();
  writeFileSync(process.env['LOOP_DELAY_FILE'] ?? '', JSON.stringify(measured));
});
