import { z } from 'zod';
import { usdForMs } from '../../../shared/money.ts';

/**
 * Money as stretches of time at a rate. Nothing is accumulated: what was charged is calculated from these, so that a
 * restart, a long sleep or a late read can neither lose nor double a cent.
 */
const segmentSchema = z.object({
  /** The part of the resource that is billed apart: a worker of an endpoint. */
  part: z.string().exactOptional(),
  component: z.enum([
    'gpu',
    'cpu',
    'disk',
    'standard',
    'high-performance',
    'worker-gpu',
    'worker-disk',
    'tokens',
  ]),
  usdPerHour: z.number(),
  fromMs: z.number(),
  /** null = still running. */
  toMs: z.number().nullable(),
});
export type Segment = z.infer<typeof segmentSchema>;
export type Component = Segment['component'];

/** Everything charged for one resource; outlives it. */
export const accountSchema = z.object({
  kind: z.enum(['pod', 'endpoint', 'network-volume', 'public-endpoint']),
  id: z.string(),
  name: z.string(),
  segments: z.array(segmentSchema),
});
export type Account = z.infer<typeof accountSchema>;

export function openSegment(
  account: Account,
  component: Component,
  usdPerHour: number,
  fromMs: number,
  part?: string,
): void {
  if (usdPerHour <= 0) return;
  const segment: Segment = { component, usdPerHour, fromMs, toMs: null };
  account.segments.push(part === undefined ? segment : { ...segment, part });
}

/** Ends what runs; `only` limits it to one component or part. */
export function closeSegments(
  account: Account,
  atMs: number,
  only: { readonly component?: Component; readonly part?: string } = {},
): void {
  for (const segment of account.segments) {
    if (segment.toMs !== null) continue;
    if (only.component !== undefined && only.component !== segment.component) continue;
    if (only.part !== undefined && only.part !== segment.part) continue;
    segment.toMs = Math.max(atMs, segment.fromMs);
  }
}

/** Milliseconds of a segment inside [fromMs, toMs). */
export function overlapMs(segment: Segment, fromMs: number, toMs: number): number {
  return Math.max(0, Math.min(segment.toMs ?? toMs, toMs) - Math.max(segment.fromMs, fromMs));
}

export function chargedUsd(segments: readonly Segment[], fromMs: number, toMs: number): number {
  let usd = 0;
  for (const segment of segments) usd += usdForMs(segment.usdPerHour, overlapMs(segment, fromMs, toMs));
  return usd;
}

/** What runs now; segments that begin later are left out. */
export function rateUsdPerHour(segments: readonly Segment[], now: number): number {
  const open = segments.filter((segment) => segment.toMs === null && segment.fromMs <= now);
  return open.reduce((sum, segment) => sum + segment.usdPerHour, 0);
}

/** The end of a stretch that is billed in whole seconds begun. */
export function wholeSecondsEnd(fromMs: number, toMs: number): number {
  return toMs <= fromMs ? fromMs : fromMs + Math.ceil((toMs - fromMs) / 1000) * 1000;
}
