import { join } from 'node:path';
import { createRequestLog } from '../src/main/activity/request-log.ts';
import { createLedger } from '../src/main/costs/sqlite-ledger.ts';
import { silentLog } from '../src/main/logs/log.ts';
import { systemClock } from '../src/main/platform/clock.ts';
import { openDb } from '../src/main/platform/db.ts';
import { randomIds } from '../src/main/platform/ids.ts';
import { randomInt, seededRandom, type Random } from '../src/main/platform/random.ts';
import type { RequestRecord } from '../src/shared/activity.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CLIENTS = ['claude-code', 'zed', 'opencode', 'continue'];

/** A deployment with weeks behind it: its rate and how busy it was. */
export interface Habit {
  readonly id: string;
  readonly name: string;
  readonly usdPerHour: number;
  readonly hoursPerDay: number;
  readonly requestsPerHour: number;
  readonly tokensPerSecond: number;
}

/**
 * Fills the database of an installation that is not running with three weeks of working days, through the app's own
 * ledger and request log: a picture of a first minute would show empty charts. The same seed gives the same past.
 */
export function writePast(dataDir: string, habits: readonly Habit[], nowMs: number): void {
  const random = seededRandom(7);
  const db = openDb(join(dataDir, 'sandbox', 'app.db'));
  try {
    const ledger = createLedger({ db, ids: randomIds(random) });
    const requests = createRequestLog({ db, clock: systemClock, log: silentLog });
    const past: RequestRecord[] = lastHour(habits, nowMs, random);
    for (const habit of habits) {
      for (const { startedMs, endedMs } of [...sessions(habit, nowMs, random), thisMorning(nowMs)]) {
        const resourceId = `sb-past-${habit.name}-${startedMs}`;
        const meter = {
          resourceId,
          deploymentId: habit.id,
          deploymentName: habit.name,
          kind: 'compute',
        } as const;
        ledger.observe({ ...meter, usdPerHour: habit.usdPerHour }, startedMs, startedMs);
        ledger.close(resourceId, 'compute', endedMs, { estimated: false });
        past.push(...traffic(habit, startedMs, Math.min(endedMs, nowMs - HOUR_MS), random));
      }
    }
    for (const record of past.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) requests.add(record);
    ledger.flush();
    requests.dispose();
  } finally {
    db.close();
  }
}

/** One stretch on each working day, ended before now. */
function sessions(habit: Habit, nowMs: number, random: Random): { startedMs: number; endedMs: number }[] {
  return Array.from({ length: 21 }, (_, ago) => 21 - ago)
    .map((daysAgo) => new Date(nowMs - daysAgo * DAY_MS))
    .filter((day) => day.getDay() !== 0 && day.getDay() !== 6)
    .map((day) => {
      const startedMs = day.setHours(8, randomInt(random, 0, 90), 0, 0);
      const hours = habit.hoursPerDay * (0.6 + randomInt(random, 0, 80) / 100);
      return { startedMs, endedMs: startedMs + hours * HOUR_MS };
    })
    .filter(({ endedMs }) => endedMs < nowMs);
}

/** A stretch that ended shortly before now, on the same day. */
function thisMorning(nowMs: number): { startedMs: number; endedMs: number } {
  const midnight = new Date(nowMs).setHours(0, 0, 0, 0);
  const endedMs = Math.max(midnight + 60_000, nowMs - 2 * 60_000);
  return { startedMs: Math.max(midnight, endedMs - 3 * HOUR_MS), endedMs };
}

function traffic(habit: Habit, fromMs: number, toMs: number, random: Random): RequestRecord[] {
  const count = Math.max(0, Math.round((habit.requestsPerHour * (toMs - fromMs)) / HOUR_MS));
  return Array.from({ length: count }, () =>
    request(habit, fromMs + randomInt(random, 0, Math.round(toMs - fromMs)), random),
  );
}

/** In waves, as people work: bursts of an agent with pauses to read. */
function lastHour(habits: readonly Habit[], nowMs: number, random: Random): RequestRecord[] {
  return Array.from({ length: 56 }, (_, minute) => minute).flatMap((minute) => {
    const wave = Math.max(0, Math.sin(minute / 6) + Math.sin(minute / 2.3) / 2);
    return habits.flatMap((habit) =>
      Array.from({ length: Math.round((wave * habit.requestsPerHour) / 12) }, () =>
        request(habit, nowMs - (57 - minute) * 60_000 + randomInt(random, 0, 59_000), random),
      ),
    );
  });
}

function request(habit: Habit, atMs: number, random: Random): RequestRecord {
  const chance = randomInt(random, 0, 99);
  return {
    id: `req_${atMs.toString(36)}${randomInt(random, 100_000, 999_999)}`,
    at: new Date(atMs).toISOString(),
    route: '/v1/chat/completions',
    model: habit.name,
    deployment: habit.name,
    client: CLIENTS[randomInt(random, 0, CLIENTS.length - 1)] ?? null,
    woke: false,
    queueMs: 0,
    inputTokens: randomInt(random, 900, 14_000),
    cachedTokens: 0,
    ...(chance === 0 ? FAILED : chance < 14 ? fromCache(random) : answered(habit, random)),
  };
}

const FAILED = {
  status: 503,
  outcome: 'error',
  errorCode: 'upstream_unreachable',
  cache: 'miss',
  firstTokenMs: null,
  totalMs: 40,
  outputTokens: 0,
  tokensPerSecond: null,
  usd: null,
} as const;

function fromCache(random: Random) {
  return {
    status: 200,
    outcome: 'ok',
    errorCode: null,
    cache: 'hit',
    firstTokenMs: randomInt(random, 2, 9),
    totalMs: 12,
    outputTokens: randomInt(random, 60, 900),
    tokensPerSecond: null,
    usd: 0,
  } as const;
}

function answered(habit: Habit, random: Random) {
  const tokensPerSecond = habit.tokensPerSecond + randomInt(random, -9, 9);
  const outputTokens = randomInt(random, 60, 900);
  const firstTokenMs = randomInt(random, 180, 900);
  const totalMs = firstTokenMs + (outputTokens / tokensPerSecond) * 1000;
  return {
    status: 200,
    outcome: 'ok',
    errorCode: null,
    cache: 'miss',
    firstTokenMs,
    totalMs,
    outputTokens,
    tokensPerSecond,
    usd: (habit.usdPerHour * totalMs) / HOUR_MS / 2,
  } as const;
}
