import type { Backend, PlanCandidate } from '../../shared/model.ts';
import type { BootTimes } from './types.ts';

/** Fast case and slow case of one stage: seconds, or GB per second. */
interface Range {
  readonly fast: number;
  readonly slow: number;
}

/**
 * Stages of a boot. The fast case is a host that has the image (162 s seen for a small model), the slow one pulls
 * everything over a modest line (more than 20 minutes seen for a 10 GB image) (FACTS 2.6, 3.8).
 */
const PLACE_AND_PULL: Readonly<Record<Backend, Range>> = {
  vllm: { fast: 45, slow: 600 },
  ollama: { fast: 25, slow: 240 },
};
const WARM_UP: Readonly<Record<Backend, Range>> = {
  vllm: { fast: 45, slow: 150 },
  ollama: { fast: 5, slow: 20 },
};
const DOWNLOAD_GB_PER_SECOND: Range = { fast: 1, slow: 0.2 };
const LOAD_GB_PER_SECOND: Range = { fast: 2, slow: 0.4 };
/** A network volume's pace (FACTS 2.6). */
const VOLUME_GB_PER_SECOND: Range = { fast: 0.4, slow: 0.2 };
/** Lines of Community Cloud hosts vary. */
const COMMUNITY_FACTOR = 1.5;

interface Boot {
  readonly weightBytes: number;
  readonly backend: Backend;
  readonly cloud: PlanCandidate['cloud'];
  /** Absent = they are fetched. */
  readonly weights?: WeightSource;
}

/** Where weights come from at a start: fetched, read from a network volume, or there with the image. */
export type WeightSource = 'hub' | 'volume' | 'image';

/** Seconds after the start of the container: those of fetching alone, and all until the first token. */
export function coldStages(
  weightBytes: number,
  backend: Backend,
  from: WeightSource,
): { readonly fetched: Range; readonly billed: Range } {
  const gigabytes = weightBytes / 1e9;
  const pace = from === 'volume' ? VOLUME_GB_PER_SECOND : LOAD_GB_PER_SECOND;
  const stages = (which: keyof Range): { fetch: number; all: number } => {
    const fetch = from === 'hub' ? gigabytes / DOWNLOAD_GB_PER_SECOND[which] : 0;
    return { fetch, all: WARM_UP[backend][which] + fetch + gigabytes / pace[which] };
  };
  const [fast, slow] = [stages('fast'), stages('slow')];
  return { fetched: { fast: fast.fetch, slow: slow.fetch }, billed: { fast: fast.all, slow: slow.all } };
}

/** Seconds from create to the first token: from earlier boots where there are any, else from the stages above. */
export function estimateBoot(boot: Boot, history: BootTimes | null): PlanCandidate['secondsToFirstToken'] {
  const median = history?.medianSeconds ?? null;
  if (history !== null && median !== null) {
    const certain = history.runs >= 5;
    return {
      low: Math.round(median * (certain ? 0.85 : 0.7)),
      high: Math.round(median * (certain ? 1.25 : 1.6)),
      from: 'history',
    };
  }
  const { billed } = coldStages(boot.weightBytes, boot.backend, boot.weights ?? 'hub');
  const total = (which: keyof Range): number => PLACE_AND_PULL[boot.backend][which] + billed[which];
  const slowness = boot.cloud === 'COMMUNITY' ? COMMUNITY_FACTOR : 1;
  return { low: Math.round(total('fast')), high: Math.round(total('slow') * slowness), from: 'table' };
}
