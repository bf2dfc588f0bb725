import type { PlanCandidate } from '../../shared/model.ts';
import { gpus, tokens, usd } from './numbers.ts';
import type { Case } from './judge.ts';

/** Coding agents begin with 8 to 19 thousand tokens before the user's first word (CLIENTS 1.7). */
const CODING_AGENT_CONTEXT = 32_768;

/** What somebody should know before paying, in words. */
export function warningsFor(on: Case, candidates: readonly PlanCandidate[], complete: boolean): string[] {
  const warnings = [...factWarnings(on, complete)];
  const { request, facts } = on;
  const generates = facts.pipeline === null || facts.pipeline === 'text-generation';
  if (generates && request.contextTokens < CODING_AGENT_CONTEXT) {
    warnings.push(
      `Coding agents open with up to 19,000 tokens: a context of ${tokens(request.contextTokens)} looks broken to them; 32,768 or more is right.`,
    );
  }
  if (request.mode === 'auto' && request.compute.cloud === 'COMMUNITY')
    warnings.push('Community Cloud is for its pods: where it runs serverless, RunPod places its workers.');
  return [...warnings, ...candidateWarnings(candidates)];
}

function factWarnings({ request, facts, shape }: Case, complete: boolean): string[] {
  const warnings: string[] = [];
  if (facts.gated) {
    warnings.push(
      `${request.model} is gated: it needs a Hugging Face token (HF_TOKEN) whose owner accepted the licence.`,
    );
  }
  if (shape === null) {
    warnings.push(`Nothing is known of ${request.model}: whether it fits is NOT checked.`);
  } else if (!complete) {
    const guessed = shape.guessed.length === 0 ? '' : ` (guessed: ${shape.guessed.join(', ')})`;
    warnings.push(`The memory is an estimate, as the model's facts could not all be had${guessed}.`);
  }
  if (
    facts.maxContextTokens?.provenance === 'guessed' &&
    request.contextTokens > facts.maxContextTokens.value
  ) {
    warnings.push(
      `The model may be limited to ${tokens(facts.maxContextTokens.value)} tokens; ${tokens(request.contextTokens)} are asked for.`,
    );
  }
  return warnings;
}

function candidateWarnings(candidates: readonly PlanCandidate[]): string[] {
  const [best] = candidates;
  const warnings: string[] = [];
  if (best?.tight === true) {
    const roomy = candidates.find((candidate) => !candidate.tight);
    const instead =
      roomy === undefined
        ? ''
        : ` ${roomy.gpuCount === 1 ? '' : `${gpus(roomy.gpuCount)} of `}${roomy.gpuName} at ${usd(roomy.usdPerHour)} leaves ${roomy.headroomPercent.toFixed(0)} %.`;
    warnings.push(
      `The first choice is tight: ${best.headroomPercent.toFixed(1)} % of its memory stays free, within the estimate's error.${instead}`,
    );
  }
  if (candidates.every((candidate) => candidate.stock === 'NONE')) {
    warnings.push('RunPod shows no stock for anything that fits; starting may take several attempts.');
  }
  return warnings;
}
