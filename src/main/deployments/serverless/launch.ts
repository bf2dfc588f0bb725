import type { DeploymentSpec } from '../../../shared/model.ts';
import type { GpuOffer } from '../../planner/types.ts';
import type { CreateEndpointRequest } from '../../runpod/api.ts';
import { digest } from '../pod/digest.ts';
import { specHash as podHash } from '../pod/launch.ts';
import { frontEnv, guardedArgs, scriptEnv, type GuardScripts } from '../pod/start-command.ts';
import { endpointBody, type EndpointFront } from '../policy/serverless-shape.ts';
import type { EndpointLaunch, OwnImage } from '../record.ts';
import type { Recipe } from '../types.ts';
import type { EndpointChoice } from './choice.ts';
import { frontOf } from './front.ts';
import type { RunKind } from './kind.ts';

export interface EndpointLaunchInput {
  readonly name: string;
  readonly spec: DeploymentSpec;
  readonly choice: EndpointChoice;
  readonly offers: readonly Pick<GpuOffer, 'id' | 'pool'>[];
  readonly recipe: Recipe;
  /** The image that the app made for it; its settings win over the recipe's. null = none. */
  readonly own: OwnImage['built'];
  /** The login at RunPod that may pull the image; null = it is public. */
  readonly registryId: string | null;
  /** For a server that asks for a key of its own. */
  readonly key: string;
  readonly scripts: GuardScripts;
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
  const { spec, choice, recipe, own } = input;
  const { candidate, gpus, maxWorkers } = choice;
  const serverless = {
    ...spec.serverless,
    maxWorkers,
    minWorkers: Math.min(spec.serverless.minWorkers, maxWorkers),
  };
  const front = frontOf(spec, own);
  const body = endpointBody({
    ...input,
    spec: { ...spec, serverless },
    candidate,
    gpuTypeIds: gpus.map(({ gpuTypeId }) => gpuTypeId),
    front: front === 'none' ? null : frontParts(input, front),
  });
  const image = own?.reference ?? recipe.image;
  const launch: EndpointLaunch = {
    backend: spec.backend,
    type: serverless.type,
    gpus: gpus.map((gpu) => ({ ...gpu })),
    gpuCount: candidate.gpuCount,
    image: body.image ?? image,
    servedModel: spec.backend === 'vllm' ? spec.name : spec.model,
    healthPath: recipe.healthPath,
    key: front === 'none' ? null : input.key,
    override: front === 'sent',
    fingerprint: digest([image, recipe.argv, recipe.env, spec.model, spec.revision, spec.templateId]),
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

/** Beside Ollama on a worker: RunPod ends workers by itself, so that no watchdog has to. */
const BESIDE = { watchdog: false, preload: true } as const;

function frontParts(
  { spec: { backend }, recipe, key, scripts }: EndpointLaunchInput,
  by: 'sent' | 'in-image',
): EndpointFront {
  const env = frontEnv(key, recipe.modelServerPort);
  if (by === 'in-image') return { env, command: null };
  return {
    env: { ...scriptEnv(backend, scripts, BESIDE), ...env },
    command: (argv) => guardedArgs(backend, argv, BESIDE),
  };
}

/** Changes exactly when an edit has to change what is there, of the kind it runs on. */
export function launchHash(spec: DeploymentSpec, kind: RunKind): string {
  return kind === 'pod' ? podHash(spec) : digest(['serverless', podHash(spec), spec.serverless, spec.name]);
}

/** Of what is secret only a mark is remembered here: enough to see that it changed. */
const SECRETS = ['HF_TOKEN', 'RPLM_FRONT_KEY'] as const;

export function marked(body: CreateEndpointRequest): CreateEndpointRequest {
  const { env } = body;
  if (env === undefined) return body;
  const marks = SECRETS.flatMap((name): [string, string][] => {
    const value = env[name];
    return value === undefined ? [] : [[name, `mark:${digest(value)}`]];
  });
  return marks.length === 0 ? body : { ...body, env: { ...env, ...Object.fromEntries(marks) } };
}
