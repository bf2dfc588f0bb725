import type { ImageRequest } from '../../shared/images.ts';
import type { ModelFactsSource } from '../huggingface/source.ts';
import { defineImage, type ImageDefinition, type ImageScripts, type WeightFacts } from './dockerfile.ts';
import { contextFile, readWeightsFolder, type BuildFile } from './image-files.ts';
import { imageReference } from './image-tag.ts';
import { parseImageName } from './image-name.ts';

/** Everything a build needs, known before anything is asked of an engine. */
export interface Planned {
  readonly request: ImageRequest;
  readonly definition: ImageDefinition;
  /** The generated Dockerfile, or the user's edition of it. */
  readonly dockerfile: string;
  readonly files: readonly BuildFile[];
  readonly reference: string;
  readonly contextBytes: number;
  readonly weightBytes: number;
  readonly base: string;
}

export interface PlanningParts {
  readonly scripts: ImageScripts;
  readonly facts: ModelFactsSource;
  /** The registry account; null = none is set. */
  readonly user: string | null;
}

/** @throws AppError invalid_input, image_invalid, model_unknown, model_gated; AbortError */
export async function planImage(
  request: ImageRequest,
  { scripts, facts, user }: PlanningParts,
  signal: AbortSignal,
): Promise<Planned> {
  const weights = await weightsOf(request, facts, signal);
  const definition = defineImage(request, scripts, weights);
  const dockerfile = request.dockerfile ?? definition.dockerfile;
  const files = [
    ...definition.files.map(contextFile),
    ...(request.weightsFolder === null ? [] : await readWeightsFolder(request.weightsFolder, signal)),
  ];
  const reference = imageReference(request, { dockerfile, files }, namespaceOf(user));
  parseImageName(reference);
  return {
    request,
    definition,
    dockerfile,
    files,
    reference,
    contextBytes: files.reduce((sum, { entry }) => sum + entry.size, Buffer.byteLength(dockerfile)),
    weightBytes: request.weights === 'baked' ? (weights.bytes ?? 0) : 0,
    base: definition.labels['org.opencontainers.image.base.name'] ?? '',
  };
}

/** Docker Hub also takes an e-mail address for a login; that names no place for images. */
function namespaceOf(user: string | null): string | null {
  const name = user?.toLowerCase() ?? '';
  return /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name) ? name : null;
}

/** Baked weights are pinned to the commit of now: another commit is another image. */
async function weightsOf(
  request: ImageRequest,
  facts: ModelFactsSource,
  signal: AbortSignal,
): Promise<WeightFacts> {
  if (request.weights !== 'baked' || request.backend !== 'vllm') return { revision: null, bytes: null };
  const known = await facts.facts(request.model, request.revision, signal);
  return { revision: known?.revision ?? null, bytes: known?.weightBytes.value ?? null };
}
