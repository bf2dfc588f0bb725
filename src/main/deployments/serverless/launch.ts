import { createHash } from 'node:crypto';
import type { DeploymentSpec } from '../../../shared/model.ts';
import type { GpuOffer } from '../../planner/types.ts';
import type { CreateEndpointRequest } from '../../runpod/api.ts';
import { specHash as podHash } from '../pod/launch.ts';
import { endpointBody } from '../policy/serverless-shape.ts';
import type { EndpointLaunch } from '../record.ts';
import type { Recipe } from '../types.ts';
import type { EndpointChoice } from './choice.ts';
import type { RunKind } from './kind.ts';

export interface EndpointLaunchInput {
  readonly name: string;
  readonly spec: DeploymentSpec;
  readonly choice: EndpointChoice;
  readonly offers: readonly Pick<GpuOffer, 'id' | 'pool'>[];
  readonly recipe: Recipe;
  readonly hfToken: string | null;
}

/**
 * The create call for an endpoint, and what must be remembered about it.
 * @throws AppError invalid_input, unsupported, unknown_gpu: each names the field
 */
export function buildEndpoint(input: EndpointLaunchInput): {
  readonly launch: EndpointLaunch;
  readonly body: CreateEndpointRequest;
} {
  const { spec, choice, recipe } = input;
  const { candidate, gpus, maxWorkers } = choice;
  const serverless = {
    ...spec.serverless,
    maxWorkers,
    minWorkers: Math.min(spec.serverless.minWorkers, maxWorkers),
  };
  const body = endpointBody({
    ...input,
    spec: { ...spec, serverless },
    candidate,
    gpuTypeIds: gpus.map(({ gpuTypeId }) => gpuTypeId),
    registryId: null,
  });
  const launch: EndpointLaunch = {
    backend: spec.backend,
    type: serverless.type,
    gpus: gpus.map((gpu) => ({ ...gpu })),
    gpuCount: candidate.gpuCount,
    image: body.image ?? recipe.image,
    servedModel: spec.backend === 'vllm' ? spec.name : spec.model,
    healthPath: recipe.healthPath,
    fingerprint: digest([recipe.image, recipe.argv, recipe.env, spec.model, spec.revision, spec.templateId]),
    specHash: launchHash(spec, 'serverless'),
    workers: {
      min: serverless.minWorkers,
      max: maxWorkers,
      idleTimeout: body.workers?.idleTimeout ?? null,
    },
    timeoutSeconds: serverless.timeoutSeconds,
    made: marked(body),
  };
  return { launch, body };
}

/** Changes exactly when an edit has to change what is there, of the kind it runs on. */
export function launchHash(spec: DeploymentSpec, kind: RunKind): string {
  return kind === 'pod' ? podHash(spec) : digest(['serverless', podHash(spec), spec.serverless, spec.name]);
}

/** The secrets of the app itself leave only a mark: enough to see that one changed. */
export function marked(body: CreateEndpointRequest): CreateEndpointRequest {
  const token = body.env?.['HF_TOKEN'];
  if (token === undefined) return body;
  return { ...body, env: { ...body.env, HF_TOKEN: `mark:${digest(token)}` } };
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
