import { z } from 'zod';
import { isoSchema } from './common.ts';

/** One request through the proxy, however it ended (SPEC 4.14). Never a prompt, never an answer. */
export const requestRecordSchema = z.object({
  id: z.string(),
  /** When it ended. */
  at: isoSchema,
  route: z.string(),
  model: z.string(),
  deployment: z.string().nullable(),
  /** Name of the local key it came with; null = none was asked for. */
  client: z.string().nullable(),
  status: z.number(),
  outcome: z.enum(['ok', 'error', 'aborted']),
  errorCode: z.string().nullable(),
  cache: z.enum(['hit', 'miss', 'coalesced', 'bypass']),
  /** It had to wait for hardware to start. */
  woke: z.boolean(),
  queueMs: z.number(),
  firstTokenMs: z.number().nullable(),
  totalMs: z.number(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  cachedTokens: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  /** Its share of the hardware's price; null = unknown. */
  usd: z.number().nullable(),
});
export type RequestRecord = z.infer<typeof requestRecordSchema>;

/** Traffic of the last minutes, for the dashboard. Times are medians and 95th percentiles of finished requests. */
export const trafficSchema = z.object({
  asOf: isoSchema,
  windowMinutes: z.number(),
  inFlight: z.number(),
  requests: z.number(),
  errors: z.number(),
  cacheHits: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  firstTokenMsP50: z.number().nullable(),
  firstTokenMsP95: z.number().nullable(),
  tokensPerSecondP50: z.number().nullable(),
  /** One point a minute, oldest first, gaps as zeros. */
  perMinute: z.array(z.object({ at: isoSchema, requests: z.number(), errors: z.number() })),
});
export type Traffic = z.infer<typeof trafficSchema>;

export const chatMessageSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string().max(2_000_000),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** A chat through the proxy's own pipeline under a key of its own; the renderer never holds a key for it. */
export const chatRequestSchema = z.strictObject({
  model: z.string().min(1),
  messages: z.array(chatMessageSchema).min(1).max(1000),
  params: z
    .strictObject({
      temperature: z.number().min(0).max(2).optional(),
      topP: z.number().gt(0).max(1).optional(),
      maxTokens: z.int().min(1).max(1_000_000).optional(),
      seed: z.int().optional(),
      stop: z.array(z.string().min(1)).max(4).optional(),
    })
    .prefault({}),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;

export const chatItemSchema = z.discriminatedUnion('type', [
  /** Sent while hardware starts; `detail` is for people, such as "Loading weights". */
  z.object({ type: z.literal('waiting'), detail: z.string() }),
  z.object({ type: z.literal('delta'), text: z.string(), reasoning: z.string() }),
  /** The last item of a complete answer; a failed one ends by throwing. */
  z.object({
    type: z.literal('done'),
    finishReason: z.string().nullable(),
    request: requestRecordSchema,
  }),
]);
export type ChatItem = z.infer<typeof chatItemSchema>;

/** A model that can be asked for. */
export const modelHitSchema = z.object({
  id: z.string(),
  /** curated = the app's own list; recent = used here before; else where it was found. */
  source: z.enum(['curated', 'recent', 'huggingface', 'ollama']),
  backend: z.enum(['vllm', 'ollama']),
  /** In billions; null = unknown. */
  parametersB: z.number().nullable(),
  contextTokens: z.number().nullable(),
  downloads: z.number().nullable(),
  gated: z.boolean(),
  /** What it is good for, in a few words. */
  note: z.string().nullable(),
});
export type ModelHit = z.infer<typeof modelHitSchema>;
