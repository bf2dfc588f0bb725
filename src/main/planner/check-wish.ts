import { AppError } from '../../shared/errors.ts';
import type { PlanRequest } from '../../shared/model.ts';
import { isOllamaName } from './estimate.ts';
import { nearest } from './nearest.ts';
import { tokens } from './numbers.ts';
import type { GpuOffer, ModelFacts } from './types.ts';

/**
 * Refuses what cannot be, before anything is judged or created (SPEC 3.13): each error names the field, the value and the
 * nearest valid choice.
 * @throws AppError unknown_gpu, unsupported, invalid_input
 */
export function checkWish(request: PlanRequest, facts: ModelFacts | null, offers: readonly GpuOffer[]): void {
  checkGpus(request, offers);
  checkBackend(request, facts);
  checkCloud(request);
  checkContext(request, facts);
  checkDataCenters(request, offers);
}

function checkGpus(request: PlanRequest, offers: readonly GpuOffer[]): void {
  const ids = offers.map((offer) => offer.id);
  const unknown = request.compute.gpuTypeIds.find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  const close = nearest(unknown, ids);
  throw new AppError('unknown_gpu', `RunPod's catalogue has no GPU called "${unknown}".`, {
    advice: close.length === 0 ? undefined : `Did you mean ${close.map((id) => `"${id}"`).join(' or ')}?`,
    details: { field: 'compute.gpuTypeIds', value: unknown, nearest: close },
  });
}

function checkBackend(request: PlanRequest, facts: ModelFacts | null): void {
  if (request.backend === 'vllm' && request.model.includes(':') && isOllamaName(request.model)) {
    throw new AppError(
      'invalid_input',
      `"${request.model}" is an Ollama name; the vllm backend takes Hugging Face ids such as Qwen/Qwen3-8B.`,
      {
        advice: 'Use the ollama backend, or a Hugging Face id.',
        details: { field: 'backend', value: request.backend, nearest: 'ollama' },
      },
    );
  }
  if (request.backend === 'ollama' && facts !== null && !isOllamaName(request.model)) {
    refuseHubIdForOllama(request.model, facts);
  }
}

/** Ollama fetches from the hub too, but only GGUF files and only by a name with the hub in front. */
function refuseHubIdForOllama(model: string, facts: ModelFacts): never {
  const gguf = facts.quantization.value === 'gguf';
  throw new AppError(
    'invalid_input',
    `"${model}" is a Hugging Face id; Ollama would look for it in its own library.`,
    {
      advice: gguf ? `Write hf.co/${model}.` : 'Use the vllm backend, or a model in GGUF form.',
      details: gguf
        ? { field: 'model', value: model, nearest: `hf.co/${model}` }
        : { field: 'backend', value: 'ollama', nearest: 'vllm' },
    },
  );
}

/** An endpoint cannot be asked into a cloud: RunPod places its workers, and has no field for it (FACTS 3.1). */
function checkCloud({ mode, compute }: PlanRequest): void {
  if (mode !== 'serverless' || compute.cloud !== 'COMMUNITY') return;
  throw new AppError('invalid_input', 'Serverless workers cannot be had from Community Cloud.', {
    advice: 'Leave the cloud out (--cloud secure), or use mode "pod" for Community Cloud.',
    details: { field: 'compute.cloud', value: compute.cloud, nearest: 'SECURE' },
  });
}

function checkContext(request: PlanRequest, facts: ModelFacts | null): void {
  const longest = facts?.maxContextTokens;
  if (longest === undefined || longest.provenance === 'guessed' || request.contextTokens <= longest.value)
    return;
  throw new AppError(
    'invalid_input',
    `A context of ${tokens(request.contextTokens)} tokens is more than ${request.model} was made for: ${tokens(longest.value)}.`,
    {
      advice: `Lower --context to ${longest.value} or choose a model with a longer context.`,
      details: { field: 'contextTokens', value: request.contextTokens, nearest: longest.value },
    },
  );
}

function checkDataCenters(request: PlanRequest, offers: readonly GpuOffer[]): void {
  const ids = [...new Set(offers.flatMap((offer) => offer.dataCenters.map((center) => center.id)))];
  const unknown = request.compute.dataCenterIds.find((id) => !ids.includes(id));
  if (unknown === undefined || ids.length === 0) return;
  const close = nearest(unknown, ids);
  throw new AppError('invalid_input', `RunPod offers no GPU in a data centre called "${unknown}" now.`, {
    advice: `Use one of ${close.join(', ')}, or none for anywhere.`,
    details: { field: 'compute.dataCenterIds', value: unknown, nearest: close },
  });
}
