/**
 * Start-up of `serve` (program start to listening; its processor time too, which other programs disturb least) and resident
 * memory at rest, beside a bare Node process measured in the same run. The sandbox cloud is hosted in the process, as at a first start.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, startCli, type Running } from '../support/processes.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { median, report } from './report.ts';

const ROUNDS = 7;
const REST_MS = 5000;

function residentMb(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? Number.NaN) / 1024;
}

const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function bareNode(): Promise<{ ms: number; mb: number }> {
  const started = performance.now();
  const program = run(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)']);
  await program.line(/^up$/);
  const ms = performance.now() - started;
  await rest(500);
  const mb = residentMb(program.child.pid ?? 0);
  await program.kill('SIGKILL');
  return { ms, mb };
}

async function serve(args: readonly string[]): Promise<{ ms: number; cpuMs: number; program: Running }> {
  const started = performance.now();
  const program = startCli(['serve', '--port', '0', '--control-port', '0', ...args]);
  await program.line(/http:\/\/127\.0\.0\.1:\d+\/v1/);
  const ms = performance.now() - started;
  return { ms, cpuMs: cpuSeconds(program.child.pid ?? 0) * 1000, program };
}

const starts: number[] = [];
const startsCpu: number[] = [];
const bare: number[] = [];
const bareMb: number[] = [];
const restMb: number[] = [];
const folder = mkdtempSync(join(tmpdir(), 'rplm-bench-'));
try {
  for (let round = 0; round < ROUNDS; round++) {
    const node = await bareNode();
    bare.push(node.ms);
    bareMb.push(node.mb);
    const { ms, cpuMs, program } = await serve(['--data-dir', join(folder, String(round))]);
    starts.push(ms);
    startsCpu.push(cpuMs);
    if (round < 3) {
      await rest(REST_MS);
      restMb.push(residentMb(program.child.pid ?? 0));
    }
    await program.kill('SIGTERM');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

report('startup', {
  serveToListeningMs: median(starts),
  serveToListeningProcessorMs: median(startsCpu),
  bareNodeMs: median(bare),
  serveOverBareNode: median(starts) / median(bare),
  idleResidentMb: median(restMb),
  bareNodeResidentMb: median(bareMb),
  idleOverBareNode: median(restMb) / median(bareMb),
  goals: { serveToListeningMs: 400, idleResidentMb: 150 },
});
