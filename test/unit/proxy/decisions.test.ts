import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, failed, type BreakerState } from '../../../src/main/proxy/breaker.ts';
import { settle, take } from '../../../src/main/proxy/gcra.ts';
import { cacheKey } from '../../../src/main/proxy/cache-key.ts';
import { canonicalJson, isObject } from '../../../src/main/proxy/json.ts';
import { matchRoute } from '../../../src/main/proxy/routes.ts';
import { bearsProcessing } from '../../../src/main/proxy/server/intake.ts';
import { serialLetters } from '../../../src/main/proxy/server/serial-letters.ts';
import { roomIn } from '../../../src/main/proxy/stages/fit-context.ts';
import { retryWaitMs } from '../../../src/main/proxy/stages/retry.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { AppError, ERRORS } from '../../../src/shared/errors.ts';
import { chatCall } from '../../support/proxy-call.ts';
import { renderError } from '../../../src/main/proxy/dialects/errors.ts';

describe('routes', () => {
  it.each([
    ['POST', '/v1/chat/completions', 'chat', '/chat/completions'],
    ['POST', '/chat/completions', 'chat', '/chat/completions'],
    ['POST', '/v1/v1/chat/completions', 'chat', '/chat/completions'],
    ['POST', '/v1/messages?beta=true', 'messages', '/messages?beta=true'],
    ['POST', '/messages/count_tokens', 'count_tokens', '/messages/count_tokens'],
    ['HEAD', '/', 'root', '/'],
    ['HEAD', '/v1/models', 'models', '/models'],
    ['GET', '/models/a/b', 'model', '/models/a/b'],
    ['POST', '/v1/audio/speech', 'other', '/audio/speech'],
    ['POST', '/v1/%63hat/completion%73', 'chat', '/chat/completions'],
    ['POST', '/v1/%43hat', 'other', '/Chat'],
    ['POST', '/v1/a%2563hat', 'other', '/a%2563hat'],
    ['GET', '/v1/models/Qwen%2FQwen3', 'model', '/models/Qwen%2FQwen3'],
  ])('%s %s → %s', (method, target, id, path) => {
    const match = matchRoute(method, target, false);
    expect(match.kind === 'route' && [match.route.id, match.path]).toEqual([id, path]);
  });

  it.each([
    '/v1/../x',
    '/v1/%2e%2e/x',
    '/v1/a/./b',
    '/v1/a%2fb',
    '/v1/a%5cb',
    '/v1//a',
    '/v1/a\\b',
    '/v1/a%00b',
    '/v1/a%0d%0ab',
    '/v1/a%7f',
    '/x',
    '/api/chat',
  ])('POST %s leads nowhere', (target) => {
    expect(matchRoute('POST', target, false).kind).toBe('none');
  });
});

describe('retries', () => {
  const random = seededRandom(1);
  const wait = (error: AppError, attempt: number): number | null => retryWaitMs(error, attempt, 2, random);
  it('repeat what was not reached, with growing waits, as often as allowed', () => {
    const error = new AppError('upstream_unreachable', 'x', {
      details: { unreached: true },
      retryAfterSeconds: 5,
    });
    expect(wait(error, 1)).toBeGreaterThanOrEqual(125);
    expect(wait(error, 2)).toBeGreaterThanOrEqual(250);
    expect(wait(error, 3)).toBeNull();
  });
  it('obey retry-after, but do not wait long for it', () => {
    const busy = (seconds: number): AppError =>
      new AppError('upstream_overloaded', 'x', { retryAfterSeconds: seconds });
    expect([wait(busy(3), 1), wait(busy(30), 1)]).toEqual([3000, null]);
  });
  it('trap 35: a failure inside the model server is repeated once, a cut-off or refusal never', () => {
    expect(wait(new AppError('upstream_failed', 'x'), 1)).not.toBeNull();
    expect(wait(new AppError('upstream_failed', 'x'), 2)).toBeNull();
    for (const code of [
      'upstream_timeout',
      'upstream_rejected',
      'budget_exceeded',
      'invalid_api_key',
    ] as const) {
      expect(wait(new AppError(code, 'x'), 1)).toBeNull();
    }
  });
});

describe('the breaker', () => {
  const rules = { failures: 3, openMs: 1000 };
  it('opens after failures in a row, lets one probe through, and opens longer when that fails', () => {
    let state: BreakerState = { state: 'closed', failures: 0 };
    for (let i = 0; i < 3; i++) state = failed(state, 0, rules);
    expect(state).toEqual({ state: 'open', until: 1000, opened: 1 });
    expect(admit(state, 999)).toMatchObject({ pass: false, waitMs: 1 });
    const probe = admit(state, 1000);
    expect(probe.pass).toBe(true);
    expect(admit(probe.next, 1000).pass).toBe(false);
    expect(failed(probe.next, 1000, rules)).toEqual({ state: 'open', until: 3000, opened: 2 });
  });
});

describe('rates', () => {
  it('let a minute’s worth through at once and then one every interval', () => {
    let tat = 0;
    for (let i = 0; i < 3; i++) {
      const taken = take(tat, 0, 1, { perMinute: 3 });
      expect([taken.ok, taken.remaining]).toEqual([true, 2 - i]);
      tat = taken.tat;
    }
    expect(take(tat, 0, 1, { perMinute: 3 })).toMatchObject({ ok: false, waitMs: 20_000 });
    expect(take(tat, 20_000, 1, { perMinute: 3 }).ok).toBe(true);
  });

  it('never grant more than the limit and what has refilled, whatever the pattern', () => {
    const steps = fc.array(fc.record({ gap: fc.nat(30_000), cost: fc.integer({ min: 1, max: 5 }) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 5, max: 100 }), (pattern, perMinute) => {
        let now = 0;
        let tat = 0;
        let granted = 0;
        for (const { gap, cost } of pattern) {
          now += gap;
          const taken = take(tat, now, cost, { perMinute });
          if (!taken.ok) continue;
          tat = taken.tat;
          granted += cost;
          expect(granted).toBeLessThanOrEqual(perMinute + (now * perMinute) / 60_000 + 1e-6);
        }
      }),
    );
  });

  it('give back what was reserved and not used', () => {
    const { tat } = take(0, 0, 100, { perMinute: 100 });
    expect(take(settle(tat, 100, 10, { perMinute: 100 }), 0, 90, { perMinute: 100 }).ok).toBe(true);
  });
});

describe('reading a context refusal', () => {
  it.each([
    [
      "This model's maximum context length is 8192 tokens. However, you requested 10000 tokens (6000 in the messages, 4000 in the completion).",
      2191,
    ],
    [
      "'max_tokens' is too large: 40000. This model's maximum context length is 32768 tokens and your request has 20000 input tokens (40000 > 32768 - 20000).",
      12767,
    ],
    ['maximum context length is 100 tokens; the prompt has 90000 tokens', null],
    ['something else', null],
  ])('%s', (message, room) => {
    expect(roomIn(message) ?? null).toBe(room);
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue().filter(keepsDigits)), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

/** No integer in it is larger than can be told from its neighbours. */
function keepsDigits(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return typeof value !== 'object' || value === null || Object.values(value).every(keepsDigits);
}

describe('the key of a cached answer', () => {
  const { signal } = new AbortController();
  const keyOf = (text: string): string | null => {
    const json: unknown = JSON.parse(text);
    if (!isObject(json)) throw new Error('no object');
    return cacheKey({ ...chatCall(signal), json }, 'launch');
  };

  it('counts a field called __proto__ like any other', () => {
    expect(keyOf('{"__proto__":{"a":1}}')).not.toBe(keyOf('{"__proto__":{"a":2}}'));
    expect(keyOf('{"__proto__":{"a":1}}')).not.toBe(keyOf('{}'));
  });

  it.each([
    ['a seed of 64 bits', '{"seed":9007199254740993}'],
    ['a number past the largest', '{"top_p":1e400}'],
    ['bottomless nesting', `{"messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('%s has none: it could be mistaken for another', (_what, text) => {
    expect(keyOf(text)).toBeNull();
  });
});

describe('HTTP 102', () => {
  it('goes only to stacks that were tested', () => {
    for (const agent of [
      'OpenAI/JS 6.49.0',
      'AsyncOpenAI/Python 3.22',
      'ai-sdk/openai',
      'node',
      'undici',
      'python-httpx/0.28',
    ]) {
      expect([agent, bearsProcessing(agent)]).toEqual([agent, true]);
    }
    for (const agent of [
      '',
      'python-requests/2.32',
      'Java-http-client/17',
      'claude-cli/2.1',
      'Bun/1.3',
      'nodemailer-like',
    ]) {
      expect([agent, bearsProcessing(agent)]).toEqual([agent, false]);
    }
  });
});

/** OpenCode 1.18.33 asks again, for minutes, when one of these is found anywhere in an error's body. */
const ASKS_AGAIN = [
  /429|500|502|503|504|524/i,
  /rate increased too quickly|rate limit|rate-limit|rate_limit|too many requests/i,
  /overloaded|service unavailable|service_unavailable|internal error|internal_error|server error|server_error/i,
  /provider returned error|terminated|fetch failed|failed to fetch|network[-_\s]error|connection error|connection lost/i,
  /try your request again|retry your request|resource exhausted|resource_exhausted/i,
  /\btry again (?:later|in\b)|\b(?:currently|temporarily) at capacity\b/i,
];

describe('what needs the user', () => {
  it('says nothing that makes OpenCode ask again', () => {
    const id = serialLetters(123_456_789);
    for (const code of Object.keys(ERRORS) as (keyof typeof ERRORS)[]) {
      const { status, body } = renderError(new AppError(code, 'What happened.'), 'chat', id);
      if (status >= 429) continue;
      const text = JSON.stringify(body);
      expect([code, ASKS_AGAIN.filter((pattern) => pattern.test(text))]).toEqual([code, []]);
    }
  });

  it('numbers requests without digits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { minLength: 2 }), (counts) => {
        const ids = counts.map(serialLetters);
        expect(new Set(ids).size).toBe(counts.length);
        for (const id of ids) expect(id).toMatch(/^[a-z]+$/);
      }),
    );
  });
});

describe('errors by dialect (CLIENTS 2.4)', () => {
  const at = (
    code: ConstructorParameters<typeof AppError>[0],
    dialect: Parameters<typeof renderError>[1],
  ): unknown[] => {
    const { status, headers, body } = renderError(new AppError(code, 'What happened.'), dialect, 'r');
    const inner = body['error'] as { type?: string };
    return [status, headers['x-should-retry'] ?? null, inner.type ?? inner];
  };
  it.each([
    ['invalid_api_key', 'chat', 401, 'false', 'runpod_llm_error'],
    ['invalid_api_key', 'messages', 401, 'false', 'authentication_error'],
    ['model_not_found', 'chat', 404, 'false', 'runpod_llm_error'],
    ['model_not_found', 'responses', 400, 'false', 'runpod_llm_error'],
    ['model_not_found', 'messages', 400, 'false', 'invalid_request_error'],
    ['budget_exceeded', 'chat', 402, 'false', 'runpod_llm_error'],
    ['budget_exceeded', 'messages', 402, 'false', 'billing_error'],
    ['no_gpu_capacity', 'chat', 402, 'false', 'runpod_llm_error'],
    ['context_length_exceeded', 'chat', 400, 'false', 'runpod_llm_error'],
    ['upstream_overloaded', 'chat', 503, null, 'runpod_llm_error'],
    ['upstream_overloaded', 'messages', 529, null, 'overloaded_error'],
    ['upstream_timeout', 'chat', 504, 'false', 'runpod_llm_error'],
    ['rate_limited', 'messages', 429, null, 'rate_limit_error'],
  ] as const)('%s in %s', (code, dialect, status, retry, type) => {
    expect(at(code, dialect)).toEqual([status, retry, type]);
  });
});
