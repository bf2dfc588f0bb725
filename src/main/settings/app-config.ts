import { z } from 'zod';
import { repositorySchema } from '../../shared/images.ts';
import { deploymentSpecSchema } from '../../shared/model.ts';
import { proxyConfigSchema } from './proxy-config.ts';

/**
 * The whole configuration (SPEC 1). Parsed once from defaults < file < environment < command line, frozen; rooms get the
 * parts they need, never the whole. This is the internal form. The file's form (seed style, snake_case) is derived from
 * it, so a value added here can be set in the file, is described in the published JSON Schema and shown by `config show`.
 */
const urlTemplate = (...placeholders: string[]): z.ZodType<string> =>
  z.string().refine((value) => placeholders.every((name) => value.includes(`{${name}}`)), {
    error: `must contain ${placeholders.map((name) => `{${name}}`).join(' and ')}`,
  });

const timeZone = z.string().refine(isTimeZone, { error: 'must be a time zone such as Europe/Paris or UTC' });

const port = z.int().min(0).max(65_535);

export const appConfigSchema = z.strictObject({
  dataDir: z.string().min(1).describe('Folder of deployments, ledger and logs.'),
  cacheDir: z.string().min(1).describe('Folder of the response cache.'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least level that is logged.'),
  cloud: z
    .enum(['auto', 'runpod', 'sandbox'])
    .default('auto')
    .describe('auto = RunPod when a key is known, else the sandbox.'),
  timeZone: timeZone
    .nullable()
    .default(null)
    .describe('Where days and months begin, for costs and budgets; null = as the computer is set.'),
  runpod: z
    .strictObject({
      apiUrl: z.url().default('https://api.runpod.io/v2'),
      invokeUrl: z.url().default('https://api.runpod.ai/v2'),
      graphqlUrl: z.url().default('https://api.runpod.io/graphql'),
      graphqlEnabled: z.boolean().default(true).describe('Reads balance and current spend.'),
      podUrlTemplate: urlTemplate('podId', 'port').default('https://{podId}-{port}.proxy.runpod.net'),
      lbUrlTemplate: urlTemplate('endpointId').default('https://{endpointId}.api.runpod.ai'),
      pollSeconds: z
        .number()
        .min(0.05)
        .max(600)
        .default(5)
        .describe('Between two list calls; one call a tick.'),
      idlePollSeconds: z.number().min(0.05).max(3600).default(30).describe('The same while nothing runs.'),
    })
    .prefault({}),
  huggingface: z.strictObject({ endpoint: z.url().default('https://huggingface.co') }).prefault({}),
  docker: z
    .strictObject({
      host: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('Engine for image builds, such as unix:///var/run/docker.sock; null = the usual place.'),
    })
    .prefault({}),
  images: z
    .strictObject({
      repository: repositorySchema
        .nullable()
        .default(null)
        .describe(
          'Where images made here are sent unless another place is named, such as ghcr.io/me/llm; null = named after the model, below the registry account.',
        ),
      packageIndex: z
        .url()
        .default('https://pypi.org')
        .describe('Asked for the newest version of Python packages that an image needs.'),
      network: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('Network of the commands of a build, such as host; null = the engine’s own.'),
    })
    .prefault({}),
  proxy: proxyConfigSchema.prefault({}),
  control: z
    .strictObject({ port: port.default(27_183).describe('Port of the command line and browser UI.') })
    .prefault({}),
  sandbox: z
    .strictObject({
      speed: z
        .number()
        .positive()
        .max(10_000)
        .default(10)
        .describe('How many times faster than life boots run.'),
      tokensPerSecond: z.number().positive().max(100_000).default(60),
      balanceUsd: z.number().default(25),
      seed: z.int().default(1),
    })
    .prefault({}),
  logs: z
    .strictObject({
      maxFileMb: z.number().min(0.1).max(1024).default(10).describe('Size at which a new log file is begun.'),
      keepFiles: z.int().min(1).max(50).default(5).describe('Log files kept, the current one included.'),
    })
    .prefault({}),
  deployments: z.array(deploymentSpecSchema).max(200).default([]),
});
export type AppConfig = z.infer<typeof appConfigSchema>;

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
