import { z } from 'zod';
import { deploymentSpecSchema } from '../../shared/model.ts';

/**
 * The whole configuration (SPEC 1). Parsed once from defaults < file < environment < command line, frozen; rooms get the
 * parts they need, never the whole. This is the internal form; the file's form (seed style) is mapped onto it.
 */
const urlTemplate = (...placeholders: string[]): z.ZodType<string> =>
  z.string().refine((value) => placeholders.every((name) => value.includes(`{${name}}`)), {
    error: `must contain ${placeholders.map((name) => `{${name}}`).join(' and ')}`,
  });

export const appConfigSchema = z.strictObject({
  dataDir: z.string().min(1),
  cacheDir: z.string().min(1),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** auto = RunPod when a key is known, else the sandbox. */
  cloud: z.enum(['auto', 'runpod', 'sandbox']).default('auto'),
  runpod: z
    .strictObject({
      apiUrl: z.url().default('https://api.runpod.io/v2'),
      invokeUrl: z.url().default('https://api.runpod.ai/v2'),
      graphqlUrl: z.url().default('https://api.runpod.io/graphql'),
      graphqlEnabled: z.boolean().default(true),
      podUrlTemplate: urlTemplate('podId', 'port').default('https://{podId}-{port}.proxy.runpod.net'),
      lbUrlTemplate: urlTemplate('endpointId').default('https://{endpointId}.api.runpod.ai'),
      /** One list call a tick. */
      pollSeconds: z.number().min(0.05).max(600).default(5),
      idlePollSeconds: z.number().min(0.05).max(3600).default(30),
    })
    .prefault({}),
  huggingface: z.strictObject({ endpoint: z.url().default('https://huggingface.co') }).prefault({}),
  proxy: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(27_182),
      defaultModel: z.string().nullable().default(null),
      requireKey: z.boolean().default(true),
      allowedOrigins: z.array(z.string()).default([]),
      maxBodyMb: z.number().positive().max(512).default(64),
      wakeTimeoutSeconds: z.number().positive().max(7200).default(900),
    })
    .prefault({}),
  control: z.strictObject({ port: z.int().min(0).max(65_535).default(27_183) }).prefault({}),
  sandbox: z
    .strictObject({
      /** How many times faster than life boots run. */
      speed: z.number().positive().max(10_000).default(10),
      tokensPerSecond: z.number().positive().max(100_000).default(60),
      balanceUsd: z.number().default(25),
      seed: z.int().default(1),
    })
    .prefault({}),
  deployments: z.array(deploymentSpecSchema).max(200).default([]),
});
export type AppConfig = z.infer<typeof appConfigSchema>;
