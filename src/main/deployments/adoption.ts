import type { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { deploymentSpecSchema, type Backend, type DeploymentSpec } from '../../shared/model.ts';
import type { Pod } from '../runpod/api.ts';
import type { DeploymentRecord, Guard, Launch, PodRecord } from './record.ts';
import { podFacts } from './pod/read-pod.ts';
import { specHash } from './pod/launch.ts';
import type { AdoptedEndpoint } from './serverless/endpoint-adoption.ts';

export interface Adopted {
  readonly spec: DeploymentSpec;
  readonly pod: PodRecord;
}

const PORTS: Readonly<Record<Backend, number>> = { vllm: 8000, ollama: 11_434 };

/**
 * A deployment read out of a pod that runs already: what serves there, under which port and key (SPEC 3.11). It is
 * stopped as a stranger's pod is best stopped: kept, not terminated.
 * @throws AppError not_allowed_now with what is missing
 */
export function readAdoption(pod: Pod, name: string, now: number): Adopted {
  const backend = backendOf(pod);
  const port = portOf(pod, backend);
  if (port === null) {
    throw new AppError(
      'not_allowed_now',
      `Pod ${pod.id} publishes no HTTP port that a model server could be behind.`,
      { advice: 'Only a pod that serves a model can be taken over; this one can be stopped or terminated.' },
    );
  }
  const { env } = pod;
  const parsed = deploymentSpecSchema.safeParse({
    name,
    model: modelOf(pod, backend) ?? name,
    backend,
    image: pod.image === '' ? null : pod.image,
    compute: { gpuTypeIds: pod.gpu === undefined ? [] : [pod.gpu.id], gpuCount: pod.gpu?.count ?? null },
    onStop: 'keep',
    watchdog: { enabled: env['RPLM_DEADLINE'] !== undefined },
  });
  if (!parsed.success) throw unlikeOurs(pod.id, parsed.error);
  const spec = parsed.data;
  return { spec, pod: podRecord(pod, launchOf(pod, spec, port), now) };
}

/** Strangers' pods may be made in ways that no deployment of this app can describe. */
function unlikeOurs(podId: string, error: z.ZodError): AppError {
  const [issue] = error.issues;
  return new AppError(
    'not_allowed_now',
    `Pod ${podId} cannot be put under a deployment: its ${issue?.path.join('.') ?? 'form'} ${issue?.message ?? 'is not known'}.`,
    { cause: error, advice: 'Stop or terminate it instead, or leave it as it is.' },
  );
}

/** What an adopted deployment has at RunPod, and how it is. */
type Taken = Pick<
  DeploymentRecord,
  'spec' | 'specHash' | 'desired' | 'state' | 'pod' | 'endpoint' | 'readyAt'
>;

/** The record of a deployment whose pod has answered. */
export function adoptedRecord(
  id: string,
  { spec, pod }: Adopted,
  servedModel: string,
  now: number,
): DeploymentRecord {
  return takenRecord(id, now, {
    spec,
    specHash: specHash(spec),
    desired: 'running',
    state: 'ready',
    pod: { ...pod, launch: { ...pod.launch, servedModel } },
    endpoint: null,
    readyAt: now,
  });
}

/** The record of a deployment whose endpoint serves, sleeps, or may have no workers. */
export function adoptedEndpointRecord(
  id: string,
  { spec, endpoint }: Pick<AdoptedEndpoint, 'spec' | 'endpoint'>,
  now: number,
): DeploymentRecord {
  const isStopped = endpoint.maxWorkers === 0;
  return takenRecord(id, now, {
    spec,
    specHash: endpoint.launch.specHash,
    desired: isStopped ? 'stopped' : 'running',
    state: isStopped ? 'stopped' : endpoint.proved ? 'ready' : 'sleeping',
    pod: null,
    endpoint,
    readyAt: endpoint.proved ? now : null,
  });
}

function takenRecord(id: string, now: number, taken: Taken): DeploymentRecord {
  return {
    ...taken,
    id,
    ownImage: null,
    createdAt: now,
    since: now,
    auto: null,
    boot: null,
    ending: null,
    problem: null,
    lastRequestAt: null,
    keepAliveUntil: null,
    idleWarnedAt: null,
    wantedAt: null,
    restsByHabit: false,
    aheadOf: null,
    hoursWarnedAt: null,
    budgetToldAt: null,
    spell: null,
    idle: null,
    answers: null,
    late: [],
  };
}

function backendOf(pod: Pod): Backend {
  return /ollama/i.test(pod.image) || pod.env['OLLAMA_HOST'] !== undefined ? 'ollama' : 'vllm';
}

function portOf(pod: Pod, backend: Backend): number | null {
  const ports = pod.ports.flatMap((port) => (port.endsWith('/http') ? [Number.parseInt(port, 10)] : []));
  return ports.find((port) => port === PORTS[backend]) ?? ports[0] ?? null;
}

function modelOf(pod: Pod, backend: Backend): string | null {
  const { args } = pod;
  const match =
    /--model[ =]'?([\w./:@-]+)/.exec(args) ??
    (backend === 'vllm' ? /^'?([\w.-]+\/[\w.-]+)/.exec(args) : null);
  return match?.[1] ?? pod.env['MODEL_NAME'] ?? null;
}

function keyOf(pod: Pod): string {
  const { env } = pod;
  return env['VLLM_API_KEY'] ?? env['RPLM_FRONT_KEY'] ?? /--api-key[ =]'?([\w-]+)/.exec(pod.args)?.[1] ?? '';
}

function launchOf(pod: Pod, spec: DeploymentSpec, port: number): Launch {
  return {
    backend: spec.backend,
    candidate: `adopted|${pod.id}`,
    gpuTypeId: pod.gpu?.id ?? '',
    gpuCount: pod.gpu?.count ?? 0,
    image: pod.image,
    port,
    servedModel: spec.model,
    key: keyOf(pod),
    fingerprint: `adopted-${pod.id}`,
    specHash: specHash(spec),
    containerDiskGb: pod.disk ?? 0,
    persistentGb: pod.mounts.persistent?.size ?? 0,
    override: false,
    guard: guardOf(pod),
  };
}

/** A pod made by this app elsewhere may carry a watchdog; its settings are in its environment, the proof in its log. */
function guardOf(pod: Pod): Guard {
  const { env } = pod;
  const deadline = Number(env['RPLM_DEADLINE']);
  const idle = Number(env['RPLM_IDLE']);
  const created = podFacts(pod).createdAt;
  if (!Number.isFinite(deadline)) {
    return {
      mode: 'off',
      idleSeconds: null,
      bootGraceSeconds: 0,
      deadlineAt: created,
      state: 'unprotected',
      reason: 'It was not made by this app and carries no watchdog.',
    };
  }
  return {
    mode: 'image',
    idleSeconds: Number.isFinite(idle) && idle > 0 ? idle : null,
    bootGraceSeconds: Number(env['RPLM_BOOT_GRACE']) || 0,
    deadlineAt: deadline * 1000,
    state: 'pending',
    reason: null,
  };
}

function podRecord(pod: Pod, launch: Launch, now: number): PodRecord {
  const facts = podFacts(pod);
  return {
    id: facts.id,
    name: facts.name,
    launch,
    createdAt: facts.createdAt,
    billingSince: Math.max(facts.createdAt, facts.startedAt ?? 0),
    touchedAt: now,
    seen: true,
    status: facts.status,
    actions: [...facts.actions],
    locked: facts.locked,
    gpuCount: facts.gpuCount ?? launch.gpuCount,
    cloud: facts.cloud,
    dataCenterId: facts.dataCenterId,
    usdPerHour: facts.usdPerHour,
    rateUsdPerHour: facts.usdPerHour,
    startedAt: facts.startedAt,
  };
}
