import { Response } from 'undici';
import { AppError } from '../../src/shared/errors.ts';
import type { Clock } from '../../src/main/platform/clock.ts';
import type { Fetch } from '../../src/main/platform/http.ts';
import type {
  CreatePodRequest,
  Endpoint,
  GpuType,
  LogOptions,
  NetworkVolume,
  Pod,
  PodAction,
  PodLogLine,
  RunPodApi,
  UpdatePodRequest,
} from '../../src/main/runpod/api.ts';

export interface FakePod {
  pod: Pod;
  readonly body: CreatePodRequest;
  /** Not in lists before this instant. */
  listedFrom: number;
  /** On the cloud's clock, like all instants here: the container is up from here on, the model server answers from there on. */
  upAt: number;
  readyAt: number;
  gone: boolean;
  /** Models that Ollama has. */
  readonly pulled: string[];
  readonly log: PodLogLine[];
  /** Wakes log readers. */
  readonly readers: Set<() => void>;
}

/** What the next create does instead of succeeding. */
export type CreateTrick =
  | { readonly do: 'refuse'; readonly error: AppError }
  /** Makes the pod, then fails. */
  | { readonly do: 'lose'; readonly error: AppError; readonly listLagMs?: number }
  /** Fails without making one. */
  | { readonly do: 'drop'; readonly error: AppError }
  /** Is done and answered this much later. */
  | { readonly do: 'slow'; readonly ms: number }
  /** Answers 201 and never knows the pod again. */
  | { readonly do: 'ghost' };

const GPU = 'NVIDIA GeForce RTX 4090';

/**
 * RunPod's pods in memory, for tests of the life cycle. It moves by the clock given and can be told to misbehave; it
 * counts what bills so that a test can ask what a run really cost.
 */
export class FakeRunPod {
  readonly clock: Clock;
  readonly pods = new Map<string, FakePod>();
  readonly calls: string[] = [];
  /** Paths that model servers answered with 200. */
  readonly asked: string[] = [];
  creates: CreateTrick[] = [];
  /** Errors for the next calls of a kind, e.g. `stop`, `delete`, `list`, `get`. */
  readonly failures = new Map<string, AppError[]>();
  /** Errors of the next pulls of Ollama. */
  pulls: string[] = [];
  /** How long Ollama takes to fetch a model, telling of it every ten seconds; 0 = it is there at once. */
  pullMs = 0;
  endpoints: Endpoint[] = [];
  volumes: NetworkVolume[] = [];
  /** Stops that answer 200 and do nothing. */
  phantomStops = 0;
  duplicateLists = 0;
  startsWithoutGpu = 0;
  /** Starts that are carried out and whose answers are lost; RunPod names no instant before the container runs. */
  lostStarts = 0;
  bootMs = 10_000;
  loadMs = 10_000;
  /** Billed compute, in milliseconds by pod. */
  readonly billed = new Map<string, number>();
  readonly #billingSince = new Map<string, number>();
  #serial = 0;
  #logGeneration = 0;
  offsetMs = 0;
  gpus: GpuType[] = [gpuType(GPU, 0.69), gpuType('NVIDIA L40S', 0.99)];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get billing(): string[] {
    return [...this.#billingSince.keys()];
  }

  billedMs(): number {
    const now = this.cloudNow();
    const running = [...this.#billingSince.values()].reduce((sum, since) => sum + now - since, 0);
    return running + [...this.billed.values()].reduce((sum, ms) => sum + ms, 0);
  }

  cloudNow(): number {
    return this.clock.now() + this.offsetMs;
  }

  pod(id?: string): FakePod {
    const found =
      id === undefined ? [...this.pods.values()].findLast((entry) => !entry.gone) : this.pods.get(id);
    if (found === undefined) throw new Error('no such pod in the fake');
    return found;
  }

  alive(): FakePod[] {
    return [...this.pods.values()].filter((entry) => !entry.gone);
  }

  say(line: string, source: 'container' | 'system' = 'container', id?: string): void {
    const entry = this.pod(id);
    const ts = new Date(this.cloudNow()).toISOString();
    entry.log.push({ id: `${ts}#${entry.log.length}`, source, line, ts });
    for (const wake of entry.readers) wake();
  }

  /** USD per hour of a pod while it runs. */
  priceOf(id: string): number {
    return this.gpus.find((gpu) => gpu.id === this.pods.get(id)?.body.gpu?.id)?.price.secure ?? 1;
  }

  /** Every log stream breaks off. */
  dropLogs(): void {
    this.#logGeneration++;
    for (const entry of this.alive()) for (const wake of entry.readers) wake();
  }

  /** Somebody else stops or removes it: the console, the watchdog, RunPod. */
  exit(id: string): void {
    this.#exit(this.pod(id));
  }
  vanish(id: string): void {
    this.#end(this.pod(id));
  }

  readonly api: RunPodApi = {
    pods: {
      list: () => this.#call('list', () => this.#list()),
      get: (id) => this.#call('get', () => this.#find(id).pod),
      create: (body) => this.#create(body),
      update: (id, body) => this.#call('update', () => this.#update(id, body)),
      delete: (id) => this.#call('delete', () => this.#delete(id)),
      action: (id, action) => this.#call(action, () => this.#action(id, action)),
      logs: (id, options, signal) => this.#logs(id, options, signal),
    },
    serverless: {
      list: () => Promise.resolve(this.endpoints),
      get: (id) => this.#call('get endpoint', () => this.#endpoint(id)),
      create: () => Promise.reject(notFound('endpoint')),
      update: (id, { workers }) => this.#call('update endpoint', () => this.#rescale(id, workers?.max ?? 0)),
      delete: (id) =>
        this.#call('delete endpoint', () => {
          this.endpoints = this.endpoints.filter((endpoint) => endpoint.id !== id);
        }),
      workers: () => Promise.reject(notFound('endpoint')),
      releases: () => Promise.reject(notFound('endpoint')),
      workerLogs: () => noLines(),
    },
    catalog: {
      gpus: () => Promise.resolve(this.gpus),
      dataCenters: () => Promise.resolve([]),
      templates: () => Promise.resolve([]),
    },
    templates: {
      list: () => Promise.resolve([]),
      get: () => Promise.reject(notFound('template')),
      create: () => Promise.reject(notFound('template')),
      delete: () => Promise.resolve(),
    },
    registries: {
      list: () => Promise.resolve([]),
      create: () => Promise.reject(notFound('registry')),
      delete: () => Promise.resolve(),
    },
    networkVolumes: {
      list: () => this.#call('list volumes', () => this.volumes),
      get: (id) => this.#call('get volume', () => this.#volume(id)),
      create: () => Promise.reject(notFound('network volume')),
      update: () => Promise.reject(notFound('network volume')),
      delete: (id) =>
        this.#call('delete volume', () => {
          this.volumes = this.volumes.filter((volume) => volume.id !== id);
        }),
    },
    billing: {
      pods: ({ podId }) => Promise.resolve(this.#bill(podId ?? '')),
      serverless: () => Promise.reject(notFound('bill')),
      networkVolumes: () => Promise.reject(notFound('bill')),
      publicEndpoints: () => Promise.reject(notFound('bill')),
    },
    balance: () => Promise.resolve({ balanceUsd: 20, spendUsdPerHour: 0, spendLimitUsdPerHour: 80 }),
    rates: () => ({ windows: [] }),
    clockOffsetMs: () => this.offsetMs,
  };

  /** Model servers behind the pods' public URLs `https://{podId}-{port}.pods.test`. */
  readonly fetch: Fetch = (url, init) => {
    const { hostname, pathname } = new URL(url);
    const entry = this.pods.get(hostname.split('-')[0] ?? '');
    this.#settle();
    if (entry === undefined || entry.gone || entry.pod.status !== 'RUNNING') return answer(404, '<html>');
    if (this.cloudNow() < entry.readyAt) return answer(502, '<html>');
    if (pathname === '/health' || pathname === '/api/version') return answer(200, { version: '0.33.0' });
    const { VLLM_API_KEY, RPLM_FRONT_KEY } = entry.body.env ?? {};
    const given = new Headers(init?.headers ?? {}).get('authorization');
    if (given !== `Bearer ${RPLM_FRONT_KEY ?? VLLM_API_KEY}`) return answer(401, {});
    return this.#serve(entry, pathname, init);
  };

  #serve(entry: FakePod, path: string, init: Parameters<Fetch>[1]): Promise<Response> {
    const body = typeof init?.body === 'string' ? init.body : '';
    if (path === '/api/pull')
      return this.pullMs > 0 ? this.#pullSlowly(entry, body, init?.signal) : this.#pull(entry, body);
    const isOllama = entry.body.env?.['RPLM_FRONT_KEY'] !== undefined;
    const served = isOllama ? entry.pulled : [servedName(entry.body.args ?? '')];
    if (path === '/v1/models') return answer(200, { data: served.map((id) => ({ id })) });
    this.asked.push(path);
    return answer(200, { choices: [{ message: { content: 'x' } }] });
  }

  #pullSlowly(entry: FakePod, body: string, signal: AbortSignal | null | undefined): Promise<Response> {
    const total = this.pullMs;
    const from = this.clock.now();
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const line = (value: object): void => controller.enqueue(Buffer.from(`${JSON.stringify(value)}\n`));
        let cancel = (): void => {};
        const tick = (): void => {
          const completed = this.clock.now() - from;
          if (completed < total) {
            line({ status: 'pulling x', total, completed });
            cancel = this.clock.after(10_000, tick);
            return;
          }
          entry.pulled.push(String(JSON.parse(body).model));
          line({ status: 'success' });
          controller.close();
        };
        signal?.addEventListener('abort', () => {
          cancel();
          controller.error(new DOMException('aborted', 'AbortError'));
        });
        tick();
      },
    });
    return Promise.resolve(new Response(stream, { status: 200 }));
  }

  #pull(entry: FakePod, body: string): Promise<Response> {
    const refused = this.pulls.shift();
    if (refused !== undefined) return answer(200, `${JSON.stringify({ error: refused })}\n`);
    const { model }: { model?: unknown } = JSON.parse(body);
    entry.pulled.push(String(model));
    return answer(200, `{"status":"pulling x","total":4,"completed":2}\n{"status":"success"}\n`);
  }

  async #call<T>(kind: string, work: () => T): Promise<T> {
    this.calls.push(kind);
    const failure = this.failures.get(kind)?.shift();
    if (failure !== undefined) throw failure;
    this.#settle();
    return work();
  }

  #volume(id: string): NetworkVolume {
    const volume = this.volumes.find((entry) => entry.id === id);
    if (volume === undefined) throw notFound('network volume');
    return volume;
  }

  #rescale(id: string, max: number): Endpoint {
    this.endpoints = this.endpoints.map((entry) =>
      entry.id === id ? { ...entry, workers: { ...entry.workers, min: 0, max } } : entry,
    );
    return this.#endpoint(id);
  }

  #endpoint(id: string): Endpoint {
    const endpoint = this.endpoints.find((entry) => entry.id === id);
    if (endpoint === undefined) throw notFound('endpoint');
    return endpoint;
  }

  /** Containers come up by the clock. */
  #settle(): void {
    for (const entry of this.alive()) {
      const { pod } = entry;
      if (pod.status === 'PROVISIONING' && this.cloudNow() >= entry.upAt) {
        entry.pod = { ...pod, status: 'RUNNING', actions: ['stop', 'restart', 'terminate'] };
      }
      if (entry.pod.status === 'RUNNING') {
        const uptime = Math.max(0, Math.floor((this.cloudNow() - entry.upAt) / 1000));
        entry.pod = { ...entry.pod, runtime: { uptime, gpus: [{ util: 0, memoryUtil: 10 }] } };
      }
    }
  }

  #list(): Pod[] {
    const now = this.cloudNow();
    const listed = this.alive()
      .filter((entry) => now >= entry.listedFrom)
      .map((entry) => entry.pod);
    if (this.duplicateLists > 0) {
      this.duplicateLists--;
      return [...listed, ...listed];
    }
    return listed;
  }

  #find(id: string): FakePod {
    const entry = this.pods.get(id);
    if (entry === undefined || entry.gone) throw notFound('pod');
    return entry;
  }

  async #create(body: CreatePodRequest): Promise<Pod> {
    this.calls.push(`create ${body.gpu?.id ?? 'cpu'}`);
    const trick = this.creates.shift();
    if (trick?.do === 'refuse' || trick?.do === 'drop') throw trick.error;
    if (trick?.do === 'slow') await this.clock.sleep(trick.ms);
    const entry = this.#make(body);
    if (trick?.do === 'ghost') {
      this.#end(entry);
      return entry.pod;
    }
    if (trick?.do === 'lose') {
      entry.listedFrom = this.cloudNow() + (trick.listLagMs ?? 0);
      throw trick.error;
    }
    return entry.pod;
  }

  #make(body: CreatePodRequest): FakePod {
    const id = `pod${++this.#serial}`;
    const now = this.cloudNow();
    const gpu = { id: body.gpu?.id ?? '', count: body.gpu?.count ?? 1 };
    const price = this.gpus.find((offer) => offer.id === gpu.id)?.price.secure ?? 1;
    const entry: FakePod = {
      pod: {
        id,
        name: body.name,
        status: 'PROVISIONING',
        actions: ['stop', 'terminate'],
        image: body.image ?? '',
        args: body.args ?? '',
        disk: body.disk ?? 20,
        mounts: body.mounts ?? {},
        ports: body.ports ?? [],
        env: body.env ?? {},
        registry: null,
        gpu,
        cloud: body.cloud ?? 'SECURE',
        dataCenterId: 'EU-RO-1',
        cudaVersion: '13.0',
        ssh: { proxy: null, direct: null },
        template: null,
        cost: price * gpu.count,
        locked: false,
        globalNetworking: { enabled: false },
        runtime: null,
        createdAt: new Date(this.cloudNow()).toISOString(),
        startedAt: null,
      },
      body,
      listedFrom: now,
      upAt: now + this.bootMs,
      readyAt: now + this.bootMs + this.loadMs,
      gone: false,
      pulled: [],
      log: [],
      readers: new Set(),
    };
    this.pods.set(id, entry);
    this.#billingSince.set(id, this.cloudNow());
    return entry;
  }

  #update(id: string, body: UpdatePodRequest): Pod {
    const entry = this.#find(id);
    entry.pod = {
      ...entry.pod,
      locked: body.locked ?? entry.pod.locked,
      env: body.env ?? entry.pod.env ?? {},
    };
    return entry.pod;
  }

  #delete(id: string): 'ended' | 'absent' {
    const entry = this.pods.get(id);
    if (entry === undefined || entry.gone) return 'absent';
    this.#end(entry);
    return 'ended';
  }

  #action(id: string, action: PodAction): Pod | null {
    const entry = this.#find(id);
    const { pod } = entry;
    if (action === 'terminate') {
      this.#end(entry);
      return null;
    }
    if (!pod.actions.includes(action)) throw new AppError('runpod_conflict', `${action} is not valid now`);
    if (action === 'stop') return this.#stop(entry);
    if (action === 'start') this.#start(entry);
    entry.upAt = this.cloudNow() + this.bootMs;
    entry.readyAt = entry.upAt + this.loadMs;
    if (action === 'start' && this.lostStarts > 0) {
      this.lostStarts--;
      entry.pod = { ...entry.pod, startedAt: null };
      throw new AppError('runpod_unavailable', 'no answer', { details: { mayHaveHappened: true } });
    }
    return entry.pod;
  }

  /** Somebody starts it in RunPod's console; no instant is named before the container runs. */
  startOutside(id: string): void {
    const entry = this.#find(id);
    this.#start(entry);
    entry.pod = { ...entry.pod, startedAt: null };
    entry.upAt = this.cloudNow() + this.bootMs;
    entry.readyAt = entry.upAt + this.loadMs;
  }

  #stop(entry: FakePod): Pod {
    if (entry.pod.locked) throw new AppError('runpod_conflict', 'the pod is locked');
    if (this.phantomStops > 0) {
      this.phantomStops--;
      return { ...entry.pod, status: 'EXITED' };
    }
    this.#exit(entry);
    return entry.pod;
  }

  #start(entry: FakePod): void {
    const zero = this.startsWithoutGpu > 0;
    if (zero) this.startsWithoutGpu--;
    this.#billingSince.set(entry.pod.id, this.cloudNow());
    entry.pod = {
      ...entry.pod,
      status: 'PROVISIONING',
      actions: ['stop', 'terminate'],
      cost: this.priceOf(entry.pod.id),
      startedAt: new Date(this.cloudNow()).toISOString(),
      gpu: { id: entry.body.gpu?.id ?? '', count: zero ? 0 : (entry.body.gpu?.count ?? 1) },
    };
  }

  #exit(entry: FakePod): void {
    this.#stopBilling(entry.pod.id);
    entry.pod = { ...entry.pod, status: 'EXITED', actions: ['start', 'terminate'], cost: 0, runtime: null };
  }

  #end(entry: FakePod): void {
    this.#stopBilling(entry.pod.id);
    entry.gone = true;
    for (const wake of entry.readers) wake();
  }

  #stopBilling(id: string): void {
    const since = this.#billingSince.get(id);
    if (since === undefined) return;
    this.#billingSince.delete(id);
    this.billed.set(id, (this.billed.get(id) ?? 0) + this.cloudNow() - since);
  }

  #bill(podId: string): Awaited<ReturnType<RunPodApi['billing']['pods']>> {
    const totalAmount = ((this.billed.get(podId) ?? 0) * this.priceOf(podId)) / 3_600_000;
    const range = { startTime: '2026-11-24T00:00:00Z', endTime: '2026-11-25T00:00:00Z' };
    const amounts = { totalAmount, gpuAmount: totalAmount, cpuAmount: 0, diskAmount: 0 };
    return {
      records: [{ ...range, ...amounts, podId }],
      metadata: {
        query: { ...range, bucketSize: 'hour' },
        recordCount: 1,
        uniquePodCount: 1,
        totals: amounts,
      },
    };
  }

  async *#logs(id: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<PodLogLine> {
    this.calls.push('logs');
    const failure = this.failures.get('logs')?.shift();
    if (failure !== undefined) throw failure;
    const entry = this.#find(id);
    const from = options.lastEventId;
    // RunPod may repeat lines at a reconnect (FACTS 2.9).
    let next =
      from === undefined
        ? 0
        : Math.max(
            0,
            entry.log.findIndex((line) => line.id === from),
          );
    const generation = this.#logGeneration;
    while (!entry.gone) {
      if (generation !== this.#logGeneration) throw new AppError('runpod_unreachable', 'the log broke off');
      for (; next < entry.log.length; next++) {
        const line = entry.log[next];
        if (line !== undefined) yield line;
      }
      await new Promise<void>((resolve, reject) => {
        const leave = (): void => {
          entry.readers.delete(wake);
          reject(Object.assign(new Error('aborted'), { name: 'AbortError' }));
        };
        const wake = (): void => {
          entry.readers.delete(wake);
          signal.removeEventListener('abort', leave);
          resolve();
        };
        if (signal.aborted) {
          leave();
          return;
        }
        entry.readers.add(wake);
        signal.addEventListener('abort', leave, { once: true });
      });
    }
    throw notFound('pod');
  }
}

export function gpuType(id: string, usdPerHour: number): GpuType {
  return {
    id,
    name: id.replace('NVIDIA ', ''),
    pool: null,
    manufacturer: 'NVIDIA',
    memory: 24,
    secure: true,
    community: false,
    price: { secure: usdPerHour, community: 0 },
    maxCount: { secure: 8, community: 0 },
  };
}

const notFound = (what: string): AppError =>
  new AppError('runpod_not_found', `RunPod does not know this ${what}.`);

async function* noLines(): AsyncGenerator<PodLogLine> {}

const answer = (status: number, body: object | string): Promise<Response> =>
  Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }));

const servedName = (args: string): string => /--served-model-name ([\w.-]+)/.exec(args)?.[1] ?? 'unknown';
