import { z } from 'zod';
import { isoSchema } from './common.ts';
import { unattendedSchema } from './deployment.ts';
import { itemKindSchema, ownershipSchema, sweepOfferSchema } from './sweep.ts';

export const costLineSchema = z.object({
  deploymentId: z.string().nullable(),
  name: z.string(),
  nowUsdPerHour: z.number(),
  todayUsd: z.number(),
  monthUsd: z.number(),
  totalUsd: z.number(),
});

/** `disk` is a stopped pod's, `volume` a network volume's. */
export const costKindSchema = z.enum(['compute', 'disk', 'volume', 'serverless', 'tokens', 'adjustment']);
export type CostKind = z.infer<typeof costKindSchema>;

export const costSummarySchema = z.object({
  simulated: z.boolean(),
  asOf: isoSchema,
  nowUsdPerHour: z.number(),
  /** Storage of the whole account that bills when nothing runs, as the radar lists it; null = not read yet. */
  restUsdPerMonth: z.number().nullable(),
  todayUsd: z.number(),
  monthUsd: z.number(),
  totalUsd: z.number(),
  forecastMonthUsd: z.number(),
  /** null = the key does not tell. */
  balanceUsd: z.number().nullable(),
  runwayHours: z.number().nullable(),
  /** By name, what RunPod does when the balance reaches zero. */
  atZero: z.object({
    /** Pods without a network volume, with all that is on them. */
    deleted: z.array(z.string()),
    stopped: z.array(z.string()),
    /** Network volumes. */
    maybeDeletedLater: z.array(z.string()),
  }),
  unattended: unattendedSchema,
  byDeployment: z.array(costLineSchema),
  /** This month, by what it was spent on; every kind is present. */
  byKind: z.record(costKindSchema, z.number()),
  /** What stops spared this month: the time until the next start, a day of each at most. Absent = not told. */
  stopsSaved: z.object({ usd: z.number(), hours: z.number(), stops: z.number() }).optional(),
  /** What RunPod has billed so far for the same pods, and how far the ledger is off; null = not asked yet. */
  reconciliation: z
    .object({ asOf: isoSchema, billedUsd: z.number(), ledgerUsd: z.number(), gapUsd: z.number() })
    .nullable(),
});
export type CostSummary = z.infer<typeof costSummarySchema>;

export const costSeriesSchema = z.object({
  asOf: isoSchema,
  simulated: z.boolean(),
  points: z.array(
    z.object({
      /** Beginning of the hour or day, in the computer's time zone. */
      at: isoSchema,
      byKind: z.record(costKindSchema, z.number()),
      byDeployment: z.record(z.string(), z.number()),
      /** By model or by key, where that was asked for; the name "" is what was spent for nobody. */
      byRequests: z.record(z.string(), z.number()).optional(),
    }),
  ),
});
export type CostSeries = z.infer<typeof costSeriesSchema>;

/** What a group of requests cost: the time they were served, the starts they caused and the idle time behind them. */
export const costShareSchema = z.object({
  /** null = what no request can be held for: starts by hand, idle time before the first request, storage. */
  name: z.string().nullable(),
  requests: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  busyUsd: z.number(),
  bootUsd: z.number(),
  idleUsd: z.number(),
  usd: z.number(),
  /** Of input and output tokens together; null = none were counted. */
  usdPerMillionTokens: z.number().nullable(),
  /** The same tokens at a public endpoint with the same model; null = there is none. */
  publicUsd: z.number().nullable(),
});
export type CostShare = z.infer<typeof costShareSchema>;

export const costGroupingSchema = z.enum(['deployment', 'model', 'key', 'project']);
export type CostGrouping = z.infer<typeof costGroupingSchema>;

export const costSharesSchema = z.object({
  asOf: isoSchema,
  from: isoSchema,
  simulated: z.boolean(),
  by: costGroupingSchema,
  /** The rows add up to `usd`, the dearest first. */
  rows: z.array(costShareSchema),
  usd: z.number(),
  /** Paid time of hardware, in hours: serving, starting, idle behind a request, and for nobody. */
  hours: z.object({ busy: z.number(), boot: z.number(), idle: z.number(), nobody: z.number() }),
  /** All tokens of the span at each public endpoint, the cheapest first; prices as of `pricesAsOf`. */
  publicPrices: z.array(z.object({ model: z.string(), usd: z.number() })),
  pricesAsOf: z.string(),
});
export type CostShares = z.infer<typeof costSharesSchema>;

export const ledgerEntrySchema = z.object({
  id: z.string(),
  deploymentId: z.string().nullable(),
  deploymentName: z.string().nullable(),
  resourceId: z.string(),
  kind: costKindSchema,
  startedAt: isoSchema,
  endedAt: isoSchema.nullable(),
  usdPerHour: z.number(),
  usd: z.number(),
  /** True where an end had to be inferred (a crash, a lost answer) and no bill has settled it yet. */
  estimated: z.boolean(),
  note: z.string().nullable(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

export const radarItemSchema = z.object({
  kind: itemKindSchema,
  id: z.string(),
  name: z.string(),
  status: z.string(),
  /** known = under a deployment; orphan = made by this installation, under none; other-machine; foreign. */
  ownership: ownershipSchema,
  deployment: z.string().nullable(),
  usdPerHour: z.number(),
  usdPerMonthAtRest: z.number(),
  actions: z.array(z.enum(['stop', 'terminate', 'adopt'])),
  note: z.string().nullable(),
  /** What a sweep would do to it; null = it is left alone, being in use. */
  sweep: sweepOfferSchema.nullable(),
});
export type RadarItem = z.infer<typeof radarItemSchema>;

/** Parts of the account that a key may be kept from. Without `workers` or `prices` what endpoints cost is not known whole. */
export const radarPartSchema = z.enum(['pods', 'endpoints', 'network-volumes', 'workers', 'prices']);
export type RadarPart = z.infer<typeof radarPartSchema>;

export const radarSchema = z.object({
  asOf: isoSchema,
  simulated: z.boolean(),
  items: z.array(radarItemSchema),
  /** What RunPod did not let this key see: there may be more, and it may cost more. */
  unseen: z.array(radarPartSchema),
});
export type Radar = z.infer<typeof radarSchema>;
