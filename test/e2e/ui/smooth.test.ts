import type { CDPSession, Page } from 'playwright';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { sampleRequest } from '../../support/samples.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

const traceSchema = z.array(
  z.object({
    name: z.string(),
    ph: z.string(),
    ts: z.number(),
    dur: z.number().optional(),
    /** Time on the processor: what another program took of the machine is not in it. */
    tdur: z.number().optional(),
    pid: z.number(),
    tid: z.number(),
    args: z.object({ name: z.unknown().optional() }).optional(),
  }),
);
type TraceEvent = z.infer<typeof traceSchema>[number];

interface Smoothness {
  readonly seconds: number;
  /** Frames that the browser began in that time. */
  readonly framesPerSecond: number;
  /** Share of the page's own thread that was at work. */
  readonly busyShare: number;
  /** Longest piece of work that a frame had to wait for, in ms. */
  readonly longestMs: number;
  /** Pieces longer than 50 ms: what the platform calls a long task. */
  readonly longTasks: number;
  /** Share of frames' work that did not fit into 1/60 s. */
  readonly overBudgetShare: number;
}

const FRAME_MS = 1000 / 60;
const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'devtools.timeline.frame',
  'disabled-by-default-devtools.timeline.frame',
];

/** Records with the browser's own tracing while `act` runs, and sums up the page's main thread. */
async function traced(page: Page, act: () => Promise<void>): Promise<Smoothness> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...traceSchema.parse(value)));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: CATEGORIES },
  });
  await act();
  await stopTracing(session);
  return summedUp(events);
}

async function stopTracing(session: CDPSession): Promise<void> {
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
}

function summedUp(events: readonly TraceEvent[]): Smoothness {
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const tasks = events.filter(({ name, ph }) => name === 'RunTask' && ph === 'X');
  const workOf = ({ pid, tid }: TraceEvent): TraceEvent[] =>
    tasks.filter((task) => task.pid === pid && task.tid === tid);
  // The page's thread is the one that had most to do: other renderers are the browser's own.
  const [main] = mains.toSorted((a, b) => total(workOf(b)) - total(workOf(a)));
  if (main === undefined) throw new Error('The trace names no main thread of a page.');
  const work = workOf(main);
  const frames = events.filter(({ name, pid }) => pid === main.pid && name === 'BeginMainThreadFrame');
  const times = work.map(({ ts }) => ts);
  const seconds = (Math.max(...times) - Math.min(...times)) / 1e6;
  const lengths = work.map((task) => workUs(task) / 1000);
  return {
    seconds,
    framesPerSecond: frames.length / seconds,
    busyShare: total(work) / 1e6 / seconds,
    longestMs: Math.max(...lengths),
    longTasks: lengths.filter((ms) => ms > 50).length,
    overBudgetShare: lengths.filter((ms) => ms > FRAME_MS).length / Math.max(1, frames.length),
  };
}

const total = (tasks: readonly TraceEvent[]): number => tasks.reduce((sum, task) => sum + workUs(task), 0);

const workUs = ({ tdur, dur = 0 }: TraceEvent): number => tdur ?? dur;

function tell(what: string, found: Smoothness): void {
  const { seconds, framesPerSecond, busyShare, longestMs, longTasks, overBudgetShare } = found;
  process.stdout.write(
    `${what}: ${seconds.toFixed(1)} s, ${framesPerSecond.toFixed(0)} frames/s, main thread ${(busyShare * 100).toFixed(0)} % busy, ` +
      `longest ${longestMs.toFixed(1)} ms, ${longTasks} long tasks, ${(overBudgetShare * 100).toFixed(1)} % over a frame\n`,
  );
}

/**
 * Sixty frames a second, measured by the browser (SPEC 9). Work is judged by time on the processor, and frames by a wide
 * bound, because another program may hold this machine: what fails is work that grows with an answer or a log.
 */
describe('smoothness', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());

  it('holds while 200 tokens a second come in', async () => {
    ui = await startUi({ manager: scenarios.busy() });
    const { page, manager } = ui;
    manager.replyStream('playground.chat', async function* (_request, signal) {
      for (let token = 0; token < 800 && !signal.aborted; token++) {
        const text = token % 25 === 24 ? '.\n\n' : token % 40 === 11 ? ' `code`' : ` token${token}`;
        yield { type: 'delta', text, reasoning: '' };
        await systemClock.sleep(5, signal);
      }
      yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
    });
    await ui.goTo('#/playground?model=qwen3-coder', 'Playground');
    const found = await traced(page, async () => {
      await page.getByRole('textbox', { name: 'Message' }).fill('Go on');
      await page.keyboard.press('Enter');
      await page.getByText(/first token 610 ms/).waitFor({ timeout: 60_000 });
    });
    tell('200 tokens/s', found);
    expect(await page.getByRole('log').textContent()).toContain('token798');
    expect(found.framesPerSecond).toBeGreaterThan(10);
    expect(found.longTasks).toBe(0);
    expect(found.busyShare).toBeLessThan(0.7);
    expect(found.overBudgetShare).toBeLessThan(0.1);
  });

  it('holds while a hundred thousand log lines are scrolled', async () => {
    const manager = scenarios.busy();
    manager.replyStream('logs.follow', async function* () {
      for (let line = 0; line < 100_000; line++) {
        yield {
          at: new Date(1_795_000_000_000 + line * 10).toISOString(),
          source: 'container' as const,
          level: line % 40 === 0 ? ('warn' as const) : ('info' as const),
          text: `\u001b[32mINFO\u001b[0m line ${line} prompt throughput ${(line * 7) % 900} tokens/s`,
        };
      }
    });
    ui = await startUi({ manager });
    const { page } = ui;
    await ui.goTo('#/deployments/qwen3-coder?tab=logs', 'qwen3-coder');
    await page.getByText('line 99999').waitFor({ timeout: 120_000 });
    const list = page.getByRole('log');
    await list.hover();
    const found = await traced(page, async () => {
      for (let turn = 0; turn < 120; turn++) await page.mouse.wheel(0, turn < 60 ? -4000 : 4000);
      await page.getByText('line 99999').waitFor();
    });
    tell('100,000 log lines', found);
    expect(await list.locator('> *').count()).toBeLessThan(400);
    expect(found.framesPerSecond).toBeGreaterThan(10);
    // Whole screens at a time: a line of another length must not cost more than a screen of lines.
    expect(found.longestMs).toBeLessThan(60);
  });
});
