import { AppError, asAppError, isAbort, toErrorBody } from '../../../../shared/errors.ts';
import type { DeploymentSpec, PlanCandidate } from '../../../../shared/model.ts';
import { imageNeed } from '../../../planner/image-need.ts';
import type { ModelFacts } from '../../../planner/types.ts';
import type { CreatePodRequest } from '../../../runpod/api.ts';
import type { Intent } from '../../events.ts';
import type { Launch } from '../../record.ts';
import { createOutcome } from '../create-outcome.ts';
import { candidateKey } from '../decide-placing.ts';
import { openOllamaError, OWN_ENTRYPOINT } from '../ignored-override.ts';
import { findLate } from '../late-creates.ts';
import { buildLaunch, needsOverride, SERVER_KEY_BYTES } from '../launch.ts';
import { builtImage, mayCure } from '../own-image.ts';
import { podName } from '../names.ts';
import { podFacts } from '../read-pod.ts';
import { cloudNow, intentOf, type EffectContext, type EffectParts } from './context.ts';
import { givenLogin, isOverrideIgnored, withImageAdvice } from './image-access.ts';

/** Bytes of what makes a pod's name unique. */
const NONCE_BYTES = 4;

/** Model facts of the last plan, for the create that follows it. */
export interface PlannedFacts {
  readonly spec: DeploymentSpec;
  readonly facts: ModelFacts | null;
}

/** Asks what there is to choose from; the facts come back for the creates that follow. */
export async function planPods(
  parts: EffectParts,
  { record, post, signal }: EffectContext,
): Promise<PlannedFacts | null> {
  try {
    const { plan, facts } = await parts.market.plan(record.spec, signal);
    const image = imageNeed(record.spec, isOverrideIgnored(parts));
    post({ type: 'planned', candidates: plan.candidates, image });
    return { spec: record.spec, facts };
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = asAppError(error);
    post({ type: 'plan-failed', error: toErrorBody(known), retryable: known.retryable });
    return null;
  }
}

/** Intent first, durably; only then the call that may cost money (SPEC 2.3). */
export async function createPod(
  parts: EffectParts,
  candidate: PlanCandidate,
  planned: PlannedFacts | null,
  context: EffectContext,
): Promise<void> {
  const { post, signal } = context;
  const prepared = await prepare(parts, candidate, planned, context);
  if (prepared === null || (await isThereAlready(parts, context))) return;
  const { body, launch } = prepared;
  const intent = intentOf(parts, context.record, { kind: 'create', podName: body.name, podId: null, launch });
  parts.store.openIntent(intent);
  try {
    const made = await parts.deps.api.pods.create(body, signal);
    post({ type: 'created', intent, launch, pod: podFacts(made) });
  } catch (error) {
    if (isAbort(error)) throw error;
    const outcome = createOutcome(await withImageAdvice(parts, namedParts(error), launch.image, signal));
    if (outcome.lost) post({ type: 'create-lost', intent, error: toErrorBody(error) });
    else post({ type: 'create-refused', intent, candidate: candidateKey(candidate), refusal: outcome });
  }
}

/** A create that was given up may have made its pod since the last look: then that one is taken (trap 6). */
async function isThereAlready(
  { deps }: EffectParts,
  { record, post, signal }: EffectContext,
): Promise<boolean> {
  if (record.late.length === 0) return false;
  try {
    const found = findLate(record, await deps.api.pods.list(signal));
    if (found === undefined) return false;
    post({ type: 'late-found', pod: podFacts(found) });
  } catch (error) {
    if (isAbort(error)) throw error;
    post({ type: 'lookup-failed', error: toErrorBody(error) });
  }
  return true;
}

/** Nothing was there yet that could be gone: what the request names is unknown to RunPod (FACTS 1). */
function namedParts(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'runpod_not_found') return error;
  const { message, requestId, details } = error;
  return new AppError('runpod_not_found', message, {
    cause: error,
    requestId,
    details,
    advice:
      'Correct what the deployment names: its template, network volume or registry login is not in this account.',
  });
}

interface Prepared {
  readonly launch: Launch;
  readonly body: CreatePodRequest;
}

/** null = it cannot be made, and that has been said. */
async function prepare(
  parts: EffectParts,
  candidate: PlanCandidate,
  planned: PlannedFacts | null,
  { record, post, signal }: EffectContext,
): Promise<Prepared | null> {
  const { deps, market, timing, installation } = parts;
  const { spec } = record;
  const overrideIgnored = isOverrideIgnored(parts);
  const own = builtImage(record);
  if (own === null && overrideIgnored && needsOverride(spec)) {
    const error = toErrorBody(openOllamaError());
    post(
      mayCure(record)
        ? { type: 'cure-found', cure: OWN_ENTRYPOINT, error }
        : { type: 'boot-given-up', error },
    );
    return null;
  }
  try {
    const facts = planned?.spec === spec ? planned.facts : await market.facts(spec, signal);
    return buildLaunch({
      name: podName(installation, record.id, deps.random.hex(NONCE_BYTES)),
      spec,
      candidate,
      recipe: deps.planner.recipe(spec, candidate, facts),
      own,
      registryId: own === null ? await givenLogin(parts, spec, signal) : own.registryId,
      key: deps.random.hex(SERVER_KEY_BYTES),
      hfToken: await deps.hfToken(),
      apiUrl: deps.apiUrl,
      scripts: deps.guardScripts,
      bootGraceSeconds: timing.bootGraceMs / 1000,
      now: cloudNow(parts),
      overrideIgnored,
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = asAppError(error);
    post({ type: 'plan-failed', error: toErrorBody(known), retryable: known.retryable });
    return null;
  }
}

/** Whether a create whose answer was lost made its pod; of several the oldest is taken, the others are orphans. */
export async function lookupPod(
  parts: EffectParts,
  intent: Intent,
  { post, signal }: EffectContext,
): Promise<void> {
  const { launch } = intent;
  if (launch === null) throw new AppError('internal', 'A create intent without its launch.');
  try {
    const pods = await parts.deps.api.pods.list(signal);
    const [found] = pods
      .filter((entry) => entry.name === intent.podName && entry.status !== 'TERMINATED')
      .map((entry) => podFacts(entry))
      .sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id));
    post(
      found === undefined
        ? { type: 'lookup-empty', intent }
        : { type: 'lookup-found', intent, launch, pod: found },
    );
  } catch (error) {
    if (isAbort(error)) throw error;
    post({ type: 'lookup-failed', error: toErrorBody(error) });
  }
}
