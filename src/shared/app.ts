import { z } from 'zod';
import { errorBodySchema, isoSchema } from './common.ts';

export const secretNameSchema = z.enum(['runpod', 'proxy', 'hf', 'docker-username', 'docker-token']);
export type SecretName = z.infer<typeof secretNameSchema>;

export const secretStatusSchema = z.object({
  name: secretNameSchema,
  present: z.boolean(),
  /** Last four characters. */
  hint: z.string().nullable(),
  source: z.enum(['keychain', 'environment', 'memory', 'generated', 'none']),
});
export type SecretStatus = z.infer<typeof secretStatusSchema>;

export const keyCheckSchema = z.object({
  ok: z.boolean(),
  rights: z.array(
    z.object({
      area: z.string(),
      allowed: z.enum(['yes', 'no', 'read-only', 'unknown']),
      detail: z.string(),
    }),
  ),
  balanceUsd: z.number().nullable(),
  problem: errorBodySchema.nullable(),
});
export type KeyCheck = z.infer<typeof keyCheckSchema>;

export const logLineSchema = z.object({
  at: isoSchema,
  source: z.enum(['system', 'container', 'app']),
  level: z.enum(['debug', 'info', 'warn', 'error']).nullable(),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;

export const configValueSchema = z.object({
  path: z.string(),
  value: z.unknown(),
  /** What it is where nobody says otherwise; absent where there is no such value. */
  default: z.unknown().optional(),
  /** default, file (with path), environment variable or flag. */
  source: z.string(),
});

export const checkSchema = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warn', 'fail', 'skip']),
  detail: z.string(),
  advice: z.string().nullable(),
});

export const appStatusSchema = z.object({
  version: z.string(),
  cloud: z.enum(['sandbox', 'runpod']),
  simulated: z.boolean(),
  startedAt: isoSchema,
  dataDir: z.string(),
  proxy: z.object({ url: z.string(), keyHint: z.string(), listening: z.boolean() }),
  control: z.object({ url: z.string() }),
  keychain: z.object({ available: z.boolean(), reason: z.string().nullable() }),
  runpod: z.object({ reachable: z.boolean(), keyPresent: z.boolean(), problem: errorBodySchema.nullable() }),
  configProblem: z.string().nullable(),
  /** What the app writes will not be there at its next start: nothing new may cost money; null = all is well. */
  storageProblem: errorBodySchema.nullable(),
  /** The endpoint can be reached from other machines, and what that means; null = from this one only. */
  exposure: z.string().nullable(),
  deployments: z.number(),
});
export type AppStatus = z.infer<typeof appStatusSchema>;

/** A key of the local endpoint made for one client; its secret is shown once, when it is made. */
export const clientKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Last four characters. */
  hint: z.string(),
  createdAt: isoSchema,
  expiresAt: isoSchema.nullable(),
  /** Whether its requests may start hardware that costs money. */
  mayWake: z.boolean(),
  /** null = all. */
  models: z.array(z.string()).nullable(),
  limits: z.object({
    requestsPerMinute: z.number().nullable(),
    tokensPerMinute: z.number().nullable(),
    concurrent: z.number().nullable(),
  }),
  /** What its requests may cost; null = no limit. Days and months are the computer's. */
  budget: z.object({ usdPerDay: z.number().nullable(), usdPerMonth: z.number().nullable() }),
  /** What they have cost, starts and idle time for their sake included, as on the cost page. */
  spent: z.object({ todayUsd: z.number(), monthUsd: z.number() }),
});
export type ClientKeyView = z.infer<typeof clientKeySchema>;

const keyLimit = z.int().positive().max(100_000_000).nullable();
const keyUsd = z.number().positive().max(1_000_000).nullable();
const keyModels = z.array(z.string().min(1).max(200)).min(1).max(200).nullable();

export const clientKeyWishSchema = z.strictObject({
  name: z.string().trim().min(1).max(60),
  mayWake: z.boolean().default(true),
  models: keyModels.default(null),
  limits: z
    .strictObject({
      requestsPerMinute: keyLimit.default(null),
      tokensPerMinute: keyLimit.default(null),
      concurrent: keyLimit.default(null),
    })
    .prefault({}),
  budget: z.strictObject({ usdPerDay: keyUsd.default(null), usdPerMonth: keyUsd.default(null) }).prefault({}),
  /** null = until it is revoked. */
  expiresInDays: z.number().positive().max(3650).nullable().default(null),
});

/** What is left out stays as it is. */
export const clientKeyChangeSchema = z.strictObject({
  /** Its name or id. */
  key: z.string().min(1),
  mayWake: z.boolean().optional(),
  models: keyModels.optional(),
  limits: z
    .strictObject({
      requestsPerMinute: keyLimit.optional(),
      tokensPerMinute: keyLimit.optional(),
      concurrent: keyLimit.optional(),
    })
    .prefault({}),
  budget: z.strictObject({ usdPerDay: keyUsd.optional(), usdPerMonth: keyUsd.optional() }).prefault({}),
});
