import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { readProblem, type Problem } from './problem.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What was asked, as far as the meaning of the answer depends on it. */
export interface Asked {
  readonly method: Method;
  /** The path template, e.g. `/v2/pods/{id}`. */
  readonly route: string;
  /** May it be sent again without knowing whether the first one worked? See `retryDelayMs`. */
  readonly repeatable: boolean;
  /** Values that must not come back in a message. */
  readonly secrets: readonly string[];
}

export interface FailedAnswer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
}

/** What the caller of a failed request can go by; part of `AppError.details`. */
interface Facts {
  readonly status: number;
  /** Method and path template. */
  readonly route: string;
  /** The request may have done its work all the same: look before repeating it. */
  readonly mayHaveHappened?: boolean;
  /** A status whose cause only the prose tells: of one candidate, or of the request itself (trap 5). */
  readonly ambiguous?: boolean;
  /** Body fields RunPod named. */
  readonly fields?: readonly string[];
  readonly violations?: readonly string[];
  readonly reason?: string;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly what: string;
  readonly advice?: string;
  readonly facts?: Pick<Facts, 'ambiguous' | 'reason'>;
}

interface Row extends Meaning {
  readonly status: number | 'redirect' | 'server';
  readonly when?: (asked: Asked, problem: Problem) => boolean;
}

const isCreate = ({ method, route }: Asked): boolean => method === 'POST' && route === '/v2/pods';
/** A pod or an endpoint. */
const isMade = (asked: Asked): boolean =>
  isCreate(asked) || (asked.method === 'POST' && asked.route === '/v2/serverless');
const isAboutImage = ({ fields, text, violations }: Problem): boolean =>
  (fields.length === 0 || fields.includes('image')) && [text, ...violations].some((line) => IMAGE.test(line));
const isPlacement = (asked: Asked): boolean => isCreate(asked) || asked.route === '/v2/pods/{id}/action';

/** Capacity has no machine-readable code (FACTS 1); these are the sentences seen. */
const CAPACITY =
  /no longer any instances|no (?:\w+ ){0,3}(?:instances?|gpus?|machines?|hosts?|capacity) (?:\w+ ){0,3}available|no available (?:\w+ ){0,2}(?:instances?|gpus?|machines?|hosts?)|not enough (?:free )?(?:gpus?|capacity|resources)|insufficient (?:gpus?|capacity|resources)|out of (?:stock|capacity)|does not have the resources|no capacity/i;
const BALANCE =
  /(?:insufficient|not enough|too low|low) (?:\w+ )?(?:balance|funds|credits?)|(?:balance|funds|credits?) (?:is |are )?(?:too low|insufficient|not sufficient)/i;
/** The API looks the image up in its registry, and names the field (FACTS 1, 4). */
const IMAGE =
  /\b(?:image|manifest)\b.*\b(?:not found|unknown|does not exist|not be found|cannot be pulled|no such|invalid|denied)\b/i;
const POOL = /\bpool\b|\bgpu types?\b/i;

/** First match wins. Statuses by FACTS 1, section "Create: which statuses to retry". */
const ROWS: readonly Row[] = [
  {
    status: 'redirect',
    code: 'runpod_bad_answer',
    what: 'RunPod answered with a redirect, which is not followed with a key',
    advice: 'Check RUNPOD_API_URL.',
  },
  { status: 401, code: 'runpod_key_invalid', what: 'RunPod does not accept the key' },
  { status: 402, code: 'runpod_balance_empty', what: 'The RunPod balance is too low' },
  {
    status: 403,
    when: (_, problem) => !problem.fromApi,
    code: 'runpod_unreachable',
    what: 'A firewall in front of RunPod refused the request; that says nothing about the key',
    advice: 'Try another network, or turn off a VPN or proxy.',
  },
  {
    status: 403,
    when: (asked, problem) => isCreate(asked) && POOL.test(problem.text),
    code: 'no_gpu_capacity',
    what: 'This RunPod account may not use this GPU pool',
    advice: 'Allow other GPU types, or ask RunPod for access to this one.',
    facts: { reason: 'pool-forbidden' },
  },
  {
    status: 403,
    when: isCreate,
    code: 'runpod_key_forbidden',
    what: 'RunPod does not allow this: the key lacks the right, or the account lacks this GPU pool',
    facts: { ambiguous: true },
  },
  { status: 403, code: 'runpod_key_forbidden', what: 'The RunPod key does not allow this' },
  {
    status: 404,
    when: (_, problem) => !problem.fromApi,
    code: 'runpod_bad_answer',
    what: 'Something other than the RunPod API answered "not found"',
    advice: 'Check RUNPOD_API_URL and the network.',
  },
  { status: 404, code: 'runpod_not_found', what: 'RunPod does not know it' },
  { status: 408, code: 'runpod_unavailable', what: 'RunPod took too long' },
  {
    status: 409,
    when: (asked, problem) => isPlacement(asked) && CAPACITY.test(problem.text),
    code: 'no_gpu_capacity',
    what: 'RunPod has no GPU for this now',
  },
  { status: 409, code: 'runpod_conflict', what: 'RunPod does not allow this in the present state' },
  { status: 429, code: 'runpod_rate_limited', what: 'The request limit of this RunPod account is used up' },
  {
    status: 400,
    when: (asked, problem) => isCreate(asked) && BALANCE.test(problem.text),
    code: 'runpod_balance_empty',
    what: 'The RunPod balance is too low',
  },
  {
    status: 400,
    when: (asked, problem) => isPlacement(asked) && CAPACITY.test(problem.text),
    code: 'no_gpu_capacity',
    what: 'RunPod has no GPU for this now',
  },
  {
    status: 400,
    when: isPlacement,
    code: 'runpod_rejected',
    what: 'RunPod refused the request',
    facts: { ambiguous: true },
  },
  {
    status: 422,
    when: (asked, problem) => isMade(asked) && isAboutImage(problem),
    code: 'image_invalid',
    what: 'RunPod cannot use the image',
    advice:
      'Check its name and tag, that it is built for linux/amd64, and that RunPod may pull it: it is public, or its login is set here (runpod-llm key set docker-username, docker-token).',
  },
  {
    status: 500,
    when: (_, problem) => problem.looksLikeV1,
    code: 'runpod_bad_answer',
    what: 'The server answered like REST v1, which was retired',
    advice: 'Point RUNPOD_API_URL at REST v2 (https://api.runpod.io/v2).',
  },
  { status: 'server', code: 'runpod_unavailable', what: 'RunPod has trouble' },
];

const OTHER: Meaning = { code: 'runpod_rejected', what: 'RunPod refused the request' };

/** The one place where a failed answer gets its meaning. */
export function errorFromAnswer(asked: Asked, answer: FailedAnswer): AppError {
  const problem = readProblem(answer.body, asked.secrets);
  const row = ROWS.find((row) => matches(row.status, answer.status) && (row.when?.(asked, problem) ?? true));
  const { code, what, advice, facts }: Meaning = row ?? OTHER;
  const said = [problem.text, ...problem.violations].map((text) => text.replace(/\.$/, ''));
  const quoted = said.filter((text) => text !== '').join('; ');
  const route = `${asked.method} ${asked.route}`;
  const details: Facts = {
    status: answer.status,
    route,
    ...(!asked.repeatable && isUnclear(answer.status) ? { mayHaveHappened: true } : {}),
    ...(problem.fields.length > 0 ? { fields: problem.fields } : {}),
    ...(problem.violations.length > 0 ? { violations: problem.violations } : {}),
    ...facts,
  };
  return new AppError(code, `${what} (${answer.status} to ${route})${quoted === '' ? '' : `: ${quoted}`}.`, {
    requestId: answer.requestId,
    retryAfterSeconds: answer.retryAfterSeconds,
    advice,
    details: { ...details },
  });
}

/** Says nothing about whether the work was done. */
function isUnclear(status: number): boolean {
  return status >= 500 || status === 408;
}

function matches(pattern: Row['status'], status: number): boolean {
  if (pattern === 'redirect') return status < 400;
  if (pattern === 'server') return status >= 500;
  return pattern === status;
}
