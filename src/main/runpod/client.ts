import { AppError } from '../../shared/errors.ts';
import type { Balance, LogOptions, Pod, PodAction, PodLogLine, RunPodApi } from './api.ts';
import { checkApiUrl } from './api-url.ts';
import { readAccount, UNKNOWN_BALANCE, type AccountOptions } from './graphql.ts';
import { logHeaders, logQuery, readLogLines } from './log-stream.ts';
import {
  checkGpuQuery,
  prepareEndpointCreate,
  prepareEndpointUpdate,
  preparePodCreate,
  preparePodUpdate,
  prepareTemplateCreate,
} from './request-rules.ts';
import { Rest, type Call, type RestOptions } from './rest.ts';
import * as shapes from './shapes.ts';

export type RunPodApiOptions = RestOptions & AccountOptions;

/** A create answers after placement; giving up early would only leave a doubt about what was rented. */
const CREATE_TIME_LIMIT_MS = 60_000;

/**
 * RunPod over REST v2 (and GraphQL for the balance).
 * @throws AppError config_invalid for an address that cannot be RunPod's control plane
 */
export function createRunPodApi(options: RunPodApiOptions): RunPodApi {
  const rest = new Rest(options);
  checkApiUrl(options.graphqlUrl, 'RUNPOD_GRAPHQL_URL');
  return {
    pods: podRoutes(rest),
    serverless: serverlessRoutes(rest),
    catalog: catalogRoutes(rest),
    templates: templateRoutes(rest),
    registries: registryRoutes(rest),
    networkVolumes: networkVolumeRoutes(rest),
    billing: billingRoutes(rest),
    balance: (signal) => readBalance(options, signal),
    rates: () => rest.rates(),
    clockOffsetMs: () => rest.clockOffsetMs(),
  };
}

async function readBalance(options: AccountOptions, signal: AbortSignal): Promise<Balance> {
  const reading = await readAccount(options, signal);
  if (reading.state === 'told') return reading.balance;
  if (reading.state === 'withheld') options.log.debug({ reason: reading.reason }, 'runpod tells no balance');
  return UNKNOWN_BALANCE;
}

function podRoutes(rest: Rest): RunPodApi['pods'] {
  const path = '/v2/pods/{id}';
  return {
    list: (signal) => rest.list({ path: '/v2/pods' }, 'pods', shapes.podShape, signal),
    get: (id, signal) => rest.call({ method: 'GET', path, params: { id } }, shapes.podShape, signal),
    create: async (body, signal) =>
      rest.call(create('/v2/pods', preparePodCreate(body)), shapes.podShape, signal),
    update: async (id, body, signal) =>
      rest.call(
        { method: 'PATCH', path, params: { id }, body: preparePodUpdate(body) },
        shapes.podShape,
        signal,
      ),
    delete: (id, signal) => removePod(rest, path, id, signal),
    action: (id, action, signal) => act(rest, id, action, signal),
    logs: (id, options, signal) =>
      logs(rest, { path: '/v2/pods/{id}/logs', params: { id } }, options, signal),
  };
}

function serverlessRoutes(rest: Rest): RunPodApi['serverless'] {
  const path = '/v2/serverless/{id}';
  const shape = shapes.endpointShape;
  return {
    list: (signal) => rest.list({ path: '/v2/serverless' }, 'endpoints', shape, signal),
    get: (id, signal) => rest.call({ method: 'GET', path, params: { id } }, shape, signal),
    create: async (body, signal) =>
      rest.call(create('/v2/serverless', prepareEndpointCreate(body)), shape, signal),
    update: async (id, body, signal) =>
      rest.call({ method: 'PATCH', path, params: { id }, body: prepareEndpointUpdate(body) }, shape, signal),
    delete: (id, signal) => remove(rest, path, id, signal),
    workers: (id, signal) =>
      rest.call(
        { method: 'GET', path: '/v2/serverless/{id}/workers', params: { id } },
        shapes.workersShape,
        signal,
      ),
    releases: (id, signal) =>
      rest.call(
        { method: 'GET', path: '/v2/serverless/{id}/releases', params: { id } },
        shapes.releasesShape,
        signal,
      ),
    workerLogs: (id, workerId, options, signal) =>
      logs(
        rest,
        { path: '/v2/serverless/{id}/workers/{workerId}/logs', params: { id, workerId } },
        options,
        signal,
      ),
  };
}

function catalogRoutes(rest: Rest): RunPodApi['catalog'] {
  return {
    gpus: async (query, signal) =>
      real(
        await rest.list(
          { path: '/v2/catalog/gpus', query: checkGpuQuery(query) },
          'gpus',
          shapes.gpuShape,
          signal,
        ),
      ),
    dataCenters: async (query, signal) =>
      real(
        await rest.list(
          { path: '/v2/catalog/datacenters', query },
          'dataCenters',
          shapes.dataCenterShape,
          signal,
        ),
      ),
    templates: (source, signal) =>
      rest.list(
        { path: '/v2/catalog/templates', query: { source } },
        'templates',
        shapes.templateShape,
        signal,
      ),
  };
}

/** The catalogue carries a row that stands for nothing (FACTS 5). */
function real<T extends { readonly id: string }>(rows: readonly T[]): T[] {
  return rows.filter((row) => row.id !== 'unknown');
}

function templateRoutes(rest: Rest): RunPodApi['templates'] {
  const path = '/v2/templates/{id}';
  const shape = shapes.templateShape;
  return {
    list: (signal) => rest.list({ path: '/v2/templates' }, 'templates', shape, signal),
    get: (id, signal) => rest.call({ method: 'GET', path, params: { id } }, shape, signal),
    create: async (body, signal) =>
      rest.call(create('/v2/templates', prepareTemplateCreate(body)), shape, signal),
    delete: (id, signal) => remove(rest, path, id, signal),
  };
}

function registryRoutes(rest: Rest): RunPodApi['registries'] {
  const shape = shapes.registryShape;
  return {
    list: (signal) => rest.list({ path: '/v2/registries' }, 'registries', shape, signal),
    create: (body, signal) => rest.call(create('/v2/registries', body), shape, signal),
    delete: (id, signal) => remove(rest, '/v2/registries/{id}', id, signal),
  };
}

function networkVolumeRoutes(rest: Rest): RunPodApi['networkVolumes'] {
  const path = '/v2/network-volumes/{id}';
  const shape = shapes.networkVolumeShape;
  return {
    list: (signal) => rest.list({ path: '/v2/network-volumes' }, 'networkVolumes', shape, signal),
    get: (id, signal) => rest.call({ method: 'GET', path, params: { id } }, shape, signal),
    create: (body, signal) => rest.call(create('/v2/network-volumes', body), shape, signal),
    update: (id, body, signal) => rest.call({ method: 'PATCH', path, params: { id }, body }, shape, signal),
    delete: (id, signal) => remove(rest, path, id, signal),
  };
}

function billingRoutes(rest: Rest): RunPodApi['billing'] {
  return {
    pods: (query, signal) =>
      rest.call({ method: 'GET', path: '/v2/billing/pods', query }, shapes.podBillingShape, signal),
    serverless: (query, signal) =>
      rest.call(
        { method: 'GET', path: '/v2/billing/serverless', query },
        shapes.serverlessBillingShape,
        signal,
      ),
    networkVolumes: (query, signal) =>
      rest.call(
        { method: 'GET', path: '/v2/billing/network-volumes', query },
        shapes.networkVolumeBillingShape,
        signal,
      ),
    publicEndpoints: (query, signal) =>
      rest.call(
        { method: 'GET', path: '/v2/billing/endpoints', query },
        shapes.publicEndpointBillingShape,
        signal,
      ),
  };
}

function create(path: Call['path'], body: unknown): Call {
  return { method: 'POST', path, body, timeLimitMs: CREATE_TIME_LIMIT_MS };
}

/** What is not there any more is deleted. */
async function remove(rest: Rest, path: Call['path'], id: string, signal: AbortSignal): Promise<void> {
  await rest.run({ method: 'DELETE', path, params: { id } }, signal).catch(ignoreNotFound);
}

/** As `remove`, and says whether it was this call that ended it. */
async function removePod(
  rest: Rest,
  path: Call['path'],
  id: string,
  signal: AbortSignal,
): Promise<'ended' | 'absent'> {
  try {
    await rest.run({ method: 'DELETE', path, params: { id } }, signal);
    return 'ended';
  } catch (error) {
    ignoreNotFound(error);
    return 'absent';
  }
}

async function act(rest: Rest, id: string, action: PodAction, signal: AbortSignal): Promise<Pod | null> {
  const call: Call = { method: 'POST', path: '/v2/pods/{id}/action', params: { id }, body: { action } };
  if (action !== 'terminate') return rest.call(call, shapes.podShape, signal);
  await rest.run(call, signal).catch(ignoreNotFound);
  return null;
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof AppError && error.code === 'runpod_not_found')) throw error;
}

async function* logs(
  rest: Rest,
  call: Omit<Call, 'method'>,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<PodLogLine, void> {
  const request: Call = {
    ...call,
    method: 'GET',
    query: logQuery(options),
    headers: logHeaders(options),
  };
  yield* readLogLines(await rest.open(request, signal));
}
