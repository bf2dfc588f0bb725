import { z } from 'zod';
import { errorBodySchema } from '../../shared/common.ts';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import type { CreateEndpointRequest } from '../runpod/api.ts';
import {
  backendSchema,
  deploymentSpecSchema,
  deploymentStateSchema,
  phaseNameSchema,
} from '../../shared/model.ts';

/**
 * A deployment as it is stored: one row, one JSON text, written whole by its actor. Instants are milliseconds since
 * 1970. Those of the pod (`createdAt`, `billingSince`, the guard's deadline) are on the cloud's clock, all others on
 * this computer's.
 */

const ms = z.number();

const problemSchema = errorBodySchema.extend({
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && code in ERRORS),
});

/** What was baked into a pod at its creation to make it stop by itself (SPEC 3.10). */
const guardSchema = z.object({
  /** entrypoint = our start command runs it; image = the image may carry it; off = switched off by the user. */
  mode: z.enum(['entrypoint', 'image', 'off']),
  /** Idle time after which the pod ends itself, grace included; null = only the deadline counts. */
  idleSeconds: z.number().nullable(),
  bootGraceSeconds: z.number(),
  deadlineAt: ms,
  state: z.enum(['pending', 'armed', 'unprotected']),
  reason: z.string().nullable(),
});
export type Guard = z.infer<typeof guardSchema>;

/** How a pod was started; decided before the create and stored with its intent, so that an adopted pod is known whole. */
export const launchSchema = z.object({
  backend: backendSchema,
  /** gpu type × count × cloud × data centres: what capacity memory and "tried" are about. */
  candidate: z.string(),
  gpuTypeId: z.string(),
  gpuCount: z.number(),
  image: z.string(),
  port: z.number(),
  servedModel: z.string(),
  /** Bearer key of the model server; generated, known to the proxy alone. */
  key: z.string(),
  fingerprint: z.string(),
  /** Hash of the parts of the spec a pod cannot change after its creation. */
  specHash: z.string(),
  containerDiskGb: z.number(),
  persistentGb: z.number(),
  /** The start command replaces the image's entrypoint, to carry the watchdog or Ollama's key check. */
  override: z.boolean(),
  guard: guardSchema,
});
export type Launch = z.infer<typeof launchSchema>;

/** A create that was given up and may still make its pod. */
const lateCreateSchema = z.object({ podName: z.string(), launch: launchSchema, until: ms });
export type LateCreate = z.infer<typeof lateCreateSchema>;

const podRecordSchema = z.object({
  id: z.string(),
  name: z.string(),
  launch: launchSchema,
  createdAt: ms,
  /** Beginning of the current run: creation, or the last start of a kept pod. */
  billingSince: ms,
  /** Our last successful change (create, start, restart): what was read before it is stale. */
  touchedAt: ms,
  /** A list or a read has shown it; until then its absence may be RunPod's list lagging (FACTS 1). */
  seen: z.boolean(),
  status: z.string(),
  actions: z.array(z.string()),
  locked: z.boolean(),
  gpuCount: z.number(),
  cloud: z.string(),
  dataCenterId: z.string().nullable(),
  usdPerHour: z.number(),
  /** The last rate above zero. */
  rateUsdPerHour: z.number(),
  startedAt: ms.nullable(),
});
export type PodRecord = z.infer<typeof podRecordSchema>;

/** How an endpoint is made; decided before the create and stored with its intent, so that an adopted one is known whole. */
export const endpointLaunchSchema = z.object({
  backend: backendSchema,
  type: z.enum(['QUEUE', 'LOAD_BALANCER']),
  /** In RunPod's order of preference, with the price of one worker on each. */
  gpus: z.array(z.object({ gpuTypeId: z.string(), usdPerHour: z.number() })).min(1),
  gpuCount: z.number(),
  image: z.string(),
  servedModel: z.string(),
  healthPath: z.string(),
  /** What the server wants beside RunPod's own key; null = nothing. Never leaves this process but to it. */
  key: z.string().nullable().default(null),
  /** Its start command replaces the image's entrypoint. */
  override: z.boolean().default(false),
  fingerprint: z.string(),
  /** Hash of the parts of the spec it was made by. */
  specHash: z.string(),
  /** As wished; 0 while it is stopped. `idleTimeout` in seconds, null = RunPod decides. */
  workers: z.object({ min: z.number(), max: z.number(), idleTimeout: z.number().nullable() }),
  timeoutSeconds: z.number(),
  /** The create body with marks for its secrets: what an edit is compared with. */
  made: z.custom<CreateEndpointRequest>((body) => typeof body === 'object' && body !== null),
});
export type EndpointLaunch = z.infer<typeof endpointLaunchSchema>;

const endpointRecordSchema = z.object({
  id: z.string(),
  name: z.string(),
  launch: endpointLaunchSchema,
  createdAt: ms,
  /** Our last successful change: what was read before it is stale. */
  touchedAt: ms,
  /** A list or a read has shown it. */
  seen: z.boolean(),
  /** As RunPod has them. */
  minWorkers: z.number(),
  maxWorkers: z.number(),
  /** Of the workers that bill now. */
  usdPerHour: z.number(),
  billingSince: ms.nullable(),
  /** It has answered a request since it was made or given a new container. */
  proved: z.boolean(),
  /** Our last good answer. */
  answeredAt: ms.nullable(),
  /** A request of our own in its queue, to prove that it answers. */
  job: z.string().nullable(),
});
export type EndpointRecord = z.infer<typeof endpointRecordSchema>;

const runModeSchema = z.enum(['pod', 'serverless']);

const autoSchema = z.object({
  mode: runModeSchema,
  /** What it is to run on as soon as nobody is served. */
  wanted: runModeSchema,
  /** When the mode became `auto`. */
  since: ms,
  /** What it began with, and every change. */
  changes: z.array(z.object({ at: ms, to: runModeSchema })),
  /** Names under which its requests were logged, oldest first. */
  formerNames: z.array(z.object({ name: z.string(), untilMs: ms })).default([]),
  /** The numbers of the last decision, in words. */
  why: z.string().nullable(),
  weighedAt: ms.nullable(),
});

const triedSchema = z.object({
  candidate: z.string(),
  result: z.enum(['no-capacity', 'rejected', 'forbidden', 'too-dear', 'stuck', 'broken-host']),
  detail: z.string(),
});
export type Tried = z.infer<typeof triedSchema>;

const phaseRecordSchema = z.object({ phase: phaseNameSchema, startedAt: ms, endedAt: ms.nullable() });
export type PhaseRecord = z.infer<typeof phaseRecordSchema>;

/** One effort to get from nothing to an answering model server; spans several pods when the first ones fail. */
const bootSchema = z.object({
  reason: z.enum(['start', 'wake', 'restart', 'recover']),
  startedAt: ms,
  /** Pods made so far. */
  pods: z.number(),
  /** Times the whole list of candidates was gone through without success. */
  rounds: z.number(),
  tried: z.array(triedSchema),
  /** Nothing is sent before this instant: a 429 or the pause between rounds. */
  waitUntil: ms.nullable(),
  /** Consecutive creates that failed for reasons of RunPod's own (5xx, lost answers). */
  troubles: z.number(),
  /** Compute of pods of this boot that were given up. */
  spentUsd: z.number(),
  phases: z.array(phaseRecordSchema),
  /** Serverless: false = no worker is started for its own sake; absent = one is, and has to answer. */
  warm: z.boolean().optional(),
});
export type Boot = z.infer<typeof bootSchema>;

/** The pod is being ended; kept until RunPod confirmed it, for ever if need be (SPEC 3.8). */
const endingSchema = z.object({
  action: z.enum(['stop', 'terminate']),
  why: z.string(),
  /** What follows once it is confirmed. */
  next: z.enum(['stopped', 'failed', 'place', 'removed']),
  askedAt: ms,
  tries: z.number(),
  nextTryAt: ms,
  /** The last action RunPod accepted (cloud clock) that has not been read back yet; null = none. */
  acceptedAt: ms.nullable(),
  /** The answer came so promptly that `acceptedAt` is the end of billing to the second. */
  dated: z.boolean(),
  /** When the last action was sent (cloud clock): the best end of billing if its answer never arrived. */
  sentAt: ms.nullable(),
  /** When people were last told that it still bills. */
  toldAt: ms.nullable(),
  lastError: z.string().nullable(),
});
export type Ending = z.infer<typeof endingSchema>;

/** An image that the app makes for this deployment (SPEC 3.3). */
export const ownImageSchema = z.object({
  /** Hash of what the image is for: another model or stock image, another decision. */
  key: z.string(),
  reason: z.string(),
  packages: z.array(z.string()),
  /** null = not made yet. What its pods are launched with beside their own settings. */
  built: z
    .object({
      reference: z.string(),
      /** The login at RunPod that may pull it; null = it is public. */
      registryId: z.string().nullable(),
      env: z.record(z.string(), z.string()),
      ports: z.array(z.string()),
    })
    .nullable(),
});
export type OwnImage = z.infer<typeof ownImageSchema>;

export const recordSchema = z.object({
  id: z.string(),
  spec: deploymentSpecSchema,
  /** Hash of what a pod is launched with; differs from the pod's own after an edit. */
  specHash: z.string(),
  createdAt: ms,
  desired: z.enum(['running', 'stopped', 'terminated']),
  state: deploymentStateSchema,
  since: ms,
  pod: podRecordSchema.nullable(),
  /** Creates of pods whose answers were lost and that nothing was found of. */
  late: z.array(lateCreateSchema).default([]),
  /** An image of its own, decided before a pod is rented or after a stock image failed; null = none is wanted. */
  ownImage: ownImageSchema.nullable().default(null),
  /** The serverless endpoint; beside a pod only while one takes the other's place. */
  endpoint: endpointRecordSchema.nullable().default(null),
  /** Mode `auto`: what it runs on and why; null = the mode is the user's. */
  auto: autoSchema.nullable().default(null),
  boot: bootSchema.nullable(),
  ending: endingSchema.nullable(),
  problem: problemSchema.nullable(),
  /** End of the last request. */
  lastRequestAt: ms.nullable(),
  readyAt: ms.nullable(),
  keepAliveUntil: ms.nullable(),
  idleWarnedAt: ms.nullable(),
  /** The spell of requests that is on, or was last; written down when the next one begins. */
  spell: z.object({ fromMs: ms, toMs: ms }).nullable().default(null),
  /** Since when it is wanted up; what was started after working hours is not ended by them. */
  wantedAt: ms.nullable().default(null),
  /** It was last stopped by its idle policy or schedule: nobody meant it to stay down. */
  restsByHabit: z.boolean().default(false),
  /** What it was last started ahead of. */
  aheadOf: ms.nullable().default(null),
  /** When people were last told that working hours end. */
  hoursWarnedAt: ms.nullable().default(null),
  /** When people were last told that the day's budget is nearly used up. */
  budgetToldAt: ms.nullable().default(null),
  /** What idleness was computed to; null = not computed (yet). */
  idle: z
    .object({ minutes: z.number(), from: z.enum(['gaps', 'fixed']), why: z.string() })
    .nullable()
    .default(null),
  /** What answers depend on, by the last pod, and the hash of the spec it was launched with; tells the cache while it sleeps. */
  answers: z.object({ specHash: z.string(), fingerprint: z.string() }).nullable().default(null),
});
export type DeploymentRecord = z.infer<typeof recordSchema>;

/** States in which somebody waits for a model server. */
export const BOOT_STATES: ReadonlySet<string> = new Set([
  'building',
  'placing',
  'pulling',
  'loading',
  'warming',
]);
