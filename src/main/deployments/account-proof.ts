import { createHash } from 'node:crypto';
import { AppError, asAppError, isAbort } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunPodApi } from '../runpod/api.ts';
import type { DeploymentRecord } from './record.ts';
import type { AccountDoubt } from './state.ts';
import type { DeploymentStore } from './store.ts';

/** A pod or endpoint of a deployment. */
export interface Held {
  readonly kind: 'pod' | 'endpoint';
  readonly id: string;
}

/** What a deployment has at RunPod; null = nothing. */
export function heldBy({ pod, endpoint }: Pick<DeploymentRecord, 'pod' | 'endpoint'>): Held | null {
  if (pod !== null) return { kind: 'pod', id: pod.id };
  return endpoint === null ? null : { kind: 'endpoint', id: endpoint.id };
}

/** The key in use, told from others by its mark, and whether it may be another account's. */
export interface KeyInUse {
  /** null = there is none, or the cloud knows no accounts. */
  readonly mark: string | null;
  /** undefined = there is none. */
  readonly doubt: AccountDoubt | undefined;
}

export interface AccountProofParts {
  readonly api: Pick<RunPodApi, 'balance' | 'billing' | 'clockOffsetMs'>;
  readonly store: DeploymentStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly installation: string;
  /** The key in use; null or absent = the cloud knows no accounts, such as the sandbox in this process. */
  readonly apiKey?: () => Promise<string | null>;
  /** Pods and endpoints that deployments hold now: what could bill unseen. */
  readonly held: () => readonly Held[];
  /** A doubt came up or went. */
  readonly changed: () => void;
}

/** What was last known for certain: a mark of the key, and RunPod's id of the account where the key may read it. */
interface Known {
  readonly mark: string;
  readonly accountId: string | null;
}

const META = 'account';
/** Asking who the account is costs calls; the lists that come anyway cost none. */
const ASK_AGAIN_MS = 60_000;
/** Pods whose bills are looked for in one go. */
const BILLS = 3;

/**
 * Whether the key in use belongs to the account in which the pods were made. A key may be renewed, which changes
 * nothing, or be another account's: then nothing that RunPod does not show is gone, it is only out of sight and bills on.
 * No API tells whose a key is for sure (FACTS 1), so evidence counts: a pod of ours in the list, the account's id, a bill
 * for a pod of ours; or the user's word.
 */
export class AccountProof {
  readonly #parts: AccountProofParts;
  #doubt: AccountDoubt | undefined;
  #mark: string | null = null;
  #askedAt: number | null = null;
  #learned: string | null = null;
  #asking: Promise<void> | null = null;

  constructor(parts: AccountProofParts) {
    this.#parts = parts;
    this.#doubt = parts.apiKey === undefined ? undefined : 'not-looked';
  }

  /** undefined = there is none. */
  get doubt(): AccountDoubt | undefined {
    return this.#doubt;
  }

  /** Of the key in use at this moment: one that was exchanged since the last look was not weighed yet. */
  async now(): Promise<KeyInUse> {
    const mark = await this.#markNow();
    return { mark, doubt: mark === this.#mark ? this.#doubt : 'not-looked' };
  }

  async #markNow(): Promise<string | null> {
    const key = (await this.#parts.apiKey?.()) ?? null;
    return key === null ? null : markOf(key, this.#parts.installation);
  }

  /** Called with every list of pods, and of endpoints where those are looked at, before anything is concluded from it. */
  async weigh(shown: Shown, signal: AbortSignal): Promise<void> {
    const mark = await this.#markNow();
    if (mark !== this.#mark) {
      // The list may have been answered to the key before: only the next one counts.
      const first = this.#mark === null;
      this.#mark = mark;
      this.#askedAt = null;
      if (!first) this.#doubt = 'not-looked';
      if (!first) return;
    }
    this.#settle(mark === null ? undefined : this.#judge(mark, shown, signal));
  }

  /** Ends the question under way. */
  async dispose(): Promise<void> {
    await this.#asking;
  }

  #settle(doubt: AccountDoubt | undefined): void {
    if (doubt === this.#doubt) return;
    this.#doubt = doubt;
    this.#parts.changed();
  }

  /** The user's word: it is the same account, and what RunPod does not show is gone. */
  confirm(): void {
    if (this.#mark !== null) this.#remember({ mark: this.#mark, accountId: null });
    this.#settle(undefined);
  }

  #judge(mark: string, shown: Shown, signal: AbortSignal): AccountDoubt | undefined {
    const known = this.#known();
    if (known === null || this.#isSure(known, mark, shown)) {
      this.#remember({ mark, accountId: null });
      // Whose key it is, for the day it is exchanged; asked once in a run of the app.
      if (this.#learned !== mark) this.#ask(() => this.#learn(mark, signal));
      return undefined;
    }
    if (this.#mayAsk()) this.#ask(() => this.#inquire(known, mark, signal));
    return this.#doubt === 'other' ? 'other' : 'unproven';
  }

  /** Beside the looks at the account, which must not wait for it. */
  #ask(question: () => Promise<void>): void {
    this.#asking ??= question()
      .catch((error: unknown) => {
        if (!isAbort(error)) this.#parts.log.error({ error }, 'whose key it is could not be asked');
      })
      .finally(() => {
        this.#asking = null;
      });
  }

  async #inquire(known: Known, mark: string, signal: AbortSignal): Promise<void> {
    const accountId = await this.#accountId(signal);
    const told = accountId !== null && known.accountId !== null;
    const other = told && accountId !== known.accountId;
    const same = told ? !other : await this.#billed(this.#parts.held(), signal);
    // The key may have been exchanged once more meanwhile.
    if (mark !== this.#mark) return;
    if (same) this.#remember({ mark, accountId });
    this.#settle(same ? undefined : other ? 'other' : 'unproven');
  }

  /** The key of before, nothing at stake, or a pod of ours in its list. */
  #isSure(known: Known, mark: string, shown: Shown): boolean {
    const { store, held } = this.#parts;
    if (known.mark === mark || held().length === 0) return true;
    return shown.some(({ id }) => store.pod(id) !== null);
  }

  async #learn(mark: string, signal: AbortSignal): Promise<void> {
    this.#learned = mark;
    this.#remember({ mark, accountId: await this.#accountId(signal) });
  }

  #mayAsk(): boolean {
    const now = this.#parts.clock.monotonic();
    if (this.#askedAt !== null && now - this.#askedAt < ASK_AGAIN_MS) return false;
    this.#askedAt = now;
    return true;
  }

  async #accountId(signal: AbortSignal): Promise<string | null> {
    try {
      return (await this.#parts.api.balance(signal)).accountId ?? null;
    } catch (error) {
      return this.#untold(error, signal, 'the account could not be asked for its id');
    }
  }

  async #billed(held: readonly Held[], signal: AbortSignal): Promise<boolean> {
    try {
      for (const each of held.slice(0, BILLS)) if (await this.#wasBilled(each, signal)) return true;
      return false;
    } catch (error) {
      return this.#untold(error, signal, 'the bills could not be searched for what this app made') ?? false;
    }
  }

  /** An unknown filter is ignored (FACTS 0): only records of its own count. */
  async #wasBilled({ kind, id }: Held, signal: AbortSignal): Promise<boolean> {
    const { api, clock, store } = this.#parts;
    const now = clock.now() + api.clockOffsetMs();
    const from = store.pod(id)?.createdAt ?? now;
    const range = {
      bucketSize: 'hour',
      startTime: iso(hour(from)),
      endTime: iso(hour(now) + HOUR_MS),
    } as const;
    if (kind === 'pod') {
      const { records } = await api.billing.pods({ podId: id, ...range }, signal);
      return records.some((record) => record.podId === id && record.totalAmount > 0);
    }
    const { records } = await api.billing.serverless({ serverlessId: id, ...range }, signal);
    return records.some((record) => record.serverlessId === id && record.totalAmount > 0);
  }

  /** No answer is no evidence; it is asked again. */
  #untold(error: unknown, signal: AbortSignal, what: string): null {
    if (isAbort(error) && signal.aborted) throw error;
    const { code, requestId } = asAppError(error);
    this.#parts.log.warn({ code, requestId }, what);
    return null;
  }

  #known(): Known | null {
    const stored = this.#parts.store.meta(META);
    if (stored === null) return null;
    const [mark = '', accountId = ''] = stored.value.split(' ');
    return { mark, accountId: accountId === '' ? null : accountId };
  }

  #remember({ mark, accountId }: Known): void {
    const before = this.#known();
    const id = accountId ?? (before?.mark === mark ? before.accountId : null);
    if (before?.mark === mark && before.accountId === id) return;
    const { store, clock, log } = this.#parts;
    try {
      store.setMeta(META, `${mark} ${id ?? ''}`, clock.now());
    } catch (error) {
      // A full disk must not keep the account from being looked at; it is noted the next time.
      log.error({ error }, 'whose key it is could not be noted');
    }
  }
}

/** What RunPod lists to the key in use. */
type Shown = readonly { readonly id: string }[];

const HOUR_MS = 3_600_000;
const hour = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;
const iso = (ms: number): string => new Date(ms).toISOString();

/** Tells keys apart without keeping any. */
const markOf = (key: string, installation: string): string =>
  createHash('sha256').update(`${installation}\n${key}`).digest('hex').slice(0, 24);

/** What a deployment says whose pod or endpoint the key in use does not show. */
export function accountError(doubt: AccountDoubt, { kind, id }: Held): AppError {
  const what = `${kind === 'pod' ? 'Pod' : 'Endpoint'} ${id}`;
  const message =
    doubt === 'other'
      ? `${what} was made in another RunPod account than that of the key in use. It may be billing there.`
      : `RunPod does not show ${what.charAt(0).toLowerCase()}${what.slice(1)} to the key in use, which is not the key it was made with. It may be billing in another account.`;
  return new AppError('account_changed', message, {
    details: kind === 'pod' ? { podId: id } : { endpointId: id },
  });
}
