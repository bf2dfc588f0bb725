import { z } from 'zod';
import type { Balance } from './api.ts';
import { errorFromAnswer, type Asked } from './answer-error.ts';
import { checkApiUrl } from './api-url.ts';
import { shape } from './decode.ts';
import { checkKeyText } from './key-text.ts';
import { readProblem } from './problem.ts';
import { parseRetryAfter } from './rate-headers.ts';
import type { RestOptions } from './rest.ts';
import { withRetries } from './retry.ts';
import { Transport, type WireStream } from './transport.ts';

/**
 * All GraphQL of the app: balance and spend, which REST v2 lacks. RunPod retires GraphQL early in 2027 (FACTS 0), so
 * everything here may be absent: what is not told is unknown, never an error of the app.
 */
export interface AccountOptions extends Omit<RestOptions, 'apiUrl'> {
  readonly graphqlUrl: string;
  /** The kill switch: false = no request leaves. */
  readonly graphqlEnabled: boolean;
}

export type AccountReading =
  | { readonly state: 'told'; readonly balance: Balance }
  /** The key may not read it, or RunPod no longer offers it. */
  | { readonly state: 'withheld'; readonly reason: string }
  | { readonly state: 'off' };

export const UNKNOWN_BALANCE: Balance = {
  balanceUsd: null,
  spendUsdPerHour: null,
  spendLimitUsdPerHour: null,
};

const QUERY = 'query{myself{id clientBalance currentSpendPerHr spendLimit}}';
const TIME_LIMIT_MS = 15_000;
const NOTHING_TOLD = 'RunPod tells this key nothing about the account';

/** A query, although GraphQL carries it in a POST: it may be repeated. */
const ASKED: Asked = { method: 'POST', route: '/graphql', repeatable: true, secrets: [] };

/**
 * Statuses that mean passing trouble; every other failure means "not for this key, or not any more". Whether a key is
 * alive is for REST to say: how GraphQL refuses a restricted one is not documented (FACTS 10 i).
 */
const isTrouble = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** @throws AppError runpod_key_missing, runpod_rate_limited, runpod_un*, runpod_bad_answer; AbortError */
export async function readAccount(options: AccountOptions, signal: AbortSignal): Promise<AccountReading> {
  if (!options.graphqlEnabled) return { state: 'off' };
  const url = checkApiUrl(options.graphqlUrl, 'RUNPOD_GRAPHQL_URL');
  const transport = new Transport(options.fetch, options.clock);
  return withRetries(options, { route: 'POST /graphql', repeatable: true }, signal, async () => {
    const key = checkKeyText(await options.apiKey());
    const answer = await transport.open(
      {
        method: 'POST',
        url,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'user-agent': options.userAgent,
        },
        body: JSON.stringify({ query: QUERY }),
        repeatable: true,
        timeLimitMs: TIME_LIMIT_MS,
      },
      signal,
    );
    return readAnswer(answer, await answer.text(), key, options.clock.now());
  });
}

const money = z
  .number()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const accountShape = shape<Account>(
  z.looseObject({
    data: z
      .looseObject({
        myself: z
          .looseObject({
            id: z.string().nullish().catch(null),
            clientBalance: money,
            currentSpendPerHr: money,
            spendLimit: money,
          })
          .nullish(),
      })
      .nullish(),
    errors: z
      .array(z.looseObject({ message: z.string() }))
      .nullish()
      .catch(null),
  }),
);

interface Account {
  readonly data?: {
    readonly myself?: {
      readonly id?: string | null | undefined;
      readonly clientBalance: number | null;
      readonly currentSpendPerHr: number | null;
      readonly spendLimit: number | null;
    } | null;
  } | null;
  readonly errors?: readonly { readonly message: string }[] | null;
}

/** Failures come as statuses, as 200 with `errors`, and as 200 with null data (FACTS 1). */
function readAnswer({ status, headers }: WireStream, body: string, key: string, now: number): AccountReading {
  const requestId = headers.get('x-request-id') ?? undefined;
  if (isTrouble(status)) {
    const failed = {
      status,
      body,
      requestId,
      retryAfterSeconds: parseRetryAfter(headers.get('retry-after'), now),
    };
    throw errorFromAnswer({ ...ASKED, secrets: [key] }, failed);
  }
  if (status !== 200) {
    const said = readProblem(body, [key]).text;
    return { state: 'withheld', reason: `${NOTHING_TOLD} (${status}${said === '' ? '' : `: ${said}`}).` };
  }
  const { data, errors } = accountShape.decode(body, { route: 'POST /graphql', requestId, repeatable: true });
  const myself = data?.myself;
  if (myself === undefined || myself === null) {
    const message = errors?.[0]?.message ?? `${NOTHING_TOLD}.`;
    return { state: 'withheld', reason: readProblem(message, [key]).text };
  }
  return {
    state: 'told',
    balance: {
      balanceUsd: myself.clientBalance,
      spendUsdPerHour: myself.currentSpendPerHr,
      spendLimitUsdPerHour: myself.spendLimit,
      accountId: myself.id ?? null,
    },
  };
}
