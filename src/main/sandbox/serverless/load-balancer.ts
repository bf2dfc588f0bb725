import { behindEdge } from '../http/edge.ts';
import { json, segments, type SimReply, type SimRequest } from '../http/message.ts';
import type { Caller } from '../control-plane/access.ts';
import type { ModelServer } from '../model-server/model-server.ts';
import type { EndpointRecord, WorkerRecord } from '../state.ts';
import { waitForChange, type World } from '../world.ts';
import type { Endpoints, RunningEndpoint } from './endpoints.ts';

/** Limits of the load-balancer plane (FACTS 3.4). */
const WAIT_FOR_WORKER_MS = 120_000;
const LONGEST_REQUEST_MS = 330_000;
const MAX_BYTES = 30 * 1024 * 1024;

/** `/lb/<id>/<any path>`: straight to a worker, no queue, no retry (FACTS 3.6). */
export async function answerLoadBalancer(
  world: World,
  endpoints: Endpoints,
  caller: Caller | null,
  request: SimRequest,
): Promise<SimReply> {
  const [, id = '', ...rest] = segments(request.path);
  if (caller?.kind !== 'account' || caller.rights === 'read-only')
    return json(401, { error: 'unauthorized' });
  const running = endpoints.get(id);
  if (running === null || running.record.type !== 'LOAD_BALANCER')
    return json(404, { error: 'endpoint not found' });
  if (request.body.byteLength > MAX_BYTES) return json(413, { error: 'payload too large' });
  endpoints.touch(running);
  const cold = running.fleet.active.length === 0;
  // Every request counts as traffic and wakes workers, those that are refused too.
  const worker = await waitForWorker(world, running, request, cold);
  if (typeof worker === 'string') return json(worker === 'gone' ? 404 : 400, { error: REFUSALS[worker] });
  return serve(world, running, worker, { ...request, path: `/${rest.join('/')}` });
}

const REFUSALS = {
  none: 'no workers available',
  gone: 'affinity_worker_gone',
  late: 'timed out waiting for worker',
} as const;

async function waitForWorker(
  world: World,
  running: RunningEndpoint,
  request: SimRequest,
  cold: boolean,
): Promise<WorkerRecord | keyof typeof REFUSALS> {
  running.waiting += 1;
  world.changes.emit(running.record.id);
  try {
    return cold ? 'none' : await findWorker(world, running, request);
  } finally {
    running.waiting -= 1;
    world.changes.emit(running.record.id);
  }
}

async function findWorker(
  world: World,
  running: RunningEndpoint,
  request: SimRequest,
): Promise<WorkerRecord | 'gone' | 'late'> {
  const [, mode, wanted] =
    /^(strict(?:-resume)?\s+)?(\S+)/.exec(request.headers['x-runpod-worker-id'] ?? '') ?? [];
  const deadline = world.clock.now() + WAIT_FOR_WORKER_MS;
  for (;;) {
    const ready = await healthyWorkers(world, running, request.signal);
    const same = ready.find((worker) => worker.id === wanted);
    if (same !== undefined) return same;
    if (mode !== undefined) return 'gone';
    const least = ready.toSorted((a, b) => running.fleet.busy(a) - running.fleet.busy(b))[0];
    if (least !== undefined) return least;
    const left = deadline - world.clock.now();
    if (left <= 0 || request.signal.aborted) return 'late';
    await waitForChange(world, running.record.id, left, request.signal);
  }
}

/** Those whose port is published and whose health check answers 200: 204 is a worker that still loads (FACTS 3.6). */
async function healthyWorkers(
  world: World,
  running: RunningEndpoint,
  signal: AbortSignal,
): Promise<WorkerRecord[]> {
  const { record, fleet } = running;
  const port = Number(record.env['PORT'] ?? '80');
  const now = world.clock.now();
  const healthy: WorkerRecord[] = [];
  for (const worker of fleet.active) {
    const server = fleet.listening(worker, now);
    if (server === null || server.port !== port || !record.ports.includes(`${port}/http`)) continue;
    if ((await healthOf(record, server, signal)) === 200) healthy.push(worker);
  }
  return healthy;
}

/** The status of the endpoint's health check; null = nothing answers there. */
async function healthOf(
  { image, env, ports }: EndpointRecord,
  server: ModelServer,
  signal: AbortSignal,
): Promise<number | null> {
  const port = Number(env['PORT_HEALTH'] ?? '80');
  const path = env['HEALTH_CHECK_PATH'] ?? '/ping';
  if (port !== server.port) {
    // The app's own images of vLLM tell it on a port of their own.
    const tells = OWN_VLLM_BALANCER.test(image) && ports.includes(`${port}/http`) && path === '/ping';
    return tells ? 200 : null;
  }
  const query = new URLSearchParams();
  const reply = await server.handle({
    method: 'GET',
    path,
    query,
    headers: {},
    body: new Uint8Array(),
    signal,
  });
  return 'drop' in reply ? null : reply.status;
}

const OWN_VLLM_BALANCER = /:vllm-load-balancer-[0-9a-f]{16}$/;

/** RunPod uses the Authorization header up: it does not reach the worker (FACTS 3.2). */
async function serve(
  world: World,
  running: RunningEndpoint,
  worker: WorkerRecord,
  request: SimRequest,
): Promise<SimReply> {
  const { authorization: _, ...headers } = request.headers;
  const limits = { silenceMs: LONGEST_REQUEST_MS, totalMs: LONGEST_REQUEST_MS };
  const reply = await behindEdge(world.clock, limits, { ...request, headers }, (inner) =>
    running.fleet.ask(worker, inner),
  );
  if ('drop' in reply) return reply;
  return { ...reply, headers: { ...reply.headers, 'x-runpod-worker-id': worker.id } };
}
