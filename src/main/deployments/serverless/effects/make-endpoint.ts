import { AppError, asAppError, isAbort, toErrorBody } from '../../../../shared/errors.ts';
import type { DeploymentSpec } from '../../../../shared/model.ts';
import { imageNeed } from '../../../planner/image-need.ts';
import type { GpuOffer, ModelFacts } from '../../../planner/types.ts';
import type { CreateEndpointRequest, UpdateEndpointRequest } from '../../../runpod/api.ts';
import type { Intent } from '../../events.ts';
import { createOutcome } from '../../pod/create-outcome.ts';
import { intentOf, type EffectContext } from '../../pod/effects/context.ts';
import { givenLogin, isOverrideIgnored, withImageAdvice } from '../../pod/effects/image-access.ts';
import { openOllamaError } from '../../pod/ignored-override.ts';
import { SERVER_KEY_BYTES } from '../../pod/launch.ts';
import { isNamed, podName } from '../../pod/names.ts';
import { builtImage } from '../../pod/own-image.ts';
import { endpointEdit } from '../../policy/endpoint-edit.ts';
import { checkWorkerQuota } from '../../policy/worker-quota.ts';
import type { EndpointLaunch } from '../../record.ts';
import { endpointChoice, type EndpointChoice } from '../choice.ts';
import { buildEndpoint, marked } from '../launch.ts';
import { endpointFacts } from '../read-endpoint.ts';
import { endpointOf, type EndpointParts } from './context.ts';

/** Bytes of what makes an endpoint's name unique. */
const NONCE_BYTES = 4;

/** What the last plan found, for the call that follows it. */
export interface PlannedEndpoint {
  readonly spec: DeploymentSpec;
  readonly facts: ModelFacts | null;
  readonly offers: readonly GpuOffer[];
  readonly choice: EndpointChoice;
}

export async function planEndpoint(
  parts: EndpointParts,
  { record, post, signal }: EffectContext,
): Promise<PlannedEndpoint | null> {
  const { market } = parts;
  const { spec } = record;
  try {
    const { plan, facts, offers } = await market.plan(spec, signal, 'serverless');
    const candidates = plan.candidates.filter(({ kind }) => kind === 'serverless');
    const choice = endpointChoice(candidates, spec);
    if (choice === null) throw new AppError('model_does_not_fit', 'No GPU of a serverless pool fits.');
    post({ type: 'planned', candidates, image: imageNeed(spec, isOverrideIgnored(parts)) });
    return { spec, facts, offers, choice };
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = asAppError(error);
    post({ type: 'plan-failed', error: toErrorBody(known), retryable: known.retryable });
    return null;
  }
}

interface Prepared {
  readonly launch: EndpointLaunch;
  readonly body: CreateEndpointRequest;
}

/** @throws AppError of the recipe and the shape; unsupported where Ollama would be without its key check */
async function prepare(
  parts: EndpointParts,
  name: string,
  { spec, facts, offers, choice }: PlannedEndpoint,
  { record, signal }: EffectContext,
): Promise<Prepared> {
  const { deps } = parts;
  const own = builtImage(record);
  const prepared = buildEndpoint({
    name,
    spec,
    choice,
    offers,
    recipe: deps.planner.recipe(spec, choice.candidate, facts),
    own,
    registryId: own === null ? await givenLogin(parts, spec, signal) : own.registryId,
    key: record.endpoint?.launch.key ?? deps.random.hex(SERVER_KEY_BYTES),
    scripts: deps.guardScripts,
    hfToken: await deps.hfToken(),
  });
  if (prepared.launch.override && isOverrideIgnored(parts)) throw openOllamaError();
  return prepared;
}

/** Workers are promised out of one account-wide number (trap 40). @throws AppError invalid_input, runpod_* */
export async function quotaWarning(
  { deps }: Pick<EndpointParts, 'deps'>,
  maxWorkers: number,
  exceptId: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  const [endpoints, balance] = await Promise.all([
    deps.api.serverless.list(signal),
    deps.api.balance(signal),
  ]);
  const others = endpoints.filter(({ id }) => id !== exceptId);
  const othersMaxWorkers = others.reduce((sum, { workers }) => sum + workers.max, 0);
  return checkWorkerQuota({ maxWorkers, othersMaxWorkers, balanceUsd: balance.balanceUsd });
}

/** Intent first, durably; only then the call whose workers may cost money (SPEC 2.3). */
export async function createEndpoint(
  parts: EndpointParts,
  planned: PlannedEndpoint,
  context: EffectContext,
): Promise<void> {
  const { deps, store, installation } = parts;
  const { record, post, signal } = context;
  const name = podName(installation, record.id, deps.random.hex(NONCE_BYTES));
  const { launch, body } = await prepare(parts, name, planned, context);
  await warnOfQuota(parts, launch, context);
  if (planned.choice.note !== null) post({ type: 'told', text: planned.choice.note });
  if (launch.backend === 'ollama' && launch.key === null) post({ type: 'told', text: EDGE_ONLY });
  const intent = {
    ...intentOf(parts, record, { kind: 'create-endpoint', podName: name, podId: null, launch: null }),
    endpoint: launch,
  };
  store.openIntent(intent);
  try {
    const made = await deps.api.serverless.create(body, signal);
    post({ type: 'endpoint-made', intent, launch, endpoint: endpointFacts(made), adopted: false });
  } catch (error) {
    if (isAbort(error)) throw error;
    const outcome = createOutcome(await withImageAdvice(parts, error, launch.image, signal));
    if (outcome.lost) post({ type: 'create-lost', intent, error: toErrorBody(error) });
    else post({ type: 'endpoint-refused', intent, refusal: outcome });
  }
}

const EDGE_ONLY = "Only RunPod's edge asks for a key here: its image brings no key check of the app's own.";

async function warnOfQuota(
  parts: EndpointParts,
  launch: EndpointLaunch,
  context: EffectContext,
): Promise<void> {
  const own = context.record.endpoint?.id ?? null;
  const warning = await quotaWarning(parts, launch.workers.max, own, context.signal);
  if (warning !== null) context.post({ type: 'told', text: warning });
}

/** Whether a create whose answer was lost made its endpoint; of several the oldest is taken, the others are orphans. */
export async function lookupEndpoint(
  { deps }: EndpointParts,
  intent: Intent,
  { post, signal }: EffectContext,
): Promise<void> {
  const { endpoint: launch } = intent;
  if (launch === undefined) throw new AppError('internal', 'A create intent without its launch.');
  try {
    const endpoints = await deps.api.serverless.list(signal);
    const [found] = endpoints
      .filter((entry) => isNamed(entry.name, intent.podName))
      .map((entry) => endpointFacts(entry))
      .sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id));
    post(
      found === undefined
        ? { type: 'lookup-empty', intent }
        : { type: 'endpoint-made', intent, launch, endpoint: found, adopted: true },
    );
  } catch (error) {
    if (isAbort(error)) throw error;
    post({ type: 'lookup-failed', error: toErrorBody(error) });
  }
}

/** Brings the endpoint to what the spec says now, in place where RunPod can (FACTS 3.1). */
export async function syncEndpoint(
  parts: EndpointParts,
  planned: PlannedEndpoint,
  context: EffectContext,
): Promise<void> {
  const { deps } = parts;
  const { post, signal } = context;
  const { id, name, launch: before } = endpointOf(context);
  const { launch, body } = await prepare(parts, name, planned, context);
  const edit = endpointEdit(before.made, launch.made);
  switch (edit.kind) {
    case 'none':
      post({ type: 'endpoint-changed', launch, endpoint: null, rolls: false });
      return;
    case 'replace':
      post({ type: 'endpoint-replace', why: edit.why });
      return;
    case 'patch': {
      const changed = await deps.api.serverless.update(id, unmarked(edit.body, body), signal);
      post({ type: 'endpoint-changed', launch, endpoint: endpointFacts(changed), rolls: edit.rolls });
    }
  }
}

/** What is sent holds the secrets that what is remembered has only marks of. */
function unmarked(patch: UpdateEndpointRequest, body: CreateEndpointRequest): UpdateEndpointRequest {
  return patch.env === undefined || body.env === undefined || body === marked(body)
    ? patch
    : { ...patch, env: body.env };
}

/** Gives the endpoint the workers of its launch: after a stop, an edit, or RunPod's own scaling down (trap 27). */
export async function scaleEndpoint(parts: EndpointParts, context: EffectContext): Promise<void> {
  const { deps } = parts;
  const { post, signal } = context;
  const { id, launch, maxWorkers } = endpointOf(context);
  if (launch.workers.max > maxWorkers) await warnOfQuota(parts, launch, context);
  const { min, max, idleTimeout } = launch.workers;
  const workers = { min, max, ...(idleTimeout === null ? {} : { idleTimeout }) };
  const changed = await deps.api.serverless.update(id, { workers }, signal);
  post({ type: 'endpoint-changed', launch, endpoint: endpointFacts(changed), rolls: false });
}
