import { publicModelsSchema } from './public-model.ts';
import { z } from 'zod';
import {
  chatItemSchema,
  chatRequestSchema,
  modelHitSchema,
  requestRecordSchema,
  targetSchema,
  trafficSchema,
} from './activity.ts';
import {
  appStatusSchema,
  clientKeyChangeSchema,
  clientKeySchema,
  clientKeyWishSchema,
  checkSchema,
  configValueSchema,
  costGroupingSchema,
  costSeriesSchema,
  costSharesSchema,
  costSummarySchema,
  deploymentSpecSchema,
  deploymentViewSchema,
  editEffectsSchema,
  historyEntrySchema,
  keyCheckSchema,
  ledgerEntrySchema,
  logLineSchema,
  nameSchema,
  planRequestSchema,
  planSchema,
  radarItemSchema,
  radarSchema,
  secretNameSchema,
  secretStatusSchema,
} from './model.ts';
import {
  buildEventSchema,
  buildViewSchema,
  engineStatusSchema,
  imagePlanSchema,
  imageRequestSchema,
  localImageSchema,
  pruneSchema,
  smokeSchema,
} from './images.ts';
import {
  fileClientSchema,
  foundClientSchema,
  filePreviewSchema,
  fileRestoredSchema,
  fileWrittenSchema,
} from './clients/files.ts';
import { connectCheckItemSchema } from './clients/voice.ts';
import type { AppEvent } from './events.ts';
import { sweepIdsSchema, sweepPreviewSchema, sweepSchema, undoSecondsSchema } from './sweep.ts';
import * as ways from './targets.ts';
import { userSettingsSchema } from './user-settings.ts';
import { volumeAdviceSchema, volumeSchema, volumeWishSchema } from './volumes.ts';

/**
 * The contract between the core and whoever drives it: the desktop renderer (IPC), the browser UI and the command line
 * (control port). One value; everything else derives: registration, clients, doubles, documentation. Adding a feature
 * is one entry here, then following the compiler.
 */

interface Method<I extends z.ZodType, O extends z.ZodType> {
  readonly input: I;
  readonly output: O;
}
const method = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Method<I, O> => ({
  input,
  output,
});

const nothing = z.strictObject({}).prefault({});
const done = z.object({ ok: z.literal(true) });
/** A deployment by its name or id. */
const ref = z.strictObject({ deployment: z.string().min(1) });
const imageRef = z.strictObject({ reference: z.string().min(1).max(400) });
const buildRef = z.strictObject({ build: z.string().min(1).max(100) });

export const methods = {
  'app.status': method(nothing, appStatusSchema),
  'app.doctor': method(nothing, z.object({ checks: z.array(checkSchema) })),
  'app.shutdown': method(nothing, done),

  'plan.make': method(planRequestSchema, planSchema),

  'deployments.list': method(nothing, z.object({ deployments: z.array(deploymentViewSchema) })),
  'deployments.get': method(ref, deploymentViewSchema),
  /** Stores the wish; starts it unless `start` is false. Refuses bad input before anything is created. */
  'deployments.create': method(
    z.strictObject({ spec: deploymentSpecSchema, start: z.boolean().default(true) }),
    deploymentViewSchema,
  ),
  'deployments.start': method(ref, deploymentViewSchema),
  /** Resolves when the wish is stored; the stop itself is followed through `deployment.changed`. */
  'deployments.stop': method(ref, deploymentViewSchema),
  'deployments.restart': method(ref, deploymentViewSchema),
  'deployments.terminate': method(ref, deploymentViewSchema),
  'deployments.edit': method(
    z.strictObject({ deployment: z.string().min(1), spec: deploymentSpecSchema }),
    deploymentViewSchema,
  ),
  /** What that edit would do to the pod there is; changes nothing. */
  'deployments.editEffects': method(
    z.strictObject({ deployment: z.string().min(1), spec: deploymentSpecSchema }),
    editEffectsSchema,
  ),
  'deployments.stopAll': method(nothing, z.object({ stopping: z.array(z.string()) })),
  'deployments.keepAlive': method(
    z.strictObject({ deployment: z.string().min(1), minutes: z.int().min(1).max(720) }),
    deploymentViewSchema,
  ),
  'deployments.history': method(ref, z.object({ entries: z.array(historyEntrySchema) })),
  /** Ends when the deployment answered a real request, or throws its problem or `wait_timeout`. */
  'deployments.wait': method(
    z.strictObject({
      deployment: z.string().min(1),
      until: z.enum(['ready', 'stopped', 'terminated']),
      timeoutSeconds: z.number().positive().max(86_400),
    }),
    deploymentViewSchema,
  ),

  'costs.summary': method(nothing, costSummarySchema),
  'costs.entries': method(
    z.strictObject({ deployment: z.string().optional(), limit: z.int().min(1).max(100_000).default(1000) }),
    z.object({ entries: z.array(ledgerEntrySchema) }),
  ),
  /** Money by hour or day, oldest first, every bucket of the span present; open entries count up to now. */
  'costs.series': method(
    z.strictObject({
      bucket: z.enum(['hour', 'day']),
      buckets: z.int().min(1).max(366),
      /** What requests have in common by which the money is divided too. */
      by: z.enum(['model', 'key']).nullable().default(null),
    }),
    costSeriesSchema,
  ),
  /** Where the money went, by what it was spent for. */
  'costs.shares': method(
    z.strictObject({ by: costGroupingSchema, span: z.enum(['today', 'month']).default('month') }),
    costSharesSchema,
  ),
  /** The ledger as a file for other programs. */
  'costs.export': method(
    z.strictObject({ format: z.enum(['csv', 'json']), deployment: z.string().optional() }),
    z.object({ filename: z.string(), content: z.string() }),
  ),

  /** Requests that went through the proxy, newest first. */
  'requests.recent': method(
    z.strictObject({ deployment: z.string().optional(), limit: z.int().min(1).max(10_000).default(200) }),
    z.object({ requests: z.array(requestRecordSchema) }),
  ),
  'traffic.recent': method(
    z.strictObject({
      deployment: z.string().optional(),
      windowMinutes: z.int().min(1).max(1440).default(60),
    }),
    trafficSchema,
  ),

  /** Where the proxy can send requests: deployments and what the user added. */
  'targets.list': method(nothing, z.object({ targets: z.array(targetSchema) })),
  /** Servers beside the deployments, the file's and the app's own, and the ways of requests among them. */
  'targets.settings': method(nothing, ways.routingSchema),
  /** Adds one or replaces one, and takes it into use at once. Those of the configuration file are changed there. */
  'targets.save': method(ways.targetWishSchema, ways.routingSchema),
  'targets.remove': method(z.strictObject({ name: z.string().min(1) }), ways.routingSchema),
  /** Asks a server of the user's own for its models; stores nothing, and costs nothing. */
  'targets.test': method(ways.targetWishSchema, ways.targetTestSchema),
  /** Replaces what the app says about them; an empty list takes a chain of the file out of use. */
  'targets.route': method(ways.routeWishSchema, ways.routingSchema),

  'radar.scan': method(nothing, radarSchema),
  'radar.stop': method(
    z.strictObject({ kind: radarItemSchema.shape.kind, id: z.string().min(1) }),
    radarItemSchema,
  ),
  'radar.terminate': method(
    z.strictObject({ kind: radarItemSchema.shape.kind, id: z.string().min(1) }),
    done,
  ),
  /** What a sweep would take, for what price and loss, and what it would not; null = what this computer left over. */
  'radar.sweepPreview': method(z.strictObject({ ids: sweepIdsSchema }), sweepPreviewSchema),
  /**
   * Ends them once the time to undo is over; nothing is sent before. Refuses a second one meanwhile, and one whose
   * things have changed since the preview of that fingerprint.
   */
  'radar.sweep': method(
    z.strictObject({
      ids: sweepIdsSchema,
      undoSeconds: undoSecondsSchema,
      fingerprint: z.string().min(1).max(100).nullable().default(null),
    }),
    sweepSchema,
  ),
  /** Drops the sweep that waits; null = whichever does. */
  'radar.undo': method(z.strictObject({ sweep: z.string().min(1).nullable().default(null) }), sweepSchema),
  /** The one that waits, those at work and the last ones, newest first. */
  'radar.sweeps': method(nothing, z.object({ sweeps: z.array(sweepSchema) })),
  /** The user's word that the key in use is of the account in which the pods were made: what RunPod does not show is gone. */
  'radar.confirmAccount': method(nothing, z.object({ ok: z.literal(true) })),
  /** Puts what others made under a new deployment; nothing is changed at RunPod until an edit. */
  'radar.adopt': method(
    z.strictObject({
      kind: z.enum(['pod', 'endpoint']).default('pod'),
      id: z.string().min(1),
      name: nameSchema,
    }),
    deploymentViewSchema,
  ),

  'volumes.list': method(nothing, z.object({ volumes: z.array(volumeSchema) })),
  /** Whether a volume for a model's weights pays, what it costs and where it can be; creates nothing. */
  'volumes.advise': method(planRequestSchema, volumeAdviceSchema),
  /** Makes one, or finds the one made for that model there before. It bills from then on. */
  'volumes.create': method(volumeWishSchema, volumeSchema),
  'volumes.remove': method(z.strictObject({ id: z.string().min(1) }), done),

  'secrets.status': method(nothing, z.object({ secrets: z.array(secretStatusSchema) })),
  'secrets.set': method(
    z.strictObject({ name: secretNameSchema, value: z.string().min(1).max(10_000) }),
    z.object({ status: secretStatusSchema, check: keyCheckSchema.nullable() }),
  ),
  'secrets.delete': method(z.strictObject({ name: secretNameSchema }), secretStatusSchema),
  'secrets.check': method(nothing, keyCheckSchema),
  /** The one secret that may leave: the local proxy key, for copying into a client. */
  'proxy.key': method(nothing, z.object({ key: z.string() })),
  'keys.list': method(nothing, z.object({ keys: z.array(clientKeySchema) })),
  /** The secret is in this answer and nowhere else. */
  'keys.make': method(clientKeyWishSchema, z.object({ key: clientKeySchema, secret: z.string() })),
  /** Counts at once, for requests that begin. The secret stays. */
  'keys.change': method(clientKeyChangeSchema, clientKeySchema),
  /** By name or id. */
  'keys.revoke': method(z.strictObject({ key: z.string().min(1) }), done),

  /** What clients can put into `model`; `deployment` null = a server beside the deployments. */
  'models.list': method(
    nothing,
    z.object({
      models: z.array(
        z.object({
          id: z.string(),
          state: z.string(),
          deployment: z.string().nullable(),
          contextTokens: z.number(),
        }),
      ),
    }),
  ),
  /** Models that RunPod hosts itself, with their prices; off until the configuration names one. */
  'models.public': method(nothing, publicModelsSchema),
  /** Models that could be deployed; an empty query gives the curated and the recent ones. */
  'models.search': method(
    z.strictObject({
      query: z.string().max(200),
      backend: z.enum(['vllm', 'ollama']),
      limit: z.int().min(1).max(50).default(12),
    }),
    z.object({ models: z.array(modelHitSchema) }),
  ),

  /** Whether images can be built here, and why not. */
  'images.engine': method(nothing, engineStatusSchema),
  /** The Dockerfile, its context, the tag, and where the image exists already. Nothing is built. */
  'images.plan': method(imageRequestSchema, imagePlanSchema),
  /** Begins in the background; one that exists is not built again. Follow it with `images.follow`. */
  'images.build': method(
    z.strictObject({
      request: imageRequestSchema,
      push: z.boolean().default(false),
      rebuild: z.boolean().default(false),
    }),
    buildViewSchema,
  ),
  'images.push': method(imageRef, buildViewSchema),
  /** Resolves when it has really stopped. */
  'images.cancel': method(buildRef, buildViewSchema),
  /** Under way first, then those that ended, newest first. */
  'images.builds': method(nothing, z.object({ builds: z.array(buildViewSchema) })),
  /** The app's own images on this machine, newest first. */
  'images.list': method(nothing, z.object({ images: z.array(localImageSchema) })),
  'images.remove': method(imageRef, done),
  'images.prunePreview': method(nothing, pruneSchema),
  /** Removes those of the preview that are still unused, and tells which. */
  'images.prune': method(z.strictObject({ ids: z.array(z.string().min(1)).max(1000) }), pruneSchema),
  /** Starts an image once without a GPU; it checks what it needs and ends. */
  'images.smoke': method(imageRef, smokeSchema),

  'settings.get': method(nothing, userSettingsSchema),
  /** Replaces the settings and returns them as stored. */
  'settings.set': method(userSettingsSchema, userSettingsSchema),
  'config.show': method(nothing, z.object({ values: z.array(configValueSchema) })),
  /** The deployments in the text of an `llm_config.json`. Nothing is stored. Refuses what cannot be read, by line. */
  'config.parseDeployments': method(
    z.strictObject({ text: z.string().min(1).max(1_000_000) }),
    z.object({ deployments: z.array(deploymentSpecSchema), notes: z.array(z.string()) }),
  ),

  /**
   * Replays a client's way of talking through the proxy with a deployment that is ready; a few hundred tokens. Refuses
   * a sleeping one: a check must not rent anything.
   */
  'connect.check': method(
    z.strictObject({ client: z.string().min(1).max(100), deployment: z.string().min(1) }),
    z.object({ checks: z.array(connectCheckItemSchema) }),
  ),
  /** Which clients with a file of their own this computer has, and where. */
  'connect.found': method(nothing, z.object({ clients: z.array(foundClientSchema) })),
  /** What writing a client's own file would do; changes nothing. Refuses a file that cannot be read, by line. */
  'connect.preview': method(
    z.strictObject({ client: fileClientSchema, deployment: z.string().min(1) }),
    filePreviewSchema,
  ),
  /** Writes what that preview showed, keeps the old file beside it, and makes a key for this client where one is needed. */
  'connect.write': method(
    z.strictObject({
      client: fileClientSchema,
      deployment: z.string().min(1),
      fingerprint: z.string().min(1).max(200),
    }),
    fileWrittenSchema,
  ),
  /** Undoes the last write, unless the file was changed since. */
  'connect.restore': method(z.strictObject({ client: fileClientSchema }), fileRestoredSchema),
} as const;

export type MethodName = keyof typeof methods;
export type MethodInput<N extends MethodName> = z.input<(typeof methods)[N]['input']>;
export type MethodParsedInput<N extends MethodName> = z.output<(typeof methods)[N]['input']>;
export type MethodOutput<N extends MethodName> = z.output<(typeof methods)[N]['output']>;

export { events, type AppEvent, type EventName, type EventPayload } from './events.ts';

/** Endless or long answers; each item is sent as it comes, until the caller leaves or the source ends. */
export const streams = {
  'logs.follow': {
    input: z.strictObject({
      deployment: z.string().min(1),
      source: z.enum(['system', 'container']).optional(),
      tail: z.int().min(0).max(5000).default(200),
      follow: z.boolean().default(true),
    }),
    item: logLineSchema,
  },
  /** One answer in the playground; ends after `done`, throws the problem of a failed one. */
  'playground.chat': { input: chatRequestSchema, item: chatItemSchema },
  /** What happened in a build so far, then what happens, until it ends. */
  'images.follow': { input: buildRef, item: buildEventSchema },
  'logs.app': {
    input: z.strictObject({ tail: z.int().min(0).max(5000).default(200), follow: z.boolean().default(true) }),
    item: logLineSchema,
  },
} as const;

export type StreamName = keyof typeof streams;
export type StreamInput<N extends StreamName> = z.input<(typeof streams)[N]['input']>;
export type StreamParsedInput<N extends StreamName> = z.output<(typeof streams)[N]['input']>;
export type StreamItem<N extends StreamName> = z.output<(typeof streams)[N]['item']>;

/** The core as its drivers see it. Implemented by the manager, by the HTTP client and by the IPC client. */
export interface ManagerApi {
  call<N extends MethodName>(name: N, input: MethodInput<N>, signal?: AbortSignal): Promise<MethodOutput<N>>;
  stream<N extends StreamName>(
    name: N,
    input: StreamInput<N>,
    signal: AbortSignal,
  ): AsyncIterable<StreamItem<N>>;
  subscribe(listener: (event: AppEvent) => void): () => void;
}

/** What a core registers: one handler a method, inputs already parsed. */
export type MethodHandlers = {
  readonly [N in MethodName]: (input: MethodParsedInput<N>, signal: AbortSignal) => Promise<MethodOutput<N>>;
};
export type StreamHandlers = {
  readonly [N in StreamName]: (
    input: StreamParsedInput<N>,
    signal: AbortSignal,
  ) => AsyncIterable<StreamItem<N>>;
};
