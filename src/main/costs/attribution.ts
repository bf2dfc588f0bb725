import type { RequestRecord } from '../../shared/activity.ts';
import { usdForMs } from '../../shared/money.ts';
import type { Interval } from './ledger.ts';

/**
 * Who money was spent for (SPEC 5.3). Pure; every cent of the span lands somewhere, once.
 *
 * Tokens were paid for the request that used them. Rented time is cut where anything changes. A piece in which requests are served is divided among them equally; one in
 * which nobody is served but somebody waits for a start is theirs; idle time is the request's that ended last, since for
 * its sake the hardware stayed. What is left (a start by hand, idle time before any request) is nobody's.
 */
export interface RequestShare {
  readonly request: RequestRecord;
  /** False = it ended before or after the span: money of the span was spent for it, its tokens are counted elsewhere. */
  readonly isOfSpan: boolean;
  readonly busyUsd: number;
  readonly bootUsd: number;
  readonly idleUsd: number;
}

export interface Attribution {
  readonly shares: readonly RequestShare[];
  /** By deployment (id, null = none): rented time that is nobody's, storage, adjustments. */
  readonly nobody: readonly { readonly deploymentId: string | null; readonly usd: number }[];
  /** Rented milliseconds by what they were used for. */
  readonly ms: {
    readonly busy: number;
    readonly boot: number;
    readonly idle: number;
    readonly nobody: number;
  };
  readonly usd: number;
}

export interface AttributionFacts {
  /** Of the ledger; see `CostLedger.intervals`. */
  readonly intervals: readonly Interval[];
  readonly requests: readonly RequestRecord[];
  /** Which deployment a request went to, by id; null = none of ours. */
  readonly deploymentOf: (request: RequestRecord) => string | null;
  /** The ledger's clock minus the requests'. */
  readonly offsetMs: number;
  /**
   * Only what was rented within it is booked; intervals and requests from outside say for whom. Absent = all of it. On the
   * ledger's clock.
   */
  readonly span?: Span;
  /** Hears of every bit of money with when it was spent and for which requests; together they are the whole. */
  readonly onSpent?: (spent: Spent) => void;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Money of a stretch of time (of an instant where both ends are the same), in equal parts for requests. */
export interface Spent {
  readonly fromMs: number;
  readonly toMs: number;
  readonly usd: number;
  /** Empty = for nobody. */
  readonly requests: readonly RequestRecord[];
}

const ALWAYS: Span = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

type Use = 'busy' | 'boot' | 'idle' | 'nobody';

const BOOKED_AS = { busy: 'busyUsd', boot: 'bootUsd', idle: 'idleUsd', nobody: 'idleUsd' } as const;

interface Asked {
  readonly share: {
    request: RequestRecord;
    isOfSpan: boolean;
    busyUsd: number;
    bootUsd: number;
    idleUsd: number;
  };
  readonly arrived: number;
  readonly served: number;
  readonly ended: number;
}

export function attribute(facts: AttributionFacts): Attribution {
  const asked = Map.groupBy(facts.requests.filter(usedHardware), facts.deploymentOf);
  const ms: Record<Use, number> = { busy: 0, boot: 0, idle: 0, nobody: 0 };
  const nobody = new Map<string | null, number>();
  const shares: RequestShare[] = [];
  let usd = 0;
  for (const [deploymentId, intervals] of Map.groupBy(facts.intervals, (each) => each.deploymentId)) {
    const requests = (deploymentId === null ? [] : (asked.get(deploymentId) ?? [])).map((request) =>
      toAsked(request, facts),
    );
    const rest = divide(intervals, requests, ms, facts);
    nobody.set(deploymentId, rest);
    shares.push(...requests.map(({ share }) => share));
    usd += rest + requests.reduce((sum, { share }) => sum + shareUsd(share), 0);
  }
  return {
    shares,
    nobody: Array.from(nobody, ([deploymentId, each]) => ({ deploymentId, usd: each })),
    ms,
    usd,
  };
}

export const shareUsd = ({ busyUsd, bootUsd, idleUsd }: RequestShare): number => busyUsd + bootUsd + idleUsd;

/** Not an answer from the cache, which costs nothing, nor a refusal, which never reached the hardware. */
export function usedHardware({ cache, outcome, status }: RequestRecord): boolean {
  return cache !== 'hit' && cache !== 'coalesced' && (outcome !== 'error' || status >= 500);
}

function toAsked(request: RequestRecord, { offsetMs, span = ALWAYS }: AttributionFacts): Asked {
  const ended = Date.parse(request.at) + offsetMs;
  const arrived = ended - request.totalMs;
  return {
    share: {
      request,
      isOfSpan: ended >= span.fromMs && ended < span.toMs,
      busyUsd: 0,
      bootUsd: 0,
      idleUsd: 0,
    },
    arrived,
    served: Math.min(ended, arrived + request.queueMs),
    ended,
  };
}

/** Books one deployment's intervals on its requests. @returns what is nobody's, in USD */
function divide(
  intervals: readonly Interval[],
  requests: readonly Asked[],
  ms: Record<Use, number>,
  { span = ALWAYS, onSpent = () => {} }: AttributionFacts,
): number {
  const rented = intervals.filter(isRented);
  let rest = restOf(intervals, requests, onSpent);
  const cursor = new Cursor(requests);
  let run = { from: 0, to: Number.NEGATIVE_INFINITY };
  let last: Asked | null = null;
  for (const piece of piecesOf(rented, requests, span)) {
    // Hardware that was given back and rented again owes nothing to what was asked before.
    const goesOn = piece.from - run.to <= RUN_GAP_MS;
    run = { from: goesOn ? run.from : piece.from, to: piece.to };
    const { serving, waiting, ended } = cursor.at(piece.from, piece.to);
    last = ended !== null && ended.ended > run.from ? ended : goesOn ? last : null;
    if (piece.from < span.fromMs || piece.from >= span.toMs) continue;
    const usd = usdForMs(piece.usdPerHour, piece.to - piece.from);
    const { use, payers } = useOf(serving, waiting, last);
    ms[use] += piece.to - piece.from;
    if (payers.length === 0) rest += usd;
    for (const { share } of payers) share[BOOKED_AS[use]] += usd / payers.length;
    onSpent({
      fromMs: piece.from,
      toMs: piece.to,
      usd,
      requests: payers.map(({ share }) => share.request),
    });
  }
  return rest;
}

/** What a piece was used for, and who answers for it. */
function useOf(
  serving: readonly Asked[],
  waiting: readonly Asked[],
  last: Asked | null,
): { readonly use: Use; readonly payers: readonly Asked[] } {
  if (serving.length > 0) return { use: 'busy', payers: serving };
  if (waiting.length > 0) return { use: 'boot', payers: waiting };
  return last === null ? { use: 'nobody', payers: [] } : { use: 'idle', payers: [last] };
}

/** What was not rented: tokens are given to their requests, the rest (storage, adjustments) is nobody's. @returns that, in USD */
function restOf(
  intervals: readonly Interval[],
  requests: readonly Asked[],
  onSpent: (spent: Spent) => void,
): number {
  let tokensUsd = 0;
  let tokensAt = 0;
  let rest = 0;
  for (const each of intervals.filter((interval) => !isRented(interval))) {
    const rateUsd = usdForMs(each.usdPerHour, each.endedMs - each.startedMs);
    if (each.kind === 'tokens') {
      tokensUsd += rateUsd + each.usd;
      tokensAt = Math.max(tokensAt, each.startedMs);
      continue;
    }
    rest += rateUsd + each.usd;
    onSpent({ fromMs: each.startedMs, toMs: each.endedMs, usd: rateUsd, requests: [] });
    onSpent({ fromMs: each.startedMs, toMs: each.startedMs, usd: each.usd, requests: [] });
  }
  const left = tokensUsd - giveTokens(requests, tokensUsd, onSpent);
  onSpent({ fromMs: tokensAt, toMs: tokensAt, usd: left, requests: [] });
  return rest + left;
}

/** Tokens are each request's own, at the price it was recorded with. @returns what was given, in USD */
function giveTokens(requests: readonly Asked[], tokensUsd: number, onSpent: (spent: Spent) => void): number {
  let left = tokensUsd;
  for (const { share, ended } of requests) {
    const usd = Math.min(left, share.request.usd ?? 0);
    share.busyUsd += usd;
    left -= usd;
    if (usd !== 0) onSpent({ fromMs: ended, toMs: ended, usd, requests: [share.request] });
  }
  return tokensUsd - left;
}

/** Paid by time, and so for whom it was used. */
export const isRented = ({ kind }: Interval): boolean => kind === 'compute' || kind === 'serverless';
/** A rate that changes closes one entry and opens the next at the same instant. */
const RUN_GAP_MS = 1000;

interface Piece {
  readonly from: number;
  readonly to: number;
  /** Of all hardware rented at the time. */
  readonly usdPerHour: number;
}

/** Rented time, cut where the span begins and ends and wherever hardware or requests come or go; in order. */
function piecesOf(rented: readonly Interval[], requests: readonly Asked[], span: Span): Piece[] {
  const rates = new Map<number, number>();
  const change = (at: number, by: number): void => void rates.set(at, (rates.get(at) ?? 0) + by);
  for (const { startedMs, endedMs, usdPerHour } of rented) {
    change(startedMs, usdPerHour);
    change(endedMs, -usdPerHour);
  }
  for (const { arrived, served, ended } of requests) for (const at of [arrived, served, ended]) change(at, 0);
  for (const at of [span.fromMs, span.toMs]) if (Number.isFinite(at)) change(at, 0);
  const instants = [...rates.keys()].toSorted((a, b) => a - b);
  const open = new OpenCount(rented);
  let usdPerHour = 0;
  return instants.flatMap((from, index) => {
    usdPerHour += rates.get(from) ?? 0;
    const to = instants[index + 1];
    // Sums of rates that come and go leave crumbs: whether anything is rented is counted, not computed.
    return to === undefined || !open.anyAt(from) ? [] : [{ from, to, usdPerHour: Math.max(0, usdPerHour) }];
  });
}

/** How many intervals are open, for instants asked for in order. */
class OpenCount {
  readonly #starts: readonly number[];
  readonly #ends: readonly number[];
  #started = 0;
  #ended = 0;

  constructor(intervals: readonly Interval[]) {
    const real = intervals.filter((each) => each.endedMs > each.startedMs);
    this.#starts = real.map((each) => each.startedMs).toSorted((a, b) => a - b);
    this.#ends = real.map((each) => each.endedMs).toSorted((a, b) => a - b);
  }

  anyAt(at: number): boolean {
    while ((this.#starts[this.#started] ?? Infinity) <= at) this.#started++;
    while ((this.#ends[this.#ended] ?? Infinity) <= at) this.#ended++;
    return this.#started > this.#ended;
  }
}

/** Who is served and who waits, for pieces asked for in order; between two instants of a request nothing changes. */
class Cursor {
  readonly #requests: readonly Asked[];
  #next = 0;
  #present: Asked[] = [];

  constructor(requests: readonly Asked[]) {
    this.#requests = requests.toSorted((a, b) => a.arrived - b.arrived);
  }

  at(
    from: number,
    to: number,
  ): {
    readonly serving: readonly Asked[];
    readonly waiting: readonly Asked[];
    readonly ended: Asked | null;
  } {
    for (let each = this.#requests[this.#next]; each !== undefined && each.arrived < to;) {
      this.#present.push(each);
      each = this.#requests[++this.#next];
    }
    const gone = this.#present.filter((each) => each.ended <= from);
    this.#present = this.#present.filter((each) => each.ended > from);
    return {
      serving: this.#present.filter((each) => each.served <= from),
      waiting: this.#present.filter((each) => each.served > from && each.share.request.woke),
      ended: gone.toSorted((a, b) => a.ended - b.ended).at(-1) ?? null,
    };
  }
}
