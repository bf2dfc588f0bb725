import { z } from 'zod';
import { errorBodySchema } from './common.ts';

/**
 * A server the user adds (SPEC 4.4): one with an OpenAI-style base of its own, or one of RunPod's public endpoints, which
 * is known by its name alone. Rules across the fields are in main/settings/target-rules.
 */
export const userTargetSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/)
    .nullable()
    .default(null)
    .describe('What it is called; null = the name of the public endpoint.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('OpenAI-style base, such as http://127.0.0.1:11434/v1; plain http only on loopback.'),
  publicEndpoint: z
    .string()
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe(
      'One of the models RunPod hosts, by the name that `models --public` tells; paid for by the token.',
    ),
  models: z
    .array(z.string().min(1).max(200))
    .max(200)
    .default([])
    .describe('Values of `model` that lead here; those of a public endpoint lead there by themselves.'),
  servedModel: z
    .string()
    .min(1)
    .max(200)
    .nullable()
    .default(null)
    .describe('The name the server knows the model by; null = the name asked for.'),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .nullable()
    .default(null)
    .describe('Environment variable that holds its key.'),
  contextTokens: z
    .int()
    .min(256)
    .max(10_000_000)
    .nullable()
    .default(null)
    .describe('Longest prompt and answer together; null = 32768, or what the public endpoint has.'),
});
export type UserTargetConfig = z.infer<typeof userTargetSchema>;

/** Empty where the configuration is not checked yet. */
export function nameOfTarget({ name, publicEndpoint }: UserTargetConfig): string {
  return name ?? publicEndpoint ?? '';
}

/** Model → models that answer in its place. */
export const fallbacksSchema = z
  .record(z.string(), z.array(z.string()).max(10))
  .default({})
  .describe('Model → models that answer in its place, in order, when it fails before its first byte.');

export const bridgeSchema = z.strictObject({
  model: z
    .string()
    .nullable()
    .default(null)
    .describe('Answers while a sleeping deployment wakes; null = requests wait.'),
  requestsPerDay: z.int().min(1).max(1_000_000).default(100),
});

/** A server that was added in the running app. */
export const addedTargetSchema = userTargetSchema.extend({
  /** Where its key lies in the keychain; a new key gets a new one. null = it has none there. */
  keyId: z.string().min(1).max(100).nullable().default(null),
});
export type AddedTarget = z.infer<typeof addedTargetSchema>;

/** Where requests go besides the deployments, as set in the running app; it stands beside what the file says. */
export const userRoutingSchema = z.strictObject({
  targets: z.array(addedTargetSchema).max(100).default([]),
  fallbacks: fallbacksSchema,
  /** null = as the configuration file has it. */
  bridge: bridgeSchema.nullable().default(null),
});
export type UserRouting = z.infer<typeof userRoutingSchema>;

const sourceSchema = z.enum(['file', 'app']);

export const targetSettingSchema = z.object({
  target: userTargetSchema,
  /** file = it stands in the configuration file and is changed there. */
  source: sourceSchema,
  /** Where its key comes from; account = the RunPod key. */
  keyFrom: z.enum(['none', 'environment', 'keychain', 'memory', 'account']),
  /** Of a public endpoint; null = the app knows no price. */
  price: z.object({ usdPerMillionInput: z.number(), usdPerMillionOutput: z.number() }).nullable(),
  /** Why it is not used; null = it is. */
  problem: z.string().nullable(),
});
export type TargetSetting = z.infer<typeof targetSettingSchema>;

export const routingSchema = z.object({
  targets: z.array(targetSettingSchema),
  fallbacks: z.array(z.object({ model: z.string(), standIns: z.array(z.string()), source: sourceSchema })),
  bridge: z.object({ model: z.string().nullable(), requestsPerDay: z.number(), source: sourceSchema }),
  simulated: z.boolean(),
});
export type Routing = z.infer<typeof routingSchema>;

export const targetWishSchema = z.strictObject({
  target: userTargetSchema,
  /** Name of the one it takes the place of; null = it is new. */
  before: z.string().nullable().default(null),
  /** A key for it, kept in the keychain; absent = the one it has, as long as it goes to the same server. */
  apiKey: z.string().trim().min(1).max(10_000).optional(),
});
export type TargetWish = z.infer<typeof targetWishSchema>;

export const targetTestSchema = z.object({
  /** It answered, and took the key. */
  ok: z.boolean(),
  /** What it says it serves; empty = it does not tell. */
  models: z.array(z.string()),
  ms: z.number(),
  problem: errorBodySchema.nullable(),
});
export type TargetTest = z.infer<typeof targetTestSchema>;

export const routeWishSchema = z.strictObject({
  fallbacks: fallbacksSchema,
  bridge: bridgeSchema.nullable().default(null),
});
