import { asAppError, isAbort } from '../../shared/errors.ts';
import { usdForMs } from '../../shared/money.ts';
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
  /** When a pod or endpoint was created (cloud clock); null = not ours. */
  readonly createdAt: (id: string) => number | null;
}

/** Asked for in one round; the rest waits for the next. */
const BILLS_A_ROUND = 5;
/** An endpoint may live for months: beyond this its bill is asked for by the day. */
const BY_THE_DAY_MS = 7 * 24 * 3_600_000;

/** A bill of nothing is believed only this long after the end: the pod never ran. */
const NOTHING_AFTER_MS = 24 * 3_600_000;

interface Due {
  readonly id: string;
  readonly kind: 'pod' | 'endpoint' | 'volume';
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
      .filter(([id, entries]) => {
        const last = this.#before.get(id)?.at ?? Math.max(...entries.map(endOf));
        return !open.has(id) && now - last >= timing.settleAfterMs;
      })
      .slice(0, BILLS_A_ROUND)
      .map(([id, entries]) => ({
        id,
        kind: kindOf(entries),
        from: Math.min(
          this.#parts.createdAt(id) ?? Number.POSITIVE_INFINITY,
          ledger.firstOf(id)?.startedMs ?? Number.POSITIVE_INFINITY,
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
          { id: each.id, code: known.code, requestId: known.requestId },
          'a bill could not be read',
        );
        return;
      }
    }
  }

  async #settleOne(due: Due): Promise<void> {
    const { id, from, endedAt } = due;
    const { api, clock, ledger } = this.#parts;
    const now = clock.now() + api.clockOffsetMs();
    const span = spanOf(from, now);
    const usd = await this.#bill(due, span);
    const before = this.#before.get(id);
    this.#before.set(id, { usd, at: now });
    if (before === undefined || Math.abs(before.usd - usd) > 1e-9) return;
    if (usd <= 0 && now - endedAt < NOTHING_AFTER_MS) return;
    ledger.settle(id, usd, now);
    this.#before.delete(id);
  }

  #bill(due: Due, span: Span): Promise<number> {
    switch (due.kind) {
      case 'pod':
        return this.#podBill(due.id, span);
      case 'endpoint':
        return this.#endpointBill(due.id, span);
      case 'volume':
        return this.#volumeBill(due, span);
    }
  }

  /** It may have billed for long before it was counted: of the first bucket only what was counted at the most. */
  async #volumeBill({ id, from }: Due, span: Span): Promise<number> {
    const query = { networkVolumeId: id, ...span };
    const { records } = await this.#parts.api.billing.networkVolumes(query, this.#end.signal);
    const usdPerHour = this.#parts.ledger.firstOf(id)?.usdPerHour ?? 0;
    return records
      .filter((record) => record.networkVolumeId === id)
      .reduce((total, { startTime, endTime, totalAmount }) => {
        const isFirst = Date.parse(startTime) < from;
        const most = isFirst ? usdForMs(usdPerHour, Date.parse(endTime) - from) : totalAmount;
        return total + Math.min(totalAmount, most);
      }, 0);
  }

  /** An unknown filter is ignored (FACTS 0): only this pod's records count, whatever else came. */
  async #podBill(podId: string, span: Span): Promise<number> {
    const { records } = await this.#parts.api.billing.pods({ podId, ...span }, this.#end.signal);
    return sum(records.filter((record) => record.podId === podId));
  }

  /** Not `/billing/endpoints`, which is about public endpoints (trap 29). */
  async #endpointBill(serverlessId: string, span: Span): Promise<number> {
    const query = { serverlessId, ...span };
    const { records } = await this.#parts.api.billing.serverless(query, this.#end.signal);
    return sum(records.filter((record) => record.serverlessId === serverlessId));
  }
}

const kindOf = (entries: readonly LedgerEntry[]): Due['kind'] =>
  entries.some(({ kind }) => kind === 'serverless')
    ? 'endpoint'
    : entries.some(({ kind }) => kind === 'volume')
      ? 'volume'
      : 'pod';

interface Span {
  readonly bucketSize: 'hour' | 'day';
  readonly startTime: string;
  readonly endTime: string;
}

/** Whole buckets, so that nothing of the first or last one is left out. */
function spanOf(from: number, now: number): Span {
  const bucketSize = now - from > BY_THE_DAY_MS ? 'day' : 'hour';
  const start = bucketSize === 'day' ? Math.floor(from / DAY_MS) * DAY_MS : hour(from);
  return {
    bucketSize,
    startTime: new Date(start).toISOString(),
    endTime: new Date(hour(now) + 3_600_000).toISOString(),
  };
}

const sum = (records: readonly { readonly totalAmount: number }[]): number =>
  records.reduce((total, { totalAmount }) => total + totalAmount, 0);

const DAY_MS = 24 * 3_600_000;
const hour = (ms: number): number => Math.floor(ms / 3_600_000) * 3_600_000;

function endOf(entry: LedgerEntry): number {
  return entry.endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(entry.endedAt);
}
