import { z } from 'zod';
import type { KeyCheck } from '../../shared/app.ts';
import { AppError, toErrorBody } from '../../shared/errors.ts';
import { shape } from './decode.ts';
import { readAccount, type AccountOptions, type AccountReading } from './graphql.ts';
import { checkKeyText } from './key-text.ts';
import { Rest, type Call, type RestOptions } from './rest.ts';

export type KeyCheckOptions = Omit<RestOptions & AccountOptions, 'apiKey'> & {
  /** The key to check; it need not be stored. */
  readonly key: string;
};

type Right = KeyCheck['rights'][number];
type Outcome<T> = { readonly value: T } | { readonly error: AppError };

/**
 * An id that cannot exist: RunPod's are short and alphanumeric.
 *
 * No API tells which scopes a key has (FACTS 1), so writing is tried, with `PATCH {}` on this id. Of all writes it is
 * the one that can do no harm whatever RunPod makes of it: it creates nothing, an empty patch changes nothing, and there
 * is nothing to change. A deliberately invalid POST would be harmless only as long as RunPod keeps refusing it.
 * 403 = the key may only read; 404 = the key was let through to the lookup; anything else tells nothing.
 */
const NOBODY = 'runpod-llm-manager-key-check';

/** Only the status matters here. */
const anything = shape<unknown>(z.unknown());

/**
 * Checks a key by asking (SPEC 1.5): what it may do with pods, serverless, billing and balance. Creates and changes
 * nothing. `ok` = RunPod knows the key; a dead key, missing rights or an unreachable RunPod are told in `problem`.
 * @throws AbortError; AppError config_invalid for an unusable address
 */
export async function checkKey(options: KeyCheckOptions, signal: AbortSignal): Promise<KeyCheck> {
  const apiKey = (): Promise<string> => Promise.resolve(options.key);
  const rest = new Rest({ ...options, apiKey });
  const usable = await outcomeOf(apiKey().then(checkKeyText));
  if ('error' in usable) return failed(usable.error, []);
  const [pods, serverless, billing, account] = await Promise.all([
    probeArea(rest, 'pods', '/v2/pods', signal),
    probeArea(rest, 'serverless', '/v2/serverless', signal),
    outcomeOf(rest.call({ method: 'GET', path: '/v2/billing/pods', query: { lastN: 1 } }, anything, signal)),
    outcomeOf(readAccount({ ...options, apiKey }, signal)),
  ]);
  const rights = [pods.right, serverless.right, billingRight(billing), balanceRight(account)];
  const problem = problemOf([pods.read, serverless.read, billing]);
  if (problem !== null) return failed(problem, rights);
  return {
    ok: true,
    rights,
    balanceUsd:
      'value' in account && account.value.state === 'told' ? account.value.balance.balanceUsd : null,
    problem: canRunSomething(rights) ? null : toErrorBody(powerless()),
  };
}

interface AreaProbe {
  readonly read: Outcome<unknown>;
  readonly right: Right;
}

async function probeArea(
  rest: Rest,
  area: 'pods' | 'serverless',
  path: '/v2/pods' | '/v2/serverless',
  signal: AbortSignal,
): Promise<AreaProbe> {
  const read = await outcomeOf(rest.call({ method: 'GET', path }, anything, signal));
  if ('error' in read) return { read, right: { area, ...refusal(read.error) } };
  const patch: Call = { method: 'PATCH', path: `${path}/{id}`, params: { id: NOBODY }, body: {} };
  const write = await outcomeOf(rest.run(patch, signal));
  return { read, right: { area, ...writeRight(write) } };
}

function writeRight(write: Outcome<void>): Pick<Right, 'allowed' | 'detail'> {
  const code = 'error' in write ? write.error.code : 'runpod_not_found';
  if (code === 'runpod_not_found') return { allowed: 'yes', detail: 'Can be listed and changed.' };
  if (code === 'runpod_key_forbidden') return { allowed: 'read-only', detail: 'Can be listed, not changed.' };
  return {
    allowed: 'unknown',
    detail: 'Can be listed; whether they can be changed will show at the first try.',
  };
}

function billingRight(read: Outcome<unknown>): Right {
  if ('error' in read) return { area: 'billing', ...refusal(read.error) };
  return { area: 'billing', allowed: 'yes', detail: 'Past charges can be read.' };
}

function balanceRight(account: Outcome<AccountReading>): Right {
  if ('error' in account) return { area: 'balance', ...refusal(account.error) };
  const reading = account.value;
  switch (reading.state) {
    case 'told':
      return { area: 'balance', allowed: 'yes', detail: 'Balance and current spend can be read.' };
    case 'withheld':
      return { area: 'balance', allowed: 'no', detail: reading.reason };
    case 'off':
      return { area: 'balance', allowed: 'unknown', detail: 'Reading the balance is switched off.' };
  }
}

function refusal(error: AppError): Pick<Right, 'allowed' | 'detail'> {
  const refused = error.code === 'runpod_key_forbidden' || error.code === 'runpod_key_invalid';
  return { allowed: refused ? 'no' : 'unknown', detail: error.message };
}

/** null when RunPod knows the key: it answered, or refused this key a right. */
function problemOf(reads: readonly Outcome<unknown>[]): AppError | null {
  const errors = reads.flatMap((read) => ('error' in read ? [read.error] : []));
  const dead = errors.find((error) => error.code === 'runpod_key_invalid');
  const known = errors.length < reads.length || errors.some((error) => error.code === 'runpod_key_forbidden');
  return dead ?? (known ? null : (errors[0] ?? null));
}

function canRunSomething(rights: readonly Right[]): boolean {
  return rights.some(
    ({ area, allowed }) =>
      (area === 'pods' || area === 'serverless') && (allowed === 'yes' || allowed === 'unknown'),
  );
}

function powerless(): AppError {
  return new AppError('runpod_key_forbidden', 'This key can start neither pods nor serverless endpoints.');
}

function failed(problem: AppError, rights: readonly Right[]): KeyCheck {
  return { ok: false, rights: [...rights], balanceUsd: null, problem: toErrorBody(problem) };
}

async function outcomeOf<T>(work: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof AppError) return { error };
    throw error;
  }
}
