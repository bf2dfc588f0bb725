import { z } from 'zod';
import { isoSchema } from './common.ts';

/** A sweep of the radar: what the account pays for without need goes in one act that can be undone (SPEC 3.11). */

export const itemKindSchema = z.enum(['pod', 'endpoint', 'network-volume']);

export const ownershipSchema = z.enum(['known', 'orphan', 'other-machine', 'foreign']);

/** stop = what runs ends and can be started again; terminate = it is deleted. */
export const sweepActSchema = z.enum(['stop', 'terminate']);

/** What is lost for ever; `gb` null = not a matter of size. */
export const sweepLossSchema = z.object({
  what: z.enum(['container-disk', 'volume-disk', 'network-volume', 'pod', 'endpoint']),
  gb: z.number().nullable(),
});
export type SweepLoss = z.infer<typeof sweepLossSchema>;

/** What a sweep would do to a thing. */
export const sweepOfferSchema = z.object({
  act: sweepActSchema,
  savesUsdPerMonth: z.number(),
  loses: z.array(sweepLossSchema),
  /** This computer's own, under no deployment: selected unless the user says otherwise. */
  isLeftover: z.boolean(),
});
export type SweepOffer = z.infer<typeof sweepOfferSchema>;

/** Why a thing is refused, or left as it is. */
export const sweepReasonSchema = z.enum([
  /** RunPod lists nothing of that id. */
  'unknown',
  /** A deployment has it, or a create of one is under way. */
  'in-use',
  /** A pod or endpoint mounts the volume. */
  'mounted',
  /** The key may not see what could mount it. */
  'unseen',
  /** Another sweep is at it. */
  'under-way',
  /** Since the sweep was made: gone, running now, another name, another price, under a deployment. */
  'gone',
  'running',
  'status',
  'renamed',
  'price',
  'adopted',
  /** The key in use may be another account's. */
  'account',
  /** The app was closed, or RunPod away, until it was too late to go on unasked. */
  'interrupted',
  /** It could not be noted on this computer before it was sent. */
  'not-noted',
  /** RunPod does not let this key do it. */
  'forbidden',
]);
export type SweepReason = z.infer<typeof sweepReasonSchema>;

const named = {
  kind: itemKindSchema,
  id: z.string(),
  name: z.string(),
};

export const sweepThingSchema = z.object({
  ...named,
  ownership: ownershipSchema,
  usdPerHour: z.number(),
  usdPerMonthAtRest: z.number(),
  ...sweepOfferSchema.shape,
  /** planned = nothing was sent; billing = sent, and RunPod has not confirmed its end. */
  state: z.enum(['planned', 'working', 'billing', 'done', 'left']),
  /** Why it was left; null = it was not. */
  reason: sweepReasonSchema.nullable(),
  /** The same for people, or what RunPod answers to an end that is not confirmed. */
  why: z.string().nullable(),
});
export type SweepThing = z.infer<typeof sweepThingSchema>;

export const sweepRefusalSchema = z.object({
  ...named,
  /** null = RunPod does not list it. */
  kind: itemKindSchema.nullable(),
  reason: sweepReasonSchema,
  why: z.string(),
});
export type SweepRefusal = z.infer<typeof sweepRefusalSchema>;

export const sweepPreviewSchema = z.object({
  simulated: z.boolean(),
  things: z.array(sweepThingSchema),
  refused: z.array(sweepRefusalSchema),
  savesUsdPerMonth: z.number(),
  /** Tells this preview from one of things that have changed meanwhile. */
  fingerprint: z.string(),
});
export type SweepPreview = z.infer<typeof sweepPreviewSchema>;

export const sweepSchema = z.object({
  id: z.string(),
  simulated: z.boolean(),
  /** pending = it can be undone, and nothing was sent; ended = everything in it is done or left. */
  state: z.enum(['pending', 'working', 'ended', 'undone']),
  madeAt: isoSchema,
  /** When it is carried out. */
  dueAt: isoSchema,
  /** What is left of the time to undo it, as of this answer. */
  undoMsLeft: z.number(),
  things: z.array(sweepThingSchema),
  refused: z.array(sweepRefusalSchema),
  savesUsdPerMonth: z.number(),
});
export type Sweep = z.infer<typeof sweepSchema>;

/** Longest list of things in one sweep. */
const MOST_THINGS = 500;

export const sweepIdsSchema = z
  .array(z.string().min(1).max(200))
  .min(1)
  .max(MOST_THINGS)
  .nullable()
  .default(null);

export const UNDO_SECONDS = 10;
export const undoSecondsSchema = z.int().min(0).max(3600).default(UNDO_SECONDS);

/**
 * How carefully to ask before a sweep (UX 3.6). `none` = only what this computer left over, with no data on it: the time to
 * undo is the question. `ask` = something of others stops. `data` = something is lost for ever that somebody may want.
 */
export type SweepTier = 'none' | 'ask' | 'data';

export function sweepTier(things: readonly Pick<SweepThing, 'ownership' | 'act' | 'loses'>[]): SweepTier {
  if (things.some((thing) => losesData(thing))) return 'data';
  return things.some(({ ownership }) => ownership !== 'orphan') ? 'ask' : 'none';
}

/** A container's disk is lost by every stop; what was made to outlast one is data, and so is whatever others made. */
function losesData({ ownership, act, loses }: Pick<SweepThing, 'ownership' | 'act' | 'loses'>): boolean {
  if (loses.some(({ what }) => what === 'volume-disk' || what === 'network-volume')) return true;
  return act === 'terminate' && ownership !== 'orphan';
}

/** What a sweep came to. */
export interface SweepCount {
  readonly done: number;
  readonly left: number;
  readonly billing: number;
  /** Of what is done. */
  readonly savesUsdPerMonth: number;
}

export function countSweep(things: readonly SweepThing[]): SweepCount {
  const done = things.filter(({ state }) => state === 'done');
  return {
    done: done.length,
    left: things.filter(({ state }) => state === 'left').length,
    billing: things.filter(({ state }) => state === 'billing').length,
    savesUsdPerMonth: done.reduce((sum, { savesUsdPerMonth }) => sum + savesUsdPerMonth, 0),
  };
}
