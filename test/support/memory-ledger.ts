import type { Ledger, Meter } from '../../src/main/costs/ledger.ts';
import type { CostKind, LedgerEntry } from '../../src/shared/model.ts';

interface Line {
  readonly meter: Meter;
  readonly since: number;
  seen: number;
  until: number | null;
  estimated: boolean;
  note: string | null;
  settled: boolean;
}

/** A ledger in memory: what the deployments tell it, readable by tests. */
export class MemoryLedger implements Ledger {
  readonly lines: Line[] = [];
  readonly settlements: { readonly resourceId: string; readonly billedUsd: number }[] = [];

  observe(meter: Meter, sinceMs: number, seenMs: number, changedMs = seenMs): void {
    const open = this.#open(meter.resourceId, meter.kind);
    if (open?.meter.usdPerHour === meter.usdPerHour) {
      open.seen = Math.max(open.seen, seenMs);
      return;
    }
    const changed = open === undefined ? seenMs : Math.max(Math.min(changedMs, seenMs), open.seen);
    if (open !== undefined) open.until = changed;
    const since = open === undefined ? sinceMs : changed;
    this.lines.push({
      meter,
      since,
      seen: seenMs,
      until: null,
      estimated: false,
      note: null,
      settled: false,
    });
  }

  close(
    resourceId: string,
    kind: CostKind,
    atMs: number,
    options: { estimated: boolean; note?: string },
  ): void {
    const open = this.#open(resourceId, kind);
    if (open === undefined) return;
    open.until = Math.max(atMs, open.since);
    open.estimated = options.estimated;
    open.note = options.note ?? null;
  }

  open(): { resourceId: string; kind: CostKind; lastSeenMs: number }[] {
    return this.lines
      .filter((line) => line.until === null)
      .map((line) => ({ resourceId: line.meter.resourceId, kind: line.meter.kind, lastSeenMs: line.seen }));
  }

  firstOf(resourceId: string): { startedMs: number; usdPerHour: number } | null {
    const first = this.lines.find((line) => line.meter.resourceId === resourceId);
    return first === undefined ? null : { startedMs: first.since, usdPerHour: first.meter.usdPerHour };
  }

  unsettled(): LedgerEntry[] {
    return this.lines
      .filter((line) => line.until !== null && line.estimated && !line.settled)
      .map((line) => entry(line));
  }

  settle(resourceId: string, billedUsd: number): void {
    this.settlements.push({ resourceId, billedUsd });
    for (const line of this.lines) if (line.meter.resourceId === resourceId) line.settled = true;
  }

  entries(): LedgerEntry[] {
    return this.lines.map((line) => entry(line));
  }

  spent(filter: { deploymentId?: string; kind?: CostKind }, fromMs: number, toMs: number): number {
    return this.lines
      .filter((line) => filter.deploymentId === undefined || line.meter.deploymentId === filter.deploymentId)
      .filter((line) => filter.kind === undefined || line.meter.kind === filter.kind)
      .reduce((sum, line) => {
        const ms = Math.min(line.until ?? toMs, toMs) - Math.max(line.since, fromMs);
        return sum + (Math.max(0, ms) * line.meter.usdPerHour) / 3_600_000;
      }, 0);
  }

  usdPerHour(filter: { deploymentId?: string }): number {
    return this.lines
      .filter((line) => line.until === null)
      .filter((line) => filter.deploymentId === undefined || line.meter.deploymentId === filter.deploymentId)
      .reduce((sum, line) => sum + line.meter.usdPerHour, 0);
  }

  #open(resourceId: string, kind: CostKind): Line | undefined {
    return this.lines.find(
      (line) => line.meter.resourceId === resourceId && line.meter.kind === kind && line.until === null,
    );
  }
}

function entry(line: Line): LedgerEntry {
  const until = line.until;
  return {
    id: `${line.meter.resourceId}/${line.meter.kind}/${line.since}`,
    deploymentId: line.meter.deploymentId,
    deploymentName: line.meter.deploymentName,
    resourceId: line.meter.resourceId,
    kind: line.meter.kind,
    startedAt: new Date(line.since).toISOString(),
    endedAt: until === null ? null : new Date(until).toISOString(),
    usdPerHour: line.meter.usdPerHour,
    usd: (((until ?? line.seen) - line.since) * line.meter.usdPerHour) / 3_600_000,
    estimated: line.estimated,
    note: line.note,
  };
}
