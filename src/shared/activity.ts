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
  /** A try before the answer was cut and may have been worked on for nobody; RunPod may bill it too. Absent = no. */
  maybePaidTwice: z.boolean().optional(),
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

/** A model server behind the proxy, as the proxy finds it. */
export const targetSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Every value of `model` that leads to it. */
  models: z.array(z.string()),
  state: z.enum(['ready', 'waking', 'sleeping', 'failed']),
  inFlight: z.number(),
  /** Moving average; null = no stream measured yet. */
  firstTokenMs: z.number().nullable(),
  /** open = it failed too often and is asked nothing for a while; half-open = one request finds out. */
  breaker: z.enum(['closed', 'open', 'half-open']),
});
export type TargetView = z.infer<typeof targetSchema>;

const chatText = z.string().max(2_000_000);

/** A function the model wants called; `arguments` is JSON as the model wrote it, which may be broken. */
const toolCallSchema = z.strictObject({
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  arguments: z.string().max(1_000_000),
});

/** A picture as a data URL; what is larger is made smaller before. */
const chatImageSchema = z
  .string()
  .max(4_000_000)
  .regex(
    /^data:image\/(?:png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+={0,2}$/,
    'must be a PNG, JPEG, WebP or GIF',
  );

const chatMessageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: chatText }),
  z.strictObject({
    role: z.literal('user'),
    content: chatText,
    images: z.array(chatImageSchema).min(1).max(8).optional(),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: chatText,
    toolCalls: z.array(toolCallSchema).min(1).max(128).optional(),
  }),
  /** What a called function answered. */
  z.strictObject({ role: z.literal('tool'), toolCallId: z.string().min(1).max(200), content: chatText }),
]);
export type ChatMessage = z.infer<typeof chatMessageSchema>;

const jsonSchema = z.record(z.string(), z.unknown());

/** A function the model may call, in OpenAI's form, so that it can be pasted from anywhere. */
export const chatToolSchema = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -'),
    description: z.string().max(10_000).optional(),
    parameters: jsonSchema.optional(),
    strict: z.boolean().optional(),
  }),
});
export type ChatTool = z.infer<typeof chatToolSchema>;

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
  tools: z.array(chatToolSchema).max(128).optional(),
  /** Whether a tool is called; a name forces that one. Counts only with tools. */
  toolChoice: z
    .union([z.enum(['auto', 'none', 'required']), z.strictObject({ name: z.string().min(1).max(64) })])
    .optional(),
  responseFormat: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('json_object') }),
      z.strictObject({
        type: z.literal('json_schema'),
        name: z.string().regex(/^[\w-]{1,64}$/),
        schema: jsonSchema,
      }),
    ])
    .optional(),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;

export const chatItemSchema = z.discriminatedUnion('type', [
  /** Sent while hardware starts; `detail` is for people, such as "Loading weights". */
  z.object({ type: z.literal('waiting'), detail: z.string() }),
  z.object({ type: z.literal('delta'), text: z.string(), reasoning: z.string() }),
  /** A part of a tool call; `id` and `name` come once, `arguments` piece by piece. */
  z.object({
    type: z.literal('call'),
    index: z.int().min(0),
    id: z.string().nullable(),
    name: z.string().nullable(),
    arguments: z.string(),
  }),
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
