import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../src/shared/activity.ts';
import { createRequestLog } from '../../../src/main/activity/request-log.ts';
import { silentLog, type Log } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb } from '../../../src/main/platform/db.ts';

let count = 0;
function record(at: number, over: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: `req_${++count}`,
    at: new Date(at).toISOString(),
    route: '/v1/chat/completions',
    model: 'coder',
    deployment: 'coder',
    client: 'default',
    status: 200,
    outcome: 'ok',
    errorCode: null,
    cache: 'miss',
    woke: false,
    queueMs: 1,
    firstTokenMs: 100,
    totalMs: 1000,
    inputTokens: 10,
    outputTokens: 20,
    cachedTokens: null,
    tokensPerSecond: 50,
    usd: null,
    ...over,
  };
}

describe('request log', () => {
  it('sums up the window by minute, with gaps as zeros and errors apart', () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1, 12, 10, 30));
    const log = createRequestLog({ db: openDb(':memory:'), clock, log: silentLog });
    log.add(record(Date.UTC(2026, 0, 1, 12, 5, 59)));
    log.add(record(Date.UTC(2026, 0, 1, 12, 6, 0), { firstTokenMs: 50 }));
    log.add(
      record(Date.UTC(2026, 0, 1, 12, 8, 0), {
        outcome: 'error',
        status: 502,
        firstTokenMs: null,
        outputTokens: null,
      }),
    );
    log.add(
      record(Date.UTC(2026, 0, 1, 12, 10, 29), { cache: 'hit', firstTokenMs: 300, deployment: 'other' }),
    );
    const traffic = log.traffic({ windowMinutes: 5 }, 3);
    expect(traffic).toMatchObject({
      requests: 3,
      errors: 1,
      cacheHits: 1,
      inFlight: 3,
      inputTokens: 30,
      outputTokens: 40,
      firstTokenMsP50: 50,
      firstTokenMsP95: 300,
    });
    expect(traffic.perMinute.map((point) => [point.requests, point.errors])).toEqual([
      [1, 0],
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 0],
    ]);
    expect(log.traffic({ windowMinutes: 5, deployment: 'other' }, 0).requests).toBe(1);
    expect(log.traffic({ windowMinutes: 1, deployment: 'coder' }, 0)).toMatchObject({
      requests: 0,
      firstTokenMsP50: null,
    });
  });

  it('gives the newest first, by deployment, and keeps them over a restart once the batch is written', async () => {
    const clock = new ManualClock();
    const db = openDb(':memory:');
    const log = createRequestLog({ db, clock, log: silentLog, flushMs: 1000 });
    const ids = [1, 2, 3].map((step) => {
      const entry = record(clock.now() + step, step === 2 ? { deployment: 'other' } : {});
      log.add(entry);
      return entry.id;
    });
    expect(log.recent({ limit: 2 }).map((entry) => entry.id)).toEqual([ids[2], ids[1]]);
    expect(log.recent({ limit: 10, deployment: 'coder' }).map((entry) => entry.id)).toEqual([ids[2], ids[0]]);
    await clock.advance(1000);
    const reopened = createRequestLog({ db, clock, log: silentLog });
    expect(reopened.recent({ limit: 10 }).map((entry) => entry.id)).toEqual([ids[2], ids[1], ids[0]]);
  });

  it('gives those of a span, oldest first, written or not', async () => {
    const clock = new ManualClock();
    const log = createRequestLog({ db: openDb(':memory:'), clock, log: silentLog });
    log.add(record(1000, { id: 'late' }));
    log.add(record(500, { id: 'early', deployment: 'other' }));
    await clock.advance(2000);
    log.add(record(999, { id: 'waiting' }));
    log.add(record(1001, { id: 'beyond' }));
    const ids = (deployment?: string): string[] =>
      log.between({ deployment }, 500, 1001).map((entry) => entry.id);
    expect(ids()).toEqual(['early', 'waiting', 'late']);
    expect(ids('coder')).toEqual(['waiting', 'late']);
  });

  it('keeps no more rows than it is told to', async () => {
    const clock = new ManualClock();
    const db = openDb(':memory:');
    const log = createRequestLog({ db, clock, log: silentLog, keep: 5 });
    for (let index = 0; index < 12; index++) log.add(record(clock.now()));
    log.dispose();
    expect(db.get('SELECT count(*) AS n FROM requests')).toEqual({ n: 5 });
  });

  it('goes on serving when the table cannot be written, and says so', async () => {
    const clock = new ManualClock();
    const db = openDb(':memory:');
    const said: string[] = [];
    const loud: Log = { ...silentLog, error: (_facts, message) => said.push(message) };
    const log = createRequestLog({ db, clock, log: loud });
    db.run('DROP TABLE requests');
    log.add(record(clock.now()));
    await clock.advance(1000);
    expect(said).toEqual(['request log could not be written']);
    expect(log.recent({ limit: 1 })).toHaveLength(1);
  });
});
