import type {
  AppEvent,
  ManagerApi,
  MethodHandlers,
  MethodName,
  StreamHandlers,
  StreamName,
} from '../../src/shared/api.ts';
import { AppError } from '../../src/shared/errors.ts';
import type { DeploymentView, Sweep } from '../../src/shared/model.ts';
import { fileClientSchema } from '../../src/shared/clients/files.ts';
import {
  nameOfTarget,
  userTargetSchema,
  type Routing,
  type TargetSetting,
} from '../../src/shared/targets.ts';
import { userSettingsSchema } from '../../src/shared/user-settings.ts';
import { createLocalApi, type CoreApi } from '../../src/main/control/local-api.ts';
import { parseDeployments } from '../../src/main/settings/parse-deployments.ts';
import { exportEntries } from '../../src/main/costs/export-entries.ts';
import { abortError } from '../../src/main/platform/clock.ts';
import { Emitter } from '../../src/main/platform/lifecycle.ts';
import { fakeImages } from './fake-images.ts';
import {
  SAMPLE_NOW,
  sampleChecks,
  sampleCostSeries,
  sampleCostShares,
  sampleCosts,
  sampleDeployment,
  sampleDeployments,
  sampleEntries,
  sampleKeyCheck,
  sampleLogs,
  sampleModelHits,
  samplePlan,
  sampleRadar,
  sampleSweep,
  sampleVolume,
  sampleVolumeAdvice,
  sampleRequest,
  sampleSecrets,
  sampleStatus,
  sampleTraffic,
} from './samples.ts';

/**
 * A double of the core. Inputs and answers are checked by the contract's schemas, so it cannot say what the real one
 * could not. It keeps a few deployments and reacts as the real core does (wishes are stored, events follow), but
 * nothing moves by itself: a test pushes phases with `set`.
 */
export interface FakeManager extends CoreApi {
  readonly api: ManagerApi;
  /** Every call in order, inputs as parsed. */
  readonly calls: readonly { readonly name: MethodName; readonly input: unknown }[];
  deployments(): readonly DeploymentView[];
  /** Replaces or adds a deployment and tells subscribers. */
  set(view: DeploymentView): void;
  /** Changes some fields of a deployment and tells subscribers. */
  change(name: string, changes: Partial<DeploymentView>): DeploymentView;
  /** As when a termination has been confirmed. */
  remove(name: string): void;
  emit(event: AppEvent): void;
  /** Answers a method otherwise from now on. */
  reply<N extends MethodName>(name: N, handler: MethodHandlers[N]): void;
  fail(name: MethodName, error: AppError): void;
  replyStream<N extends StreamName>(name: N, handler: StreamHandlers[N]): void;
  /** How many listen to events now. */
  readonly listeners: number;
}

export interface FakeManagerOptions {
  /** The instant that sample times are relative to, in ms since 1970. */
  readonly now?: number;
  readonly deployments?: readonly DeploymentView[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function createFakeManager(options: FakeManagerOptions = {}): FakeManager {
  const now = options.now ?? SAMPLE_NOW;
  const emitter = new Emitter<AppEvent>((error) => {
    throw error;
  });
  const store = new Map<string, DeploymentView>();
  for (const view of options.deployments ?? sampleDeployments(now)) store.set(view.name, view);

  const set = (view: DeploymentView): DeploymentView => {
    store.set(view.name, view);
    emitter.emit({ name: 'deployment.changed', payload: view });
    return view;
  };
  const find = (reference: string): DeploymentView => {
    const found = [...store.values()].find((view) => view.name === reference || view.id === reference);
    if (found !== undefined) return found;
    throw new AppError('not_found', `There is no deployment "${reference}".`, {
      advice: `Deployments: ${[...store.keys()].join(', ')}.`,
    });
  };
  const state: FakeState = { now, store, set, find, subscribe: (listener) => emitter.subscribe(listener) };

  const images = fakeImages(now);
  const answers: Mutable<MethodHandlers> = {
    ...deploymentAnswers(state),
    ...otherAnswers(state),
    ...images.methods,
  };
  const sources: Mutable<StreamHandlers> = { ...streamSources(now), ...images.streams };
  const calls: { name: MethodName; input: unknown }[] = [];
  const failures = new Map<MethodName, AppError>();
  const core: CoreApi = {
    methods: recorded(answers, calls, failures),
    streams: {
      'logs.follow': (input, signal) => sources['logs.follow'](input, signal),
      'logs.app': (input, signal) => sources['logs.app'](input, signal),
      'playground.chat': (input, signal) => sources['playground.chat'](input, signal),
      'images.follow': (input, signal) => sources['images.follow'](input, signal),
    },
    subscribe: (listener) => emitter.subscribe(listener),
  };

  return {
    ...core,
    api: createLocalApi(core, { checkOutputs: true }),
    calls,
    deployments: () => [...store.values()],
    set: (view) => void set(view),
    change: (name, changes) => set({ ...find(name), ...changes }),
    remove: (name) => {
      const { id } = find(name);
      store.delete(name);
      emitter.emit({ name: 'deployment.removed', payload: { id, name } });
    },
    emit: (event) => emitter.emit(event),
    reply: (name, handler) => {
      failures.delete(name);
      answers[name] = handler;
    },
    fail: (name, error) => {
      failures.set(name, error);
    },
    replyStream: (name, handler) => {
      sources[name] = handler;
    },
    get listeners() {
      return emitter.size;
    },
  };
}

/** Looks handlers up at call time, so that `reply` works on a core that is already served. */
function recorded(
  answers: MethodHandlers,
  calls: { name: MethodName; input: unknown }[],
  failures: ReadonlyMap<MethodName, AppError>,
): MethodHandlers {
  return new Proxy(answers, {
    get: (target, property) => {
      const handler: unknown = Reflect.get(target, property);
      if (typeof handler !== 'function') return handler;
      return (input: unknown, signal: AbortSignal): unknown => {
        const name = Object.keys(target).find((key): key is MethodName => key === property);
        if (name === undefined) return undefined;
        calls.push({ name, input });
        const failure = failures.get(name);
        if (failure !== undefined) return Promise.reject(failure);
        return Reflect.apply(handler, undefined, [input, signal]);
      };
    },
  });
}

interface FakeState {
  readonly now: number;
  readonly store: Map<string, DeploymentView>;
  readonly set: (view: DeploymentView) => DeploymentView;
  readonly find: (reference: string) => DeploymentView;
  readonly subscribe: (listener: () => void) => () => void;
}

type DeploymentMethod = Extract<MethodName, `deployments.${string}`>;
type ImageMethod = Extract<MethodName, `images.${string}`>;

function deploymentAnswers(state: FakeState): Pick<MethodHandlers, DeploymentMethod> {
  const { store, set, find, now } = state;
  const at = new Date(now).toISOString();
  const started = (view: DeploymentView): DeploymentView =>
    set({
      ...view,
      desired: 'running',
      state: 'placing',
      since: at,
      problem: null,
      phases: [{ phase: 'placing', startedAt: at, endedAt: null, usualSeconds: 20, detail: null }],
      actions: ['stop', 'terminate'],
    });
  const stopped = (view: DeploymentView): DeploymentView =>
    set({ ...view, desired: 'stopped', state: 'stopping', stillBilling: view.pod !== null, since: at });

  return {
    'deployments.list': () => Promise.resolve({ deployments: [...store.values()] }),
    'deployments.get': async ({ deployment }) => find(deployment),
    'deployments.create': async ({ spec, start }) => {
      if (store.has(spec.name)) {
        throw new AppError('name_taken', `A deployment "${spec.name}" exists already.`);
      }
      const view = set(sampleDeployment(spec, now, { since: at, createdAt: at }));
      return start ? started(view) : view;
    },
    'deployments.start': async ({ deployment }) => started(find(deployment)),
    'deployments.stop': async ({ deployment }) => stopped(find(deployment)),
    'deployments.restart': async ({ deployment }) => started(find(deployment)),
    'deployments.terminate': async ({ deployment }) =>
      set({ ...find(deployment), desired: 'terminated', state: 'terminating', since: at }),
    'deployments.edit': async ({ deployment, spec }) => set({ ...find(deployment), spec }),
    'deployments.editEffects': async ({ deployment, spec }) => {
      const because = find(deployment).spec.model === spec.model ? [] : ['model'];
      return {
        newPod: because.length > 0 && find(deployment).pod !== null ? 'now' : 'never',
        because,
        wipes: [],
        costs: { bootUsd: 0 },
      };
    },
    'deployments.stopAll': async () => {
      const running = [...store.values()].filter((view) => view.desired === 'running');
      for (const view of running) stopped(view);
      return { stopping: running.map((view) => view.name) };
    },
    'deployments.keepAlive': async ({ deployment, minutes }) =>
      set({ ...find(deployment), idleStopsAt: new Date(now + minutes * 60_000).toISOString() }),
    'deployments.history': async ({ deployment }) => {
      find(deployment);
      return { entries: [{ at, kind: 'created', text: 'Created', data: {} }] };
    },
    'deployments.wait': async ({ deployment, until }, signal) =>
      waitFor(state, find(deployment), until, signal),
  };
}

/** Resolves once a change brings the state asked for; there is no clock, so its time limit never passes by itself. */
function waitFor(
  state: FakeState,
  view: DeploymentView,
  until: 'ready' | 'stopped' | 'terminated',
  signal: AbortSignal,
): Promise<DeploymentView> {
  return new Promise((resolve, reject) => {
    let unsubscribe = (): void => {};
    const finish = (): void => {
      unsubscribe();
      signal.removeEventListener('abort', left);
    };
    const left = (): void => {
      finish();
      reject(abortError(signal));
    };
    const look = (): void => {
      const current = state.store.get(view.name) ?? view;
      const reached = current.state === until || (until === 'terminated' && !state.store.has(view.name));
      if (!reached && current.problem === null) return;
      finish();
      if (reached) resolve(current);
      else reject(new AppError('deployment_failed', current.problem?.message ?? 'It failed.'));
    };
    unsubscribe = state.subscribe(look);
    signal.addEventListener('abort', left, { once: true });
    look();
  });
}

function otherAnswers(state: FakeState): Omit<MethodHandlers, DeploymentMethod | ImageMethod> {
  const { now, store, find } = state;
  const secrets = new Map(sampleSecrets().map((status) => [status.name, status]));
  let settings = userSettingsSchema.parse({});
  let swept: Sweep | null = null;
  const ok = { ok: true } as const;
  const radarItem = (id: string) => {
    const item = sampleRadar(now).items.find((candidate) => candidate.id === id);
    if (item === undefined) throw new AppError('not_found', `Nothing with the id "${id}" exists.`);
    return item;
  };
  return {
    'app.status': () => Promise.resolve({ ...sampleStatus(now), deployments: store.size }),
    'app.doctor': () =>
      Promise.resolve({
        checks: [
          { name: 'port', status: 'ok', detail: '127.0.0.1:27182 answers', advice: null },
          {
            name: 'docker',
            status: 'warn',
            detail: 'no engine answers',
            advice: 'Start Docker to build images; everything else works without it.',
          },
        ],
      }),
    'app.shutdown': () => Promise.resolve(ok),
    'plan.make': async ({ model }) => samplePlan(now, model),
    'costs.summary': () => Promise.resolve(sampleCosts(now)),
    'costs.entries': () => Promise.resolve({ entries: sampleEntries(now) }),
    'costs.series': async ({ bucket, buckets, by }) => sampleCostSeries(now, bucket, buckets, by),
    'costs.shares': async ({ by }) => sampleCostShares(now, by),
    'costs.export': async ({ format }) => ({
      filename: `costs-simulated-2026-11-24.${format}`,
      content: exportEntries(sampleEntries(now), format),
    }),
    'requests.recent': () => Promise.resolve({ requests: [sampleRequest(now)] }),
    'traffic.recent': async ({ windowMinutes }) => sampleTraffic(now, windowMinutes),
    'targets.list': async () => ({
      targets: [...store.values()].map((view) => ({
        id: view.id,
        name: view.name,
        models: view.models,
        state: view.state === 'ready' ? 'ready' : view.problem === null ? 'sleeping' : 'failed',
        inFlight: view.inFlight,
        firstTokenMs: view.state === 'ready' ? 610 : null,
        breaker: 'closed',
      })),
    }),
    'radar.scan': () => Promise.resolve(sampleRadar(now)),
    'radar.stop': async ({ id }) => ({ ...radarItem(id), status: 'EXITED', usdPerHour: 0 }),
    'radar.terminate': async ({ id }) => {
      radarItem(id);
      return ok;
    },
    'radar.sweepPreview': async ({ ids }) => {
      const { simulated, things, refused, savesUsdPerMonth } = sampleSweep(ids, now);
      return { simulated, things, refused, savesUsdPerMonth, fingerprint: 'sweep-1' };
    },
    'radar.sweep': async ({ ids, undoSeconds }) => (swept = sampleSweep(ids, now, undoSeconds)),
    'radar.undo': async () => ({ ...sampleSweep(null, now), state: 'undone', undoMsLeft: 0 }),
    // Looked at again, it is done.
    'radar.sweeps': async () => {
      if (swept === null) return { sweeps: [] };
      const things = swept.things.map((thing) => ({ ...thing, state: 'done' as const }));
      return { sweeps: [{ ...swept, state: 'ended', undoMsLeft: 0, things }] };
    },
    'radar.confirmAccount': () => Promise.resolve({ ok: true as const }),
    'volumes.list': () => Promise.resolve({ volumes: [sampleVolume()] }),
    'volumes.advise': ({ model }) => Promise.resolve({ ...sampleVolumeAdvice(), model }),
    'volumes.create': async ({ dataCenterId, sizeGb }) => ({ ...sampleVolume(), dataCenterId, sizeGb }),
    'volumes.remove': () => Promise.resolve({ ok: true as const }),
    'radar.adopt': async ({ name }) => state.set(sampleDeployment({ name, model: 'Qwen/Qwen3-8B' }, now)),
    'secrets.status': () => Promise.resolve({ secrets: [...secrets.values()] }),
    'secrets.set': async ({ name, value }) => {
      const status = { name, present: true, hint: value.slice(-4), source: 'keychain' as const };
      secrets.set(name, status);
      return { status, check: name === 'runpod' ? sampleKeyCheck() : null };
    },
    'secrets.delete': async ({ name }) => {
      const status = { name, present: false, hint: null, source: 'none' as const };
      secrets.set(name, status);
      return status;
    },
    'secrets.check': () => Promise.resolve(sampleKeyCheck()),
    'proxy.key': () => Promise.resolve({ key: 'pat_local_0123456789abcdef3f9a' }),
    ...fakeClientKeys(),
    'models.list': () =>
      Promise.resolve({
        models: [...store.values()].flatMap((view) =>
          view.models.map((id) => ({
            id,
            state: view.state,
            deployment: view.name,
            contextTokens: find(view.name).spec.contextTokens,
          })),
        ),
      }),
    'models.public': async () => ({
      pricesAsOf: '2026-11-23',
      source: 'https://docs.runpod.io/public-endpoints',
      simulated: true,
      models: [
        {
          id: 'kimi-k2.6',
          model: 'kimi-k2.6',
          contextTokens: 262_144,
          usdPerMillionInput: 0.95,
          usdPerMillionOutput: 4,
          names: [],
        },
      ],
    }),
    ...fakeTargets(),
    'models.search': async ({ limit }) => ({ models: sampleModelHits().slice(0, limit) }),
    'settings.get': () => Promise.resolve(settings),
    'settings.set': async (next) => (settings = next),
    'config.parseDeployments': async ({ text }) => parseDeployments(text),
    'connect.check': async ({ deployment }) => ({ checks: sampleChecks(find(deployment).name) }),
    ...fakeClientFiles(),
    'config.show': () =>
      Promise.resolve({
        values: [
          { path: 'proxy.port', value: 27_182, default: 27_182, source: 'default' },
          { path: 'log_level', value: 'debug', default: 'info', source: 'environment LOG_LEVEL' },
        ],
      }),
  };
}

function streamSources(now: number): Omit<StreamHandlers, 'images.follow'> {
  return {
    'logs.follow': async function* ({ tail, source, follow }, signal) {
      const lines = sampleLogs(now).filter((line) => source === undefined || line.source === source);
      yield* tail === 0 ? [] : lines.slice(-tail);
      if (follow) await untilAborted(signal);
    },
    'logs.app': async function* ({ tail, follow }, signal) {
      const line = { at: new Date(now).toISOString(), source: 'app', level: 'info', text: 'ready' } as const;
      yield* tail === 0 ? [] : [line];
      if (follow) await untilAborted(signal);
    },
    'playground.chat': async function* ({ messages }) {
      for (const text of ['You ', 'said: ', messages.at(-1)?.content ?? '']) {
        yield { type: 'delta', text, reasoning: '' };
      }
      yield { type: 'done', finishReason: 'stop', request: sampleRequest(now) };
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function fakeClientFiles(): Pick<
  MethodHandlers,
  'connect.found' | 'connect.preview' | 'connect.write' | 'connect.restore'
> {
  const files = new Set<string>();
  const pathOf = (client: string): string => `/home/me/.config/${client}/${client}.json`;
  const at = '2026-11-24T09:00:00.000Z';
  return {
    'connect.found': async () => ({
      clients: fileClientSchema.options.map((client) => ({
        client,
        path: pathOf(client),
        installed: client === 'opencode' || client === 'zed',
        written: files.has(client) ? 'yes' : 'no',
        goneModel: null,
      })),
    }),
    'connect.preview': async ({ client, deployment }) => ({
      path: pathOf(client),
      machine: 'workbench',
      exists: true,
      upToDate: files.has(client),
      lines: files.has(client)
        ? []
        : [
            { kind: 'gap', text: '2' },
            { kind: 'same', text: '  "theme": "dark",' },
            { kind: 'removed', text: '  "provider": {}' },
            { kind: 'added', text: `  "provider": { "runpod-llm": { "model": "${deployment}" } }` },
          ],
      fingerprint: `${client}-1`,
      clientKey: client === 'zed' ? 'none' : files.has(client) ? 'kept' : 'made',
      next: client === 'opencode' ? `opencode -m runpod-llm/${deployment}` : null,
      undo: files.has(client) ? { at, backup: `${pathOf(client)}.bak`, kind: 'whole' } : null,
    }),
    'connect.write': async ({ client, deployment, fingerprint }) => {
      if (fingerprint !== `${client}-1`) {
        throw new AppError('client_file_changed', `${pathOf(client)} is not as it was.`);
      }
      files.add(client);
      return {
        path: pathOf(client),
        backup: `${pathOf(client)}.bak`,
        madeKey: client === 'zed' ? null : { name: client, hint: 'a1b2' },
        next: client === 'opencode' ? `opencode -m runpod-llm/${deployment}` : null,
      };
    },
    'connect.restore': async ({ client }) => {
      files.delete(client);
      return { path: pathOf(client), outcome: 'restored', revokedKey: client === 'zed' ? null : client };
    },
  };
}

function fakeClientKeys(): Pick<MethodHandlers, `keys.${string}` & keyof MethodHandlers> {
  const key = {
    id: 'key_0001',
    name: 'editor',
    hint: 'a1b2',
    createdAt: '2026-11-20T09:00:00.000Z',
    expiresAt: null,
    mayWake: true,
    models: null,
    limits: { requestsPerMinute: null, tokensPerMinute: null, concurrent: null },
    budget: { usdPerDay: 2, usdPerMonth: null },
    spent: { todayUsd: 0.42, monthUsd: 6.1 },
  };
  return {
    'keys.list': async () => ({ keys: [key] }),
    'keys.make': async ({ name }) => ({
      key: { ...key, name },
      secret: 'pat_local_for_one_client_a1b2',
    }),
    'keys.change': async ({ budget }) => ({
      ...key,
      budget: { ...key.budget, usdPerDay: budget.usdPerDay ?? null },
    }),
    'keys.revoke': async () => ({ ok: true }),
  };
}

type TargetMethod = Exclude<Extract<MethodName, `targets.${string}`>, 'targets.list'>;

/** One server of the file, one added in the app; what is saved stays. */
function fakeTargets(): Pick<MethodHandlers, TargetMethod> {
  const setting = (target: object, rest: Partial<TargetSetting> = {}): TargetSetting => ({
    target: userTargetSchema.parse(target),
    source: 'app',
    keyFrom: 'none',
    price: null,
    problem: null,
    ...rest,
  });
  let targets: TargetSetting[] = [
    setting(
      { name: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['llama3.2:3b'] },
      { source: 'file' },
    ),
    setting(
      { name: 'company', baseUrl: 'https://llm.example.com/v1', models: ['gpt-oss-120b'] },
      { keyFrom: 'keychain' },
    ),
  ];
  let ways: Pick<Routing, 'fallbacks' | 'bridge'> = {
    fallbacks: [],
    bridge: { model: null, requestsPerDay: 100, source: 'file' },
  };
  const routing = (): Routing => ({ targets, ...ways, simulated: true });
  const isCalled =
    (name: string) =>
    ({ target }: TargetSetting): boolean =>
      nameOfTarget(target) === name;
  return {
    'targets.settings': async () => routing(),
    'targets.save': async ({ target, before, apiKey }) => {
      const name = nameOfTarget(target);
      if (name !== before && targets.some(isCalled(name))) {
        throw new AppError('name_taken', `Something else is called "${name}" already.`);
      }
      const isPublic = target.publicEndpoint !== null;
      const next = setting(target, {
        keyFrom: isPublic ? 'account' : apiKey === undefined ? 'none' : 'keychain',
        price: isPublic ? { usdPerMillionInput: 0.95, usdPerMillionOutput: 4 } : null,
      });
      targets = [...targets.filter((one) => before === null || !isCalled(before)(one)), next];
      return routing();
    },
    'targets.remove': async ({ name }) => {
      targets = targets.filter((one) => !isCalled(name)(one));
      return routing();
    },
    'targets.test': async () => ({
      ok: true,
      models: ['gpt-oss-120b', 'gpt-oss-20b'],
      ms: 84,
      problem: null,
    }),
    'targets.route': async ({ fallbacks, bridge }) => {
      ways = {
        fallbacks: Object.entries(fallbacks).map(([model, standIns]) => ({ model, standIns, source: 'app' })),
        bridge:
          bridge === null
            ? { model: null, requestsPerDay: 100, source: 'file' }
            : { ...bridge, source: 'app' },
      };
      return routing();
    },
  };
}
