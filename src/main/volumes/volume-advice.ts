import { formatUsd, usdForMs } from '../../shared/money.ts';
import type { VolumeAdvice } from '../../shared/volumes.ts';
import { networkVolumeUsdPerMonth } from '../costs/pricing.ts';

/** Whether a network volume for a model's weights is worth its price; pure. */
export interface AdviceInput {
  readonly model: string;
  readonly weightBytes: number;
  /** Of the GPU that would be rented. */
  readonly usdPerHour: number;
  /** Median seconds that loading took on that GPU before; null = not known. */
  readonly loadedSeconds: number | null;
  readonly startsLastMonth: number;
}

type Advice = Pick<
  VolumeAdvice,
  'sizeGb' | 'usdPerMonth' | 'loadSeconds' | 'startsLastMonth' | 'paysFromStarts' | 'pays' | 'why'
>;

/** Middles of what was seen: Hugging Face to a host, a host's disk to the GPU, a volume to the GPU (FACTS 2.6). */
const DOWNLOAD_GB_PER_SECOND = 0.45;
const DISK_GB_PER_SECOND = 0.9;
const VOLUME_GB_PER_SECOND = 0.3;

const SMALLEST_GB = 10;
/** Beside the weights: vLLM's compiled kernels, a second revision's small files. */
const ROOM_GB = 5;
const ROOM_FACTOR = 1.1;

export function adviseVolume(input: AdviceInput): Advice {
  const gigabytes = input.weightBytes / 1e9;
  const sizeGb = Math.max(SMALLEST_GB, Math.ceil(gigabytes * ROOM_FACTOR + ROOM_GB));
  const usdPerMonth = networkVolumeUsdPerMonth(sizeGb);
  const table = gigabytes / DOWNLOAD_GB_PER_SECOND + gigabytes / DISK_GB_PER_SECOND;
  const loadSeconds = {
    without: Math.round(input.loadedSeconds ?? table),
    with: Math.round(gigabytes / VOLUME_GB_PER_SECOND),
    from: input.loadedSeconds === null ? ('table' as const) : ('history' as const),
  };
  const saved = loadSeconds.without - loadSeconds.with;
  const usdPerStart = usdForMs(input.usdPerHour, saved * 1000);
  const paysFromStarts = usdPerStart > 0 ? Math.ceil(usdPerMonth / usdPerStart) : null;
  const pays = paysFromStarts !== null && input.startsLastMonth >= paysFromStarts;
  const { startsLastMonth } = input;
  const figures = { sizeGb, usdPerMonth, loadSeconds, startsLastMonth, paysFromStarts, pays };
  return { ...figures, why: words(figures, usdPerStart) };
}

function words(
  { sizeGb, usdPerMonth, loadSeconds, startsLastMonth, paysFromStarts }: Omit<Advice, 'why'>,
  usdPerStart: number,
): string {
  const basis = loadSeconds.from === 'history' ? 'took' : 'takes about';
  const compared = `Fetching and loading the weights ${basis} ${loadSeconds.without} s; from a network volume about ${loadSeconds.with} s.`;
  const price = `A volume of ${sizeGb} GB costs ${formatUsd(usdPerMonth)} a month, used or not`;
  if (paysFromStarts === null) return `${compared} ${price}: it would save nothing.`;
  const starts = startsLastMonth === 1 ? '1 start' : `${startsLastMonth} starts`;
  return `${compared} ${price}, and saves ${formatUsd(usdPerStart)} a start: it pays from ${paysFromStarts} starts a month on. There ${startsLastMonth === 1 ? 'was' : 'were'} ${starts} in the last 30 days.`;
}
