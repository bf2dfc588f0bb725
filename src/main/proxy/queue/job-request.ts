import type { Upstream } from '../../target.ts';
import type { Call } from '../call.ts';
import { bodyFor, tooLarge } from '../upstream/body-for.ts';
import type { JobLimits } from './job-time.ts';

/** What /run takes (FACTS 3.4). */
const LONGEST_JOB_BYTES = 10_000_000;
const SHORTEST_TTL_MS = 10_000;
const LONGEST_TTL_MS = 7 * 86_400_000;

/** Routes that worker-vllm knows by name; the others it is given as a path (FACTS 3.5). */
const NAMED: ReadonlySet<string> = new Set(['/chat/completions', '/completions', '/responses', '/messages']);

/**
 * A call as a job's body. Its time to live ends with the longest wait, so that a job nobody reads any more cannot start
 * hardware hours after this computer died.
 * @throws AppError body_too_large
 */
export function jobRequest(call: Call, upstream: Upstream, limits: JobLimits): Buffer {
  const [path = ''] = call.path.split('?');
  const asked = bodyFor(call, upstream);
  const policy = `,"policy":{"ttl":${ttlMs(limits)}}}`;
  const route = JSON.stringify(`/v1${path}`);
  const parts = NAMED.has(path)
    ? [`{"input":{"openai_route":${route},"openai_input":`, `}${policy}`]
    : [`{"input":{"route":${route},"method":"POST","body":`, `}${policy}`];
  const [before = '', after = ''] = parts;
  const body = Buffer.concat([Buffer.from(before), asked, Buffer.from(after)]);
  if (body.length > LONGEST_JOB_BYTES) {
    const advice = 'Send a smaller body, or wake it with a small request first: awake it takes more.';
    throw tooLarge(body.length, LONGEST_JOB_BYTES, `${call.target.name}, while asleep,`, advice);
  }
  return body;
}

function ttlMs({ queueMs, totalMs }: JobLimits): number {
  return Math.round(Math.min(LONGEST_TTL_MS, Math.max(SHORTEST_TTL_MS, queueMs + totalMs)));
}
