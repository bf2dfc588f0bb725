import type { CDPSession, Page } from 'playwright';
import { z } from 'zod';

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

export interface Smoothness {
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
  /** Work in the last third of the time ÷ work in the first: above 1 where it grows with what is shown. */
  readonly growth: number;
}

const FRAME_MS = 1000 / 60;
const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'devtools.timeline.frame',
  'disabled-by-default-devtools.timeline.frame',
];

/** Records with the browser's own tracing while `act` runs, and sums up the page's main thread. */
export async function traced(page: Page, act: () => Promise<void>): Promise<Smoothness> {
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
  const frames = events.filter(({ name, pid }) => name === 'BeginMainThreadFrame' && pid === main.pid);
  const times = work.map(({ ts }) => ts);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const third = (to - from) / 3;
  const lengths = work.map((task) => workUs(task) / 1000);
  return {
    seconds: (to - from) / 1e6,
    framesPerSecond: (frames.length * 1e6) / (to - from),
    busyShare: total(work) / (to - from),
    longestMs: Math.max(...lengths),
    longTasks: lengths.filter((ms) => ms > 50).length,
    overBudgetShare: lengths.filter((ms) => ms > FRAME_MS).length / Math.max(1, frames.length),
    growth:
      total(work.filter(({ ts }) => ts > to - third)) / total(work.filter(({ ts }) => ts < from + third)),
  };
}

const total = (tasks: readonly TraceEvent[]): number => tasks.reduce((sum, task) => sum + workUs(task), 0);

const workUs = ({ tdur, dur = 0 }: TraceEvent): number => tdur ?? dur;
