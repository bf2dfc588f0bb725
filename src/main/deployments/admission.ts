import { AppError, asAppError } from '../../shared/errors.ts';
import {
  deploymentSpecSchema,
  type DeploymentSpec,
  type DeploymentWish,
  type PlanCandidate,
} from '../../shared/model.ts';
import { formatUsd, formatUsdPerHour, usdForMs } from '../../shared/money.ts';
import { contextFor } from '../planner/context.ts';
import type { GpuOffer, ModelFacts } from '../planner/types.ts';
import { withEndpointType } from './policy/endpoint-type.ts';
import { endpointChoice } from './serverless/choice.ts';
import { quotaWarning } from './serverless/effects/make-endpoint.ts';
import { patiently } from './patience.ts';
import { kindOf } from './serverless/kind.ts';
import { buildEndpoint } from './serverless/launch.ts';
import type { EndpointLaunch } from './record.ts';
import type { FleetDeps } from './types.ts';
import type { Market } from './market.ts';

/** Errors that say nothing about the wish, only that it could not be checked now. */
const UNCHECKED: ReadonlySet<string> = new Set([
  'runpod_key_missing',
  'runpod_rate_limited',
  'runpod_unavailable',
  'runpod_unreachable',
]);

export interface AdmissionParts {
  readonly deps: FleetDeps;
  readonly market: Market;
  /** The endpoint that an edit is about: its own workers count once. */
  readonly endpointId?: string | null;
}

/**
 * Refuses what cannot work before anything is made (SPEC 3.13). With `mustRun` false a cloud that cannot be asked now is
 * no refusal: the check is made again when it starts.
 * @throws AppError invalid_input, unsupported, unknown_gpu, model_*, image_invalid, runpod_*
 */
export async function admit(
  wish: DeploymentWish,
  mustRun: boolean,
  { deps, market, endpointId = null }: AdmissionParts,
  signal: AbortSignal,
): Promise<DeploymentSpec> {
  const asked = parseWish(wish);
  const kind = kindOf({ spec: asked });
  let spec = asked;
  try {
    const { plan, facts, offers } = await patiently(deps.clock, signal, (patience) =>
      market.plan(asked, patience, kind),
    );
    spec = { ...asked, contextTokens: contextFor(asked.contextTokens, facts) };
    const candidates = plan.candidates.filter((entry) => entry.kind === kind);
    const launch = await tryOut({ spec, candidates, facts, offers }, deps);
    if (mustRun && launch !== null) await quotaWarning({ deps }, launch.workers.max, endpointId, signal);
    refuseShortBudget(spec, candidates);
    if (facts?.gated === true && !('HF_TOKEN' in spec.env) && (await deps.hfToken()) === null) {
      throw new AppError('model_gated', `"${spec.model}" is gated, and no Hugging Face token is set.`, {
        details: { field: 'model', value: spec.model },
      });
    }
  } catch (error) {
    if (mustRun || !UNCHECKED.has(asAppError(error).code)) throw error;
  }
  return spec;
}

/**
 * A start that is bound to reach its limit would pay for nothing. Even the quickest start of the cheapest choice counts.
 * @throws AppError invalid_input
 */
function refuseShortBudget(spec: DeploymentSpec, candidates: readonly PlanCandidate[]): void {
  const [least] = candidates.toSorted((a, b) => bootUsd(a, 'low') - bootUsd(b, 'low'));
  const limit = spec.budget.usdPerBoot;
  if (least === undefined || bootUsd(least, 'low') <= limit) return;
  const minutes = Math.round(least.secondsToFirstToken.low / 60);
  const enough = Math.ceil(bootUsd(least, 'high'));
  throw new AppError(
    'invalid_input',
    `budget.usdPerBoot: one start may cost ${formatUsd(limit)}, and ${spec.model} on ${least.gpuCount} × ${least.gpuName} ` +
      `takes ${minutes} min or more at ${formatUsdPerHour(least.usdPerHour)}: ${formatUsd(bootUsd(least, 'low'))} at the least.`,
    {
      advice: `Allow up to ${formatUsd(enough)} for a start (deploy --max-boot-cost ${enough}), or choose a smaller model.`,
      details: { field: 'budget.usdPerBoot', value: limit, nearest: enough },
    },
  );
}

const bootUsd = (candidate: PlanCandidate, which: 'low' | 'high'): number =>
  usdForMs(candidate.usdPerHour, candidate.secondsToFirstToken[which] * 1000);

function parseWish(wish: DeploymentWish): DeploymentSpec {
  const parsed = deploymentSpecSchema.safeParse(wish);
  if (parsed.success) return withEndpointType(parsed.data);
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  const code = field === 'image' ? 'image_invalid' : 'invalid_input';
  throw new AppError(code, `${field}: ${issue?.message ?? 'not valid'}`, {
    cause: parsed.error,
    details: { field },
  });
}

interface Trial {
  readonly spec: DeploymentSpec;
  readonly candidates: readonly PlanCandidate[];
  readonly facts: ModelFacts | null;
  readonly offers: readonly GpuOffer[];
}

/**
 * Makes what would be sent, without sending it, so that what RunPod would refuse is refused here. null = nothing beyond
 * the recipe has to be made up.
 * @throws AppError invalid_input, unsupported, unknown_gpu
 */
async function tryOut(
  { spec, candidates, facts, offers }: Trial,
  { planner, hfToken, guardScripts: scripts }: FleetDeps,
): Promise<EndpointLaunch | null> {
  const [best] = candidates;
  if (best === undefined) return null;
  const recipe = planner.recipe(spec, best, facts);
  const choice = best.kind === 'pod' ? null : endpointChoice(candidates, spec);
  if (choice === null) return null;
  const token = await hfToken();
  const made = { own: null, registryId: null, key: '', scripts };
  return buildEndpoint({ name: spec.name, spec, choice, offers, recipe, hfToken: token, ...made }).launch;
}
