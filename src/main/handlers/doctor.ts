import { accessSync, constants, statfsSync } from 'node:fs';
import type { z } from 'zod';
import type { checkSchema, KeyCheck } from '../../shared/app.ts';
import { AppError, asAppError } from '../../shared/errors.ts';
import type { EngineStatus } from '../../shared/images.ts';
import { throwIfAborted, type Clock } from '../platform/clock.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import type { RunPodApi } from '../runpod/api.ts';
import { dockerCheck } from './docker-check.ts';

type Check = z.infer<typeof checkSchema>;

export interface DoctorParts {
  readonly dataDir: string;
  readonly simulated: boolean;
  readonly secrets: Pick<SecretStore, 'keychain'>;
  readonly api: Pick<RunPodApi, 'clockOffsetMs'> & { readonly pods: Pick<RunPodApi['pods'], 'list'> };
  readonly clock: Clock;
  /** What the RunPod key may do; null where none is in use. */
  readonly checkKey: (signal: AbortSignal) => Promise<KeyCheck | null>;
  readonly proxyUrl: () => string | null;
  readonly logProblem: () => string | null;
  readonly configProblem: () => string | null;
  /** What the app writes will not be there at its next start. */
  readonly storageProblem: () => AppError | null;
  readonly unprotected: () => readonly string[];
  /** Never throws but an AbortError. */
  readonly engine: (signal: AbortSignal) => Promise<EngineStatus>;
}

const LEAST_FREE_BYTES = 200 * 1024 * 1024;
const MOST_SKEW_MS = 5000;
const OLDEST_NODE = 24;
/** Whoever asks a doctor does not wait for all the tries of a call. */
const CLOUD_LIMIT_MS = 10_000;

/** What could keep the app from working on this machine (SPEC 7.3), each with the way out. */
export async function examine(parts: DoctorParts, signal: AbortSignal): Promise<Check[]> {
  return [
    runtime(),
    dataDirectory(parts.dataDir, parts.storageProblem()),
    configuration(parts.configProblem()),
    appLog(parts.logProblem()),
    await keychain(parts.secrets),
    endpoint(parts.proxyUrl()),
    ...(await cloud(parts, signal)),
    watchdogs(parts.unprotected()),
    await dockerCheck(parts.engine, parts.clock, signal),
  ];
}

const check = (
  name: string,
  status: Check['status'],
  detail: string,
  advice: string | null = null,
): Check => ({
  name,
  status,
  detail,
  advice,
});

function runtime(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= OLDEST_NODE
    ? check('runtime', 'ok', `Node ${process.versions.node}`)
    : check(
        'runtime',
        'fail',
        `Node ${process.versions.node} is too old.`,
        `Use Node ${OLDEST_NODE} or newer.`,
      );
}

function dataDirectory(folder: string, problem: AppError | null): Check {
  if (problem !== null) return check('data directory', 'fail', problem.message, problem.advice);
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
    return bavail * bsize < LEAST_FREE_BYTES
      ? check('data directory', 'warn', `${folder} has only ${freeMb} MB free.`, 'Free space on that disk.')
      : check('data directory', 'ok', `${folder} (${freeMb} MB free)`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return check('data directory', 'fail', reason, 'Make it writable or choose another with --data-dir.');
  }
}

function configuration(problem: string | null): Check {
  return problem === null
    ? check('configuration', 'ok', 'valid')
    : check('configuration', 'fail', problem, 'Correct the file; until then the last good one is used.');
}

function appLog(problem: string | null): Check {
  return problem === null
    ? check('log file', 'ok', 'written')
    : check('log file', 'warn', problem, 'Free space or make the log folder writable.');
}

async function keychain(secrets: Pick<SecretStore, 'keychain'>): Promise<Check> {
  const { available, reason } = await secrets.keychain();
  return available
    ? check('keychain', 'ok', 'works')
    : check(
        'keychain',
        'warn',
        reason ?? 'There is none.',
        'Give secrets in the environment (RUNPOD_API_KEY, HF_TOKEN).',
      );
}

function endpoint(url: string | null): Check {
  return url === null
    ? check('endpoint', 'fail', 'The proxy does not listen.', 'Choose another port with --port.')
    : check('endpoint', 'ok', `${url}/v1`);
}

async function cloud(parts: DoctorParts, signal: AbortSignal): Promise<Check[]> {
  const name = parts.simulated ? 'sandbox cloud' : 'RunPod';
  const limit = new AbortController();
  const cancel = parts.clock.after(CLOUD_LIMIT_MS, () => limit.abort());
  const both = AbortSignal.any([signal, limit.signal]);
  try {
    const pods = await parts.api.pods.list(both);
    const key = await parts.checkKey(both);
    return [
      check(name, 'ok', `reachable, ${pods.length} ${pods.length === 1 ? 'pod' : 'pods'} in the account`),
      ...(key === null ? [] : [keyRights(key)]),
      clock(parts.api.clockOffsetMs()),
    ];
  } catch (error) {
    throwIfAborted(signal);
    const { message, advice } = limit.signal.aborted ? silent() : asAppError(error);
    return [check(name, 'fail', message, advice)];
  } finally {
    cancel();
  }
}

const silent = (): AppError =>
  new AppError('runpod_unreachable', `No answer within ${CLOUD_LIMIT_MS / 1000} s.`);

function keyRights({ rights, problem }: KeyCheck): Check {
  const told = rights.map(({ area, allowed }) => `${area} ${allowed}`).join(', ');
  if (problem !== null) return check('RunPod key', 'fail', `${problem.message} (${told})`, problem.advice);
  const short = rights.find(({ area, allowed }) => area === 'pods' && allowed !== 'yes');
  return short === undefined
    ? check('RunPod key', 'ok', told)
    : check('RunPod key', 'warn', told, `${short.detail} Give the key read and write access to pods.`);
}

function clock(offsetMs: number): Check {
  const seconds = (Math.abs(offsetMs) / 1000).toFixed(1);
  return Math.abs(offsetMs) > MOST_SKEW_MS
    ? check('clock', 'warn', `This computer's clock is ${seconds} s off.`, 'Switch on automatic time.')
    : check('clock', 'ok', `within ${Math.max(1, Math.ceil(Math.abs(offsetMs) / 1000))} s of the cloud's`);
}

function watchdogs(unprotected: readonly string[]): Check {
  return unprotected.length === 0
    ? check('watchdogs', 'ok', 'every running pod can stop itself')
    : check(
        'watchdogs',
        'warn',
        `No watchdog guards ${unprotected.join(', ')}.`,
        'These pods bill on if this computer dies; see their details.',
      );
}
