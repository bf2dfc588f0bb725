import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../../src/shared/errors.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import type { Random } from '../../../src/main/platform/random.ts';
import { checkApiUrl } from '../../../src/main/runpod/api-url.ts';
import { ClockOffset } from '../../../src/main/runpod/clock-offset.ts';
import { checkKeyText } from '../../../src/main/runpod/key-text.ts';
import { fillPath, queryString } from '../../../src/main/runpod/request-url.ts';
import { retryDelayMs } from '../../../src/main/runpod/retry.ts';

describe('retryDelayMs', () => {
  const fixed = (value: number): Random => ({ next: () => value, hex: () => '' });
  const delay = (
    code: ErrorCode,
    repeatable: boolean,
    tries: number,
    retryAfterSeconds?: number,
    random = 0.5,
  ) =>
    retryDelayMs({ repeatable, tries, error: new AppError(code, 'x', { retryAfterSeconds }) }, fixed(random));

  it.each([
    ['a read after a 5xx', 'runpod_unavailable', true, 1, undefined, 500],
    ['a read after a network error', 'runpod_unreachable', true, 2, undefined, 1000],
    ['a read that failed three times', 'runpod_unavailable', true, 3, undefined, null],
    ['a read told to wait', 'runpod_unavailable', true, 1, 7, 7500],
    ['a write after a 5xx', 'runpod_unavailable', false, 1, undefined, null],
    ['a write after a network error', 'runpod_unreachable', false, 1, undefined, null],
    ['a write told to wait by a 5xx', 'runpod_unavailable', false, 1, 1, null],
    ['a write after a 429', 'runpod_rate_limited', false, 1, 12, 12_500],
    ['a read after a 429', 'runpod_rate_limited', true, 2, 12, 13_000],
    ['a wait of an hour', 'runpod_rate_limited', true, 1, 1812, null],
    ['a refused request', 'runpod_rejected', true, 1, undefined, null],
    ['no capacity', 'no_gpu_capacity', false, 1, undefined, null],
    ['an unreadable answer', 'runpod_bad_answer', true, 1, undefined, null],
    ['a dead key', 'runpod_key_invalid', true, 1, undefined, null],
  ] as const)('%s', (_, code, repeatable, tries, retryAfter, expected) => {
    expect(delay(code, repeatable, tries, retryAfter)).toBe(expected);
  });

  it('spreads clients that failed together', () => {
    expect(delay('runpod_unavailable', true, 1, undefined, 0)).toBe(250);
    expect(delay('runpod_unavailable', true, 1, undefined, 1)).toBe(750);
  });
});

describe('ClockOffset', () => {
  const date = (ms: number): string => new Date(ms).toUTCString();

  it('is 0 until known and then the median', async () => {
    const clock = new ManualClock();
    const offset = new ClockOffset(clock);
    expect(offset.ms).toBe(0);
    for (const skew of [60_000, 60_000, -900_000, 60_000, 60_000])
      offset.learn(date(clock.now() + skew), offset.leaves());
    expect(offset.ms).toBe(60_500);
  });

  it('takes the middle of the exchange and ignores slow answers', async () => {
    const clock = new ManualClock();
    const offset = new ClockOffset(clock);
    const left = offset.leaves();
    await clock.advance(2000);
    offset.learn(date(left.wall + 1000), left);
    expect(offset.ms).toBe(500);
    await clock.advance(60_000);
    offset.learn(date(left.wall), left);
    expect(offset.ms).toBe(500);
  });

  it('follows a clock that is set back at once, and one put forward from the next answer on', async () => {
    const clock = new ManualClock();
    const cloud = new ManualClock();
    const offset = new ClockOffset(clock);
    const answered = (): void => offset.learn(date(cloud.now()), offset.leaves());
    for (let n = 0; n < 9; n++) answered();
    clock.jumpWall(-7_200_000);
    expect(offset.ms).toBe(7_200_500);
    clock.jumpWall(3_600_000);
    expect(offset.ms).toBe(7_200_500);
    await clock.advance(1000);
    await cloud.advance(1000);
    answered();
    expect(offset.ms).toBe(3_600_500);
  });

  it('learns at once from an answer during which the clock was set back: monotonic time tells how long it took', async () => {
    const clock = new ManualClock();
    const offset = new ClockOffset(clock);
    const left = offset.leaves();
    await clock.advance(1000);
    clock.jumpWall(-5_667_000);
    offset.learn(new Date(left.wall).toUTCString(), left);
    expect(offset.ms).toBeGreaterThan(5_667_000 - 1500);
    expect(offset.ms).toBeLessThan(5_667_000 + 1500);
  });

  it('learns nothing from an answer during which the clock was put forward or the computer slept', async () => {
    const clock = new ManualClock();
    const offset = new ClockOffset(clock);
    const left = offset.leaves();
    clock.jumpWall(4000);
    offset.learn(date(clock.now()), left);
    expect(offset.ms).toBe(0);
  });

  it('is as it was after the computer slept', async () => {
    const clock = new ManualClock();
    const offset = new ClockOffset(clock);
    offset.learn(date(clock.now() + 60_000), offset.leaves());
    await clock.sleepMachine(8 * 3_600_000);
    offset.learn(date(clock.now() + 60_000), offset.leaves());
    expect(offset.ms).toBe(60_500);
  });

  it.each([[null], ['yesterday'], ['']])('ignores the date %s', (text) => {
    const clock = new ManualClock();
    const offset = new ClockOffset(clock);
    offset.learn(text, offset.leaves());
    expect(offset.ms).toBe(0);
  });

  it('forgets old samples, so that a corrected clock is seen', () => {
    const clock = new ManualClock();
    const offset = new ClockOffset(clock);
    for (let i = 0; i < 9; i++) offset.learn(date(clock.now() + 60_000), offset.leaves());
    for (let i = 0; i < 9; i++) offset.learn(date(clock.now()), offset.leaves());
    expect(offset.ms).toBe(500);
  });
});

describe('checkApiUrl', () => {
  it.each([
    ['https://api.runpod.io/v2', 'https://api.runpod.io/v2'],
    ['https://api.runpod.io/v2//', 'https://api.runpod.io/v2'],
    ['http://127.0.0.1:4000/v2', 'http://127.0.0.1:4000/v2'],
    ['http://localhost:4000/v2/', 'http://localhost:4000/v2'],
    ['http://[::1]:4000/v2', 'http://[::1]:4000/v2'],
  ])('takes %s', (text, expected) => {
    expect(checkApiUrl(text, 'RUNPOD_API_URL')).toBe(expected);
  });

  it.each([
    ['trap 1: the address for jobs', 'https://api.runpod.ai/v2', 'address for jobs'],
    ['trap 2: the retired v1', 'https://rest.runpod.io/v1', 'REST v1'],
    ['plain http elsewhere', 'http://api.runpod.io/v2', 'https'],
    ['a host that only looks local', 'http://127.0.0.1.example.com/v2', 'https'],
    ['another protocol', 'file:///etc/passwd', 'https'],
    ['credentials', 'https://user:CANARY@api.runpod.io/v2', 'no credentials'],
    ['a query', 'https://api.runpod.io/v2?api_key=CANARY', 'no credentials'],
    ['no URL', 'CANARY', 'not a URL'],
  ])('refuses %s', (_, text, why) => {
    const attempt = (): string => checkApiUrl(text, 'RUNPOD_API_URL');
    expect(attempt).toThrow(why);
    expect(attempt).not.toThrow('CANARY');
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'config_invalid', details: { variable: 'RUNPOD_API_URL' } }),
    );
  });
});

describe('checkKeyText', () => {
  it('trims what was pasted', () => {
    expect(checkKeyText(' rpa_abc\n')).toBe('rpa_abc');
  });

  it.each([[null], [''], [' \n']])('misses %j', (key) => {
    expect(() => checkKeyText(key)).toThrow(expect.objectContaining({ code: 'runpod_key_missing' }));
  });

  it.each([['rpa_CANARY\nx: y'], ['rpa CANARY'], ['rpa_CANARY\u2026'], ['rpa_CANARY\u0000']])(
    'refuses %j unquoted',
    (key) => {
      expect(() => checkKeyText(key)).toThrow(expect.objectContaining({ code: 'runpod_key_invalid' }));
      expect(() => checkKeyText(key)).not.toThrow('CANARY');
    },
  );
});

describe('fillPath', () => {
  it('encodes what is data', () => {
    expect(fillPath('/serverless/{id}/workers/{workerId}/logs', { id: 'a b', workerId: '../x?y#z' })).toBe(
      '/serverless/a%20b/workers/..%2Fx%3Fy%23z/logs',
    );
  });

  it.each([[''], ['.'], ['..']])('refuses the id "%s", which would name another route', (id) => {
    expect(() => fillPath('/pods/{id}', { id })).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it('refuses a missing id', () => {
    expect(() => fillPath('/pods/{id}', {})).toThrow('is not a RunPod id');
  });
});

describe('queryString', () => {
  it.each([
    [{}, ''],
    [{ a: undefined }, ''],
    [
      { include: ['AVAILABILITY'], product: ['POD', 'SERVERLESS'], count: 2 },
      '?include=AVAILABILITY&product=POD,SERVERLESS&count=2',
    ],
    [
      { globalNetwork: false, since: '2026-11-24T09:00:00+01:00' },
      '?globalNetwork=false&since=2026-11-24T09%3A00%3A00%2B01%3A00',
    ],
    [{ cursor: 'a&b=c,d' }, '?cursor=a%26b%3Dc%2Cd'],
  ])('%j', (query, expected) => {
    expect(queryString(query)).toBe(expected);
  });
});
