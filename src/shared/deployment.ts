import { z } from 'zod';
import { errorBodySchema, isoSchema } from './common.ts';
import { scheduleSchema } from './schedule.ts';

export const backendSchema = z.enum(['vllm', 'ollama']);
export type Backend = z.infer<typeof backendSchema>;

export const modeSchema = z.enum(['pod', 'serverless', 'auto']);

export const cloudSchema = z.enum(['SECURE', 'COMMUNITY', 'ANY']);

/** Lower-case so that it can stand in URLs, pod names and `model` fields alike. */
export const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?$/,
    'must be 1-40 lower-case letters, digits, ".", "_" or "-", beginning and ending with a letter or digit',
  );

export const computeSchema = z.strictObject({
  /** Acceptable GPU type ids in order of preference; empty = the cheapest that fits. */
  gpuTypeIds: z.array(z.string().min(1)).max(30).default([]),
  /** null = as few as fit. */
  gpuCount: z.int().min(1).max(8).nullable().default(null),
  cloud: cloudSchema.default('SECURE'),
  /** RunPod enforces this list; empty = anywhere. */
  dataCenterIds: z.array(z.string().min(1)).max(30).default([]),
  /** A pod dearer than this is never rented. */
  maxUsdPerHour: z.number().positive().max(1000).nullable().default(null),
});

export const idlePolicySchema = z.strictObject({
  policy: z.enum(['fixed', 'computed', 'off']).default('fixed'),
  minutes: z.int().min(1).max(1440).default(15),
});
export type IdlePolicy = z.infer<typeof idlePolicySchema>;

export const watchdogSpecSchema = z.strictObject({
  enabled: z.boolean().default(true),
  /** Added to the idle minutes before the pod stops itself. */
  graceMinutes: z.int().min(1).max(720).default(15),
  /** Absolute deadline after the pod's creation, idle or not. */
  maxHours: z
    .number()
    .positive()
    .max(24 * 30)
    .default(12),
});

export const serverlessSpecSchema = z
  .strictObject({
    type: z.enum(['QUEUE', 'LOAD_BALANCER']).default('QUEUE'),
    minWorkers: z.int().min(0).max(100).default(0),
    maxWorkers: z.int().min(1).max(100).default(2),
    idleTimeoutSeconds: z.int().min(1).max(3600).default(60),
    flashboot: z.enum(['OFF', 'FLASHBOOT', 'PRIORITY_FLASHBOOT']).default('FLASHBOOT'),
    /** QUEUE: one more worker when a request has waited this long; null = the app's choice. */
    queueDelaySeconds: z.number().min(0.5).max(3600).nullable().default(null),
    /** One worker for so many requests at once; null = the app's choice. */
    requestsPerWorker: z.int().min(1).max(10_000).nullable().default(null),
    /** Longest time for one request. */
    timeoutSeconds: z.int().min(5).max(604_800).default(600),
  })
  .refine((spec) => spec.minWorkers <= spec.maxWorkers, {
    path: ['minWorkers'],
    error: 'must not be greater than maxWorkers',
  })
  .refine((spec) => spec.queueDelaySeconds === null || spec.requestsPerWorker === null, {
    path: ['queueDelaySeconds'],
    error: 'cannot stand beside requestsPerWorker: an endpoint scales by one of the two',
  })
  .refine((spec) => spec.type === 'QUEUE' || spec.queueDelaySeconds === null, {
    path: ['queueDelaySeconds'],
    error: 'is for QUEUE endpoints; LOAD_BALANCER endpoints scale by requestsPerWorker',
  });
export type ServerlessSpec = z.infer<typeof serverlessSpecSchema>;

/** Docker image references: registry/path:tag or @digest, as Docker's grammar allows. */
export const imageSchema = z
  .string()
  .max(400)
  .regex(
    /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
    'must be an image reference such as vllm/vllm-openai:v0.27.1',
  );

/** What the user wants. Pods and endpoints come and go under it. */
export const deploymentSpecSchema = z.strictObject({
  name: nameSchema,
  /** Hugging Face id (vLLM), Ollama model name, or a path inside a custom image. */
  model: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, 'must be a model id such as Qwen/Qwen3-8B or llama3.2:3b'),
  /** Where the weights lie inside the container (a custom image or a volume brings them); null = fetched by id. */
  modelPath: z.string().startsWith('/').max(400).nullable().default(null),
  revision: z.string().min(1).max(100).nullable().default(null),
  backend: backendSchema.default('vllm'),
  mode: modeSchema.default('pod'),
  compute: computeSchema.prefault({}),
  /** Longest prompt + answer; coding agents begin at 10-20 thousand tokens. */
  contextTokens: z.int().min(256).max(2_000_000).default(32_768),
  /** Requests of that length served at once. */
  concurrency: z.int().min(1).max(256).default(4),
  kvCacheDtype: z.enum(['auto', 'fp8']).default('auto'),
  /** Custom image; null = the app's recipe for the backend's stock image. */
  image: imageSchema.nullable().default(null),
  templateId: z.string().min(1).nullable().default(null),
  /**
   * An image of its own, made by the app where `image` and `templateId` name none: `auto` = where no stock image does, or
   * where one fails for a reason that an own image cures; `always`; `never`.
   */
  ownImage: z.enum(['auto', 'always', 'never']).default('auto'),
  extraArgs: z.array(z.string().max(2000)).max(64).default([]),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(8000)).default({}),
  /** null = computed from the weights. */
  containerDiskGb: z.int().min(1).max(4096).nullable().default(null),
  volume: z
    .strictObject({
      networkVolumeId: z.string().min(1),
      path: z.string().startsWith('/').default('/workspace'),
    })
    .nullable()
    .default(null),
  serverless: serverlessSpecSchema.prefault({}),
  /** More names that clients may put into `model`. */
  aliases: z.array(z.string().min(1).max(120)).max(20).default([]),
  idle: idlePolicySchema.prefault({}),
  /** What stopping does: terminate the pod (nothing bills; next start rents any host) or keep it with its disk. */
  onStop: z.enum(['terminate', 'keep']).default('terminate'),
  watchdog: watchdogSpecSchema.prefault({}),
  /** Most a single boot may cost before it is given up, and most per day. */
  budget: z
    .strictObject({
      usdPerBoot: z.number().positive().max(1000).default(2),
      usdPerDay: z.number().positive().max(100_000).nullable().default(null),
    })
    .prefault({}),
  /** A request for the sleeping deployment starts it. */
  wakeOnRequest: z.boolean().default(true),
  /** Started together with the app. */
  autostart: z.boolean().default(false),
  /** Working hours, starts ahead of need, and what a sleeping computer means. */
  schedule: scheduleSchema.prefault({}),
});
export type DeploymentSpec = z.infer<typeof deploymentSpecSchema>;
export type DeploymentWish = z.input<typeof deploymentSpecSchema>;

/** Phases of a boot in order; each is shown with its elapsed and usual time. */
export const phaseNameSchema = z.enum(['building', 'placing', 'pulling', 'loading', 'warming', 'ready']);
export type PhaseName = z.infer<typeof phaseNameSchema>;

export const deploymentStateSchema = z.enum([
  'stopped',
  /** An image of its own is made and sent to its registry; nothing is rented meanwhile. */
  'building',
  'placing',
  'pulling',
  'loading',
  'warming',
  'ready',
  /** Serverless: no worker runs, nothing bills, and the next request is served after a start of a worker. */
  'sleeping',
  'stopping',
  'terminating',
  'failed',
]);
export type DeploymentState = z.infer<typeof deploymentStateSchema>;

export const phaseSchema = z.object({
  phase: phaseNameSchema,
  startedAt: isoSchema,
  endedAt: isoSchema.nullable(),
  /** Median of earlier boots with this GPU and model; null = not known yet. */
  usualSeconds: z.number().nullable(),
  /** Live detail such as "layer 7 of 12"; null = none. */
  detail: z.string().nullable(),
});
export type Phase = z.infer<typeof phaseSchema>;

export const podViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  gpuTypeId: z.string().nullable(),
  gpuCount: z.number(),
  cloud: z.string(),
  dataCenterId: z.string().nullable(),
  image: z.string(),
  usdPerHour: z.number(),
  createdAt: isoSchema,
  startedAt: isoSchema.nullable(),
  uptimeSeconds: z.number().nullable(),
  gpuUtilPercent: z.number().nullable(),
  locked: z.boolean(),
});
export type PodView = z.infer<typeof podViewSchema>;

export const endpointViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(['QUEUE', 'LOAD_BALANCER']),
  /** Acceptable GPU types, in RunPod's order of preference. */
  gpuTypeIds: z.array(z.string()),
  gpuCount: z.number(),
  image: z.string(),
  /** Price of one worker by the hour it is up: at the GPU that is tried first, and at the dearest. */
  workerUsdPerHour: z.object({ first: z.number(), most: z.number() }),
  workers: z.object({
    min: z.number(),
    max: z.number(),
    running: z.number(),
    initializing: z.number(),
    throttled: z.number(),
    unhealthy: z.number(),
  }),
  jobs: z.object({ waiting: z.number(), inProgress: z.number() }),
  /** What the counters mean, in words; null = not looked at yet. */
  why: z.string().nullable(),
  /** When the counters were read; null = not yet. */
  asOf: isoSchema.nullable(),
  /** A worker without work ends after so long; null = RunPod decides. */
  idleTimeoutSeconds: z.number().nullable(),
  createdAt: isoSchema,
});
export type EndpointView = z.infer<typeof endpointViewSchema>;

export const watchdogViewSchema = z.object({
  state: z.enum(['none', 'pending', 'armed', 'unprotected']),
  /** Why it is unprotected, or how it is armed. */
  reason: z.string().nullable(),
  deadlineAt: isoSchema.nullable(),
});
export type WatchdogView = z.infer<typeof watchdogViewSchema>;

export const unattendedSchema = z.object({
  /** The most this can cost if this computer dies now; null = no bound (unprotected pod). */
  usd: z.number().nullable(),
  until: isoSchema.nullable(),
  /** What the number leaves out, in words. */
  excludes: z.array(z.string()),
});
export type Unattended = z.infer<typeof unattendedSchema>;

export const deploymentActionSchema = z.enum(['start', 'stop', 'restart', 'terminate', 'edit']);
export type DeploymentAction = z.infer<typeof deploymentActionSchema>;

export const deploymentViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  spec: deploymentSpecSchema,
  desired: z.enum(['running', 'stopped', 'terminated']),
  state: deploymentStateSchema,
  since: isoSchema,
  phases: z.array(phaseSchema),
  pod: podViewSchema.nullable(),
  /** The image of its own and why it has one; its reference is null until it is made. Absent or null = it has none. */
  ownImage: z.object({ reference: z.string().nullable(), reason: z.string() }).nullable().optional(),
  /** The serverless endpoint; absent or null = there is none. */
  endpoint: endpointViewSchema.nullable().optional(),
  /** Mode `auto`: what it runs on, since when, and the numbers behind it; absent or null = the mode is the user's. */
  auto: z
    .object({
      mode: z.enum(['pod', 'serverless']),
      since: isoSchema,
      /** null = not compared yet. */
      why: z.string().nullable(),
      weighedAt: isoSchema.nullable(),
    })
    .nullable()
    .optional(),
  /** Names that clients can put into `model`. */
  models: z.array(z.string()),
  /** True while RunPod has not confirmed that money stopped. */
  stillBilling: z.boolean(),
  watchdog: watchdogViewSchema,
  unattended: unattendedSchema,
  cost: z.object({
    nowUsdPerHour: z.number(),
    restUsdPerMonth: z.number(),
    todayUsd: z.number(),
    totalUsd: z.number(),
  }),
  actions: z.array(deploymentActionSchema),
  problem: errorBodySchema.nullable(),
  inFlight: z.number(),
  lastRequestAt: isoSchema.nullable(),
  idleStopsAt: isoSchema.nullable(),
  /** How computed idleness came to its minutes; absent or null = it is not computed (yet). */
  idleReason: z.string().nullable().optional(),
  createdAt: isoSchema,
});
export type DeploymentView = z.infer<typeof deploymentViewSchema>;

/** What an edit does to a pod there is, told before it is made (SPEC 3.8). */
export const editEffectsSchema = z.object({
  /** The pod has to be made anew: `now` while it runs, at the `next-start` when it is stopped, `never` = it stays. */
  newPod: z.enum(['never', 'now', 'next-start']),
  /** Fields of the spec that make it so. */
  because: z.array(z.string()),
  /** What is lost by it, in words. */
  wipes: z.array(z.string()),
  costs: z.object({
    /** What coming up again usually costs at the pod's rate; null = not known, 0 = it does not have to. */
    bootUsd: z.number().nullable(),
  }),
});
export type EditEffects = z.infer<typeof editEffectsSchema>;

export const historyEntrySchema = z.object({
  at: isoSchema,
  /** Stable kind such as `pod-created`; `text` is for people. */
  kind: z.string(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
