import { z } from 'zod';
import { errorBodySchema, isoSchema } from './common.ts';
import { backendSchema, imageSchema } from './deployment.ts';

/** What an image is started as (SPEC 6.1): on a pod, behind a queue endpoint, behind a load balancer. */
export const imageTargetSchema = z.enum(['pod', 'queue', 'load-balancer']);
export type ImageTarget = z.infer<typeof imageTargetSchema>;

/** Characters that no Dockerfile can carry in a value; everything else is quoted. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const oneLine = (most: number): z.ZodString =>
  z
    .string()
    .max(most)
    .refine((text) => !CONTROL.test(text) && text.isWellFormed(), {
      error: 'must be one line of text without control characters',
    });

/** `registry/path` or `path`, without a tag: the app makes the tag. */
export const repositorySchema = imageSchema.refine(
  (name) => !name.includes('@') && !name.slice(name.lastIndexOf('/') + 1).includes(':'),
  { error: 'must be a repository such as ghcr.io/me/llm, without a tag' },
);

/** Everything that determines an image. */
export const imageRequestSchema = z.strictObject({
  /** Hugging Face id or Ollama model name. */
  model: oneLine(400).min(1),
  /** Branch, tag or commit at Hugging Face; null = the commit that is current when the image is planned. */
  revision: oneLine(100).min(1).nullable().default(null),
  backend: backendSchema.default('vllm'),
  target: imageTargetSchema.default('pod'),
  /** null = the stock image of the backend and target. */
  base: imageSchema.nullable().default(null),
  /** `baked`: the weights are fetched into the image; `download`: by the server when it starts. */
  weights: z.enum(['download', 'baked']).default('download'),
  /** A folder of this computer whose files become the weights; null = none. */
  weightsFolder: z.string().min(1).max(4096).nullable().default(null),
  /** Name that clients may use beside the model's own. */
  servedName: oneLine(200).min(1).nullable().default(null),
  /** More arguments for the model server. */
  args: z.array(oneLine(2000)).max(64).default([]),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), oneLine(8000)).default({}),
  /** Python packages with their exact version, such as `transformers==5.2.0`. */
  packages: z
    .array(
      z
        .string()
        .max(200)
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9][A-Za-z0-9.!+_-]*$/,
          'must be pinned, such as transformers==5.2.0',
        ),
    )
    .max(32)
    .default([]),
  /** Where the image goes; null = named after the model under the registry user, or local only. */
  repository: repositorySchema.nullable().default(null),
  /** A Dockerfile edited by the user; null = the generated one. The files beside it stay. */
  dockerfile: z.string().min(1).max(200_000).nullable().default(null),
});
export type ImageRequest = z.infer<typeof imageRequestSchema>;
export type ImageWish = z.input<typeof imageRequestSchema>;

export const engineStatusSchema = z.object({
  available: z.boolean(),
  /** Where it was found, such as `unix:///var/run/docker.sock`, and by what. */
  address: z.string().nullable(),
  origin: z.string().nullable(),
  name: z.string().nullable(),
  version: z.string().nullable(),
  buildKit: z.boolean(),
  architecture: z.string().nullable(),
  /** Images for linux/amd64 are built by emulation here, several times slower. */
  emulated: z.boolean(),
  cpus: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  /** Free space where the engine keeps images; null = cannot be seen from here. */
  freeBytes: z.number().nullable(),
  problem: errorBodySchema.nullable(),
});
export type EngineStatus = z.infer<typeof engineStatusSchema>;

export const imagePlanSchema = z.object({
  reference: z.string(),
  request: imageRequestSchema,
  dockerfile: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
  labels: z.record(z.string(), z.string()),
  /** Secrets the build asks for, by name; never in a layer. */
  secrets: z.array(z.enum(['hf'])),
  /** What a deployment of this image sets: the weights' place, variables and ports. */
  launch: z.object({
    modelPath: z.string().nullable(),
    env: z.record(z.string(), z.string()),
    ports: z.array(z.string()),
  }),
  contextBytes: z.number(),
  notes: z.array(z.string()),
  exists: z.object({
    local: z.boolean(),
    /** null = the registry could not be asked. */
    remote: z.boolean().nullable(),
  }),
});
export type ImagePlan = z.infer<typeof imagePlanSchema>;

const buildStepSchema = z.object({
  /** From 1. */
  index: z.number(),
  name: z.string(),
  state: z.enum(['running', 'done', 'cached', 'failed']),
  seconds: z.number().nullable(),
});
export type BuildStep = z.infer<typeof buildStepSchema>;

const buildStateSchema = z.enum(['queued', 'checking', 'building', 'pushing', 'done', 'failed', 'cancelled']);
export type BuildState = z.infer<typeof buildStateSchema>;

export const buildViewSchema = z.object({
  id: z.string(),
  kind: z.enum(['build', 'push']),
  reference: z.string(),
  model: z.string().nullable(),
  backend: backendSchema.nullable(),
  target: imageTargetSchema.nullable(),
  state: buildStateSchema,
  startedAt: isoSchema,
  endedAt: isoSchema.nullable(),
  steps: z.array(buildStepSchema),
  totalSteps: z.number().nullable(),
  /** Bytes of the transfer under way: context to the engine, base image to this machine, layers to the registry. */
  transfer: z
    .object({
      what: z.enum(['context', 'pull', 'push']),
      doneBytes: z.number(),
      totalBytes: z.number().nullable(),
    })
    .nullable(),
  /** Where the image came from in the end; null = none yet. */
  source: z.enum(['local', 'registry', 'built']).nullable(),
  imageId: z.string().nullable(),
  digest: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  problem: errorBodySchema.nullable(),
});
export type BuildView = z.infer<typeof buildViewSchema>;

/** What followers of a build receive: its view after every change of state or step, and its output. */
export const buildEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('view'), build: buildViewSchema }),
  z.object({ type: z.literal('log'), step: z.number().nullable(), text: z.string() }),
]);
export type BuildEvent = z.infer<typeof buildEventSchema>;

export const localImageSchema = z.object({
  id: z.string(),
  references: z.array(z.string()),
  model: z.string().nullable(),
  backend: backendSchema.nullable(),
  target: imageTargetSchema.nullable(),
  base: z.string().nullable(),
  sizeBytes: z.number(),
  /** Bytes that no other image shares; null = the engine does not tell. */
  uniqueBytes: z.number().nullable(),
  createdAt: isoSchema,
  /** Containers and deployments that use it. */
  usedBy: z.array(z.string()),
});
export type LocalImage = z.infer<typeof localImageSchema>;

export const pruneSchema = z.object({
  images: z.array(localImageSchema),
  /** At least this much: layers that only the listed images share come on top. */
  bytes: z.number(),
});
export type Prune = z.infer<typeof pruneSchema>;

export const smokeSchema = z.object({
  ok: z.boolean(),
  exitCode: z.number().nullable(),
  lines: z.array(z.string()),
});
export type SmokeResult = z.infer<typeof smokeSchema>;
