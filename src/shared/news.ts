import { z } from 'zod';
import { itemKindSchema } from './sweep.ts';

const resource = z.enum(['pod', 'endpoint']);

/** What a notification is about, as data: words in another language than English are made of it where they are shown. */
export const newsFactsSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('ready'), seconds: z.number() }),
  /** `code` of the error; what it costs until its end is confirmed. */
  z.object({ what: z.literal('failed'), code: z.string(), usdPerHour: z.number() }),
  /** null = nothing has asked it for a while. */
  z.object({ what: z.literal('stops-soon'), inSeconds: z.number(), why: z.string().nullable() }),
  /** What it cost since it was started; null = not known. */
  z.object({
    what: z.literal('stopped'),
    why: z.string(),
    usd: z.number().nullable(),
    /** What it would go on costing by the hour; absent = not known. */
    savesUsdPerHour: z.number().optional(),
  }),
  /** `name` where it is under no deployment. */
  z.object({
    what: z.literal('still-billing'),
    resource: itemKindSchema,
    id: z.string(),
    name: z.string().optional(),
  }),
  z.object({
    what: z.literal('budget'),
    of: z.enum(['day', 'month', 'deployment']),
    spentUsd: z.number(),
    limitUsd: z.number(),
    isReached: z.boolean(),
  }),
  /** It runs so already, or will. */
  z.object({ what: z.literal('unprotected'), isRunning: z.boolean() }),
  z.object({ what: z.literal('orphan'), resource, id: z.string(), usdPerHour: z.number().nullable() }),
  z.object({
    what: z.literal('swept'),
    done: z.number(),
    left: z.number(),
    savesUsdPerMonth: z.number(),
  }),
]);
export type NewsFacts = z.infer<typeof newsFactsSchema>;

/** What people are told, in English; `facts` say the same as data. */
export const newsSchema = z.object({
  id: z.string(),
  at: z.iso.datetime({ offset: true }),
  kind: z.enum([
    'ready',
    'failed',
    'idle-soon',
    'stopped',
    'still-billing',
    'orphan',
    'budget',
    'unprotected',
    'swept',
  ]),
  title: z.string(),
  body: z.string(),
  facts: newsFactsSchema.optional(),
  deployment: z.string().nullable(),
});
export type News = z.infer<typeof newsSchema>;

/** How news is worded where it is shown. */
export interface NewsText {
  readonly title: string;
  readonly body: string;
}
