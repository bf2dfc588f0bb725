import { STATUS_CODES } from 'node:http';
import type { FaultBook } from './faults.ts';
import { matchesRoute } from './faults.ts';
import { html, type Handler, type SimReply } from './http/message.ts';
import { Problem } from './problem.ts';
import type { World } from './world.ts';

const DETAILS: Readonly<Record<number, string>> = {
  401: 'invalid API key',
  402: 'Your account balance is too low to start this pod. Please add funds.',
  403: 'access denied',
  404: 'resource not found',
  409: 'the resource is not in a state that allows this',
  422: 'Request validation failed.',
  429: 'rate limit exceeded for the minute window',
  500: 'something went wrong',
  502: 'upstream error',
  503: 'service unavailable',
  504: 'upstream timed out',
};

/** Puts the armed faults of routes around everything the sandbox answers. */
export function withFaults(world: World, faults: FaultBook, handler: Handler): Handler {
  return async (request) => {
    const here = (fault: { readonly route: string }): boolean =>
      matchesRoute(fault.route, request.method, request.path);
    const slow = faults.take('latency', here);
    if (slow !== null) await world.clock.sleep(slow.ms, request.signal);
    const refused = faults.take('status', here);
    if (refused !== null) {
      const retry = refused.retryAfterSeconds ?? (refused.status === 429 ? 1 : undefined);
      const headers = {
        'x-request-id': `sbx-${world.random.hex(8)}`,
        ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
      };
      if (!request.path.startsWith('/v2') && refused.status >= 500) {
        const page = html(refused.status, `${refused.status} ${STATUS_CODES[refused.status] ?? ''}`.trim());
        return { ...page, headers: { ...page.headers, ...headers } };
      }
      return new Problem(refused.status, DETAILS[refused.status] ?? 'refused', { headers }).toAnswer();
    }
    const lost = faults.take('lost-answer', here);
    if (lost === null) return handler(request);
    // The work is done whether or not anybody hears of it.
    await handler({ ...request, signal: world.ended });
    return lose(lost.how, request.signal, world.ended);
  };
}

async function lose(how: '502' | 'reset' | 'hang', left: AbortSignal, ended: AbortSignal): Promise<SimReply> {
  if (how === '502') return html(502, '502 Bad Gateway');
  if (how === 'hang') {
    await new Promise<void>((resolve) => {
      if (left.aborted || ended.aborted) resolve();
      left.addEventListener('abort', () => resolve(), { once: true });
      ended.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  return { drop: 'reset' };
}
