import { asAppError, isAbort } from '../../shared/errors.ts';
import type { LedgerEntry } from '../../shared/model.ts';
import type { Ledger } from '../costs/ledger.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunPodApi } from '../runpod/api.ts';
import type { Timing } from './timing.ts';

export interface BillSettlingParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly timing: Timing;
  /** When a pod was created (cloud clock); null = not ours. */
  readonly createdAt: (podId: string) => number | null;
}

/** Asked for in one round; the rest waits for the next. */
const PODS_A_ROUND = 5;

/** A bill of nothing is believed only this long after the end: the pod never ran. */
const NOTHING_AFTER_MS = 24 * 3_600_000;

interface Due {
  readonly podId: string;
  readonly from: number;
  readonly endedAt: number;
}

/**
 * Ends that had to be guessed (a crash, a stop from outside) are settled from RunPod's own bill. The bill runs behind by
 * minutes (FACTS 5), so it counts only when it said the same twice, some time apart.
 */
export class BillSettling {
  readonly #parts: BillSettlingParts;
  readonly #before = new Map<string, { readonly usd: number; readonly at: number }>();
  readonly #end = new AbortController();
  #round: Promise<void> | null = null;

  constructor(parts: BillSettlingParts) {
    this.#parts = parts;
  }

  /** Called every tick; does nothing while a round is under way or nothing is due. */
  tick(): void {
    if (this.#round !== null || this.#end.signal.aborted) return;
    const due = this.#due();
    if (due.length === 0) return;
    this.#round = this.#settle(due).finally(() => {
      this.#round = null;
    });
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    await this.#round;
  }

  #due(): Due[] {
    const { ledger, clock, api, timing } = this.#parts;
    const now = clock.now() + api.clockOffsetMs();
    const open = new Set(ledger.open().map((entry) => entry.resourceId));
    const closed = Map.groupBy(ledger.unsettled(), (entry) => entry.resourceId);
    for (const id of this.#before.keys()) if (!closed.has(id)) this.#before.delete(id);
    return [...closed]
      .filter(([podId, entries]) => {
        const last = this.#before.get(podId)?.at ?? Math.max(...entries.map(endOf));
        return !open.has(podId) && now - last >= timing.settleAfterMs;
      })
      .slice(0, PODS_A_ROUND)
      .map(([podId, entries]) => ({
        podId,
        from: Math.min(
          this.#parts.createdAt(podId) ?? Number.POSITIVE_INFINITY,
          ...entries.map((entry) => Date.parse(entry.startedAt)),
        ),
        endedAt: Math.max(...entries.map(endOf)),
      }));
  }

  async #settle(due: readonly Due[]): Promise<void> {
    for (const each of due) {
      try {
        await this.#settleOne(each);
      } catch (error) {
        if (isAbort(error) || this.#end.signal.aborted) return;
        const known = asAppError(error);
        this.#parts.log.warn(
          { podId: each.podId, code: known.code, requestId: known.requestId },
          'the bill of a pod could not be read',
        );
        return;
      }
    }
  }

  async #settleOne({ podId, from, endedAt }: Due): Promise<void> {
    const { api, clock, ledger } = this.#parts;
    const now = clock.now() + api.clockOffsetMs();
    const bill = await api.billing.pods(
      {
        podId,
        bucketSize: 'hour',
        startTime: new Date(hour(from)).toISOString(),
        endTime: new Date(hour(now) + 3_600_000).toISOString(),
      },
      this.#end.signal,
    );
    // An unknown filter is ignored (FACTS 0): only this pod's records count, whatever else came.
    const usd = bill.records
      .filter((record) => record.podId === podId)
      .reduce((sum, record) => sum + record.totalAmount, 0);
    const before = this.#before.get(podId);
    this.#before.set(podId, { usd, at: now });
    if (before === undefined || Math.abs(before.usd - usd) > 1e-9) return;
    if (usd <= 0 && now - endedAt < NOTHING_AFTER_MS) return;
    ledger.settle(podId, usd, now);
    this.#before.delete(podId);
  }
}

const hour = (ms: number): number => Math.floor(ms / 3_600_000) * 3_600_000;

function endOf(entry: LedgerEntry): number {
  return entry.endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(entry.endedAt);
}
