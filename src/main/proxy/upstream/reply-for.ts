import type { IncomingHttpHeaders } from 'node:http';
import type { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Upstream } from '../../target.ts';
import { EVENTS_TYPE, JSON_TYPE, type Call, type Reply } from '../call.ts';
import { answerEvents } from '../events/answer-events.ts';
import { collect, type Flow } from '../flow.ts';
import { Prefetched } from '../prefetched.ts';
import { decoded } from './decode.ts';
import { accountError, upstreamError } from './errors.ts';
import type { Head } from './exchange.ts';
import { returnableHeaders } from './headers.ts';
import { jsonAnswer } from './json-answer.ts';

const FAILURE_BYTES = 64 * 1024;

/**
 * What a model server answered, as a reply of the call's dialect. Resolves once the first piece of the body is there, so
 * that everything before can still be repeated elsewhere.
 * @throws AppError as upstreamError and jsonAnswer
 */
export async function replyFor(
  call: Call,
  upstream: Upstream,
  head: Head,
  body: Flow,
  clock: Clock,
): Promise<Reply> {
  const plain = decoded(body, head.headers['content-encoding']);
  if (head.status < 200 || head.status >= 300) {
    const failure = await failureOf(call, head, plain);
    // The app's own key check behind RunPod's edge says so: then it is not the account's key that was refused.
    const byEdge = upstream.account === 'runpod' && head.headers['x-rplm-front'] === undefined;
    const ofAccount = byEdge ? accountError(head.status, call.target.name) : null;
    throw ofAccount ?? failure;
  }
  call.trace.servedModel = upstream.servedModel;
  const headers = returnableHeaders(head.headers);
  const type = contentType(head.headers);
  if (type === 'text/html') {
    throw upstreamError({ status: 502, headers: head.headers, body: '', targetName: call.target.name });
  }
  const events = sendsEvents(call, type);
  // Whatever a chat's answer calls itself, it is events or JSON; anything else under 200 would pass for an answer.
  if (type === JSON_TYPE || (call.route.dialect !== 'plain' && !events)) {
    return jsonAnswer(call, plain, headers, head.status);
  }
  const flow = new Prefetched(events ? answerEvents(call, plain, clock) : plain);
  await flow.first();
  return {
    status: head.status,
    headers: events ? { ...headers, 'content-type': EVENTS_TYPE } : headers,
    body: { kind: 'flow', flow, events },
  };
}

/** Some servers stream under a wrong content type, or none. */
function sendsEvents(call: Call, type: string): boolean {
  if (call.route.dialect === 'plain') return false;
  return type === EVENTS_TYPE || (call.stream && (type === '' || type === 'text/plain'));
}

async function failureOf(call: Call, head: Head, body: Flow): Promise<AppError> {
  const bytes = await collect(body, FAILURE_BYTES, () => new Error('long failure')).catch(() =>
    Buffer.alloc(0),
  );
  return upstreamError({
    status: head.status,
    headers: head.headers,
    body: bytes.toString('utf8'),
    targetName: call.target.name,
  });
}

function contentType(headers: IncomingHttpHeaders): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
