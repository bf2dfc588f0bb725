import { AppError } from '../../shared/errors.ts';
import type {
  CreateEndpointRequest,
  CreatePodRequest,
  CreateTemplateRequest,
  GpuQuery,
  UpdateEndpointRequest,
  UpdatePodRequest,
} from './api.ts';

/**
 * The last gate before a request leaves: what RunPod would misread, or accept to the user's harm, is completed or refused
 * here. What RunPod itself refuses clearly is left to it.
 */

/** The document's default; an endpoint made without it read back 0 (FACTS 3.1). */
const ENDPOINT_TIMEOUT_MS = 300_000;
const MOST_HTTP_PORTS = 10;

interface Container {
  args?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
}

/** @throws AppError invalid_input */
export function preparePodCreate(body: CreatePodRequest): CreatePodRequest {
  checkContainer(body);
  if ((body.gpu === undefined) === (body.cpu === undefined)) {
    throw invalid('gpu', body.gpu, 'exactly one of gpu and cpu');
  }
  if (body.image === undefined && body.templateId === undefined) {
    throw invalid('image', undefined, 'an image or a templateId');
  }
  if (body.mounts?.persistent !== undefined && body.mounts.network !== undefined) {
    throw invalid('mounts', undefined, 'persistent or network, not both');
  }
  // Without a count RunPod reports "no instances available" for GPUs it has (FACTS 1).
  return withoutEmptyArgs({ ...body, ...(body.gpu && { gpu: { count: 1, ...body.gpu } }) });
}

export function preparePodUpdate(body: UpdatePodRequest): UpdatePodRequest {
  checkContainer(body);
  return body;
}

export function prepareEndpointCreate(body: CreateEndpointRequest): CreateEndpointRequest {
  checkContainer(body);
  if (body.type === 'LOAD_BALANCER' && body.scaling.type !== 'REQUEST_COUNT') {
    throw invalid('scaling.type', body.scaling.type, 'REQUEST_COUNT on a LOAD_BALANCER endpoint');
  }
  if (
    body.type === 'QUEUE' &&
    body.scaling.type === 'REQUEST_COUNT' &&
    body.workers?.idleTimeout !== undefined
  ) {
    throw invalid('workers.idleTimeout', body.workers.idleTimeout, 'nothing with QUEUE and REQUEST_COUNT');
  }
  return withoutEmptyArgs({
    timeout: ENDPOINT_TIMEOUT_MS,
    ...body,
    ...(body.gpu && { gpu: { count: 1, ...body.gpu } }),
  });
}

export function prepareEndpointUpdate(body: UpdateEndpointRequest): UpdateEndpointRequest {
  checkContainer(body);
  return body;
}

export function prepareTemplateCreate(body: CreateTemplateRequest): CreateTemplateRequest {
  checkContainer(body);
  return withoutEmptyArgs(body);
}

/** Stock is told only for a stated product, and filters of stock are valid only with it (FACTS 5). */
export function checkGpuQuery(query: GpuQuery): GpuQuery {
  const { include, ...filters } = query;
  const wanted = include?.includes('AVAILABILITY') ?? false;
  if (wanted && (query.product === undefined || query.product.length === 0)) {
    throw invalid('product', query.product, 'POD, SERVERLESS or CLUSTER with include=AVAILABILITY');
  }
  const [filter] = Object.entries(filters).find(([, value]) => value !== undefined) ?? [];
  if (!wanted && filter !== undefined) throw invalid(filter, undefined, 'include=AVAILABILITY beside it');
  return query;
}

function checkContainer({ env = {}, ports = [] }: Container): void {
  if ('RUNPOD_API_KEY' in env) {
    throw invalid(
      'env.RUNPOD_API_KEY',
      '***',
      'left to RunPod, which injects a key that can only stop this pod',
    );
  }
  const wrong = ports.find((port) => !/^\d{1,5}\/(?:http|tcp)$/.test(port));
  if (wrong !== undefined)
    throw invalid('ports', wrong, 'a port with its protocol, such as 8000/http or 22/tcp');
  if (ports.filter((port) => port.endsWith('/http')).length > MOST_HTTP_PORTS) {
    throw invalid('ports', ports.length, `at most ${MOST_HTTP_PORTS} http ports`);
  }
}

/** An empty string would replace the image's own command with nothing (FACTS 2.2). */
function withoutEmptyArgs<T extends Container>(body: T): T {
  const copy = { ...body };
  if (copy.args === '') delete copy.args;
  return copy;
}

function invalid(field: string, value: unknown, allowed: string): AppError {
  return new AppError('invalid_input', `${field} is not right for RunPod: ${allowed}.`, {
    details: { field, value, allowed },
  });
}
