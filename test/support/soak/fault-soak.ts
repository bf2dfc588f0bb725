import { SoakRig, type LapFigures } from './soak-rig.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly laps: number;
  /** Told after each lap. */
  readonly onLap?: (lap: LapFigures) => void;
}

export interface SoakResult {
  /** What must never happen; empty = passed. */
  readonly problems: readonly string[];
  readonly laps: readonly LapFigures[];
  /** Times each fault was met. */
  readonly met: ReadonlyMap<string, number>;
}

/** The request log keeps its last 10,000 records in memory, some 6 MB; anything of a request that stays is more. */
const MOST_GROWTH_BYTES = 10 * 2 ** 20;

/**
 * The proxy under load in front of a model server with random faults, in laps of mixed weather, an outage and calm. After
 * each lap, with everything idle, what clients saw, what the model server was asked and what the request log says must
 * agree (judge-lap), and memory must be where it was.
 */
export async function faultSoak(options: SoakOptions): Promise<SoakResult> {
  const rig = await SoakRig.start(options.seed);
  const problems: string[] = [];
  const laps: LapFigures[] = [];
  try {
    for (let lap = 0; lap < options.laps; lap++) {
      const seen = await rig.lap(lap, (options.seconds * 1000) / options.laps);
      problems.push(...seen.problems.map((problem) => `lap ${lap}: ${problem}`));
      laps.push(seen.figures);
      options.onLap?.(seen.figures);
    }
    problems.push(...judgeRun(laps));
    return { problems, laps, met: rig.server.met };
  } finally {
    await rig.stop();
  }
}

/** What only shows over all laps. The first one warms up. */
function judgeRun(laps: readonly LapFigures[]): string[] {
  const problems: string[] = [];
  const [first] = laps;
  const last = laps.at(-1);
  const grown = (last?.heapBytes ?? 0) - (first?.heapBytes ?? 0);
  if (grown > MOST_GROWTH_BYTES) problems.push(`memory grew by ${(grown / 2 ** 20).toFixed(1)} MiB`);
  for (const kind of ['whole', 'told', 'left'] as const) {
    if (laps.every((lap) => lap[kind] === 0)) problems.push(`no client was ever ${kind}`);
  }
  return problems;
}
